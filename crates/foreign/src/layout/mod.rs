//! A layout: one TOML file that describes the session table of one program. No SQL and no database is named
//! here; a layout holds names of tables and columns, and words that the interpreter knows.

mod convert;
mod raw;

use regex_lite::Regex;
use thiserror::Error;

use crate::codec::Codec;
use crate::record::State;
use crate::step::{Signature, Step};
use crate::time::TimeForm;
use crate::value::Value;

/// A layout in types: what was read is valid, but was not yet compared with a database.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Its name, as `--from` takes it.
    pub name: String,
    /// What it describes, for a person.
    pub title: String,
    /// The version of the program that it was checked with, or `source only`.
    pub verified: String,
    /// Values that the program keeps in its configuration.
    pub settings: Vec<Setting>,
    /// The table.
    pub table: String,
    /// Columns that must exist.
    pub columns: Vec<String>,
    /// Columns that rule the layout out.
    pub without: Vec<String>,
    /// What the rows must show before they may be changed.
    pub prove: Vec<(String, Proof)>,
    /// The columns that DELETE names.
    pub key: Vec<String>,
    /// Columns that are never shown.
    pub secret: Vec<String>,
    /// The column that holds the session's data, with its codecs in the order in which they are tried.
    pub payload: Option<(String, Vec<Codec>)>,
    /// Rows that are sessions: each column has its value. Other rows do not exist for any command.
    pub only: Vec<(String, Value)>,
    /// Rows that are tokens of programs.
    pub api_if: Option<Condition>,
    /// Conditions under which a row no longer lets anybody in.
    pub dead_if: Vec<(Condition, State)>,
    /// Where each field of the record comes from.
    pub fields: Fields,
    /// Until when a row is active.
    pub live: Live,
    /// The table of users.
    pub user: Option<UserTable>,
    /// How a client's token leads to the row.
    pub tokens: Vec<TokenPath>,
    /// How sessions are revoked.
    pub revoke: Revoke,
}

/// A value that is in the program's configuration and not in its database.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its name in `--set NAME=VALUE`.
    pub name: String,
    /// The program's default, a length of time as it is written.
    pub default: String,
    /// Where the program keeps it.
    pub why: String,
}

/// What a column's values must be.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A time in the form that the fields declare for the column.
    Time(Vec<TimeForm>),
    /// The payload can be decoded.
    Payload,
    /// A whole number.
    Integer,
    /// Text that matches.
    Matches(Regex),
}

/// A comparison of one column.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// What it is compared with.
    pub test: Test,
}

/// How a condition compares.
#[derive(Clone, Debug)]
pub enum Test {
    /// Equal to one of these.
    Is(Vec<Value>),
    /// A number above this one.
    Above(i64),
}

/// Where the fields of the record come from: for each the sources in their order.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// The id of the user.
    pub user_id: Vec<Source>,
    /// When the session was created.
    pub created_at: Vec<Source>,
    /// When the client was last seen.
    pub last_seen_at: Vec<Source>,
    /// When the session expires.
    pub expires_at: Vec<Source>,
    /// When the session ended.
    pub ended_at: Vec<Source>,
    /// The client's address.
    pub ip: Vec<Source>,
    /// The client's address at the last request, where the program replaces it.
    pub last_ip: Vec<Source>,
    /// The client's User-Agent header.
    pub user_agent: Vec<Source>,
}

impl Fields {
    /// The sources of each field, with its name.
    pub(crate) fn named(&self) -> [(&'static str, &[Source]); 8] {
        [
            ("user_id", &self.user_id),
            ("created_at", &self.created_at),
            ("last_seen_at", &self.last_seen_at),
            ("expires_at", &self.expires_at),
            ("ended_at", &self.ended_at),
            ("ip", &self.ip),
            ("last_ip", &self.last_ip),
            ("user_agent", &self.user_agent),
        ]
    }
}

/// One source of a field.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where the value is.
    pub from: Origin,
    /// The forms of a time; empty where the value is none.
    pub time: Vec<TimeForm>,
    /// The setting whose length of time is added.
    pub plus: Option<String>,
    /// Values that mean "no value".
    pub not: Vec<Value>,
    /// Text whose UTF-8 bytes were stored as Latin-1 characters, as Node.js does with header fields.
    pub latin1: bool,
    /// What the user has to know about the value.
    pub why: Option<String>,
}

/// Where a value is.
#[derive(Clone, Debug)]
pub enum Origin {
    /// In a column.
    Column(String),
    /// In the payload, under these keys, outermost first.
    Pointer(Vec<String>),
    /// In the payload, under the first top-level key that matches.
    Keys(Regex),
    /// The time that the payload's signature carries.
    SignedAt,
    /// The earliest of these times.
    Earliest(Vec<Source>),
}

/// Until when a row is active.
#[derive(Clone, Debug)]
pub struct Live {
    /// False where the row is active as long as it exists.
    pub expires: bool,
    /// Whether the session is active at the limit itself.
    pub at_limit_alive: bool,
    /// What a row without an expiry is.
    pub when_null: WhenNull,
    /// What shows that the program accepts the client.
    pub proof: LiveProof,
    /// What remains in doubt otherwise.
    pub doubt: Vec<String>,
    /// The keys of a payload in which nobody is logged in; another key may name a user. Empty where the program, and
    /// not each application, decides where the user is.
    pub guest_keys: Vec<String>,
}

/// What a row without an expiry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenNull {
    /// Not known.
    Unknown,
    /// Active for ever.
    Alive,
    /// Expired.
    Dead,
}

/// What shows that the program accepts the client as the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveProof {
    /// Nothing in the database does.
    None,
    /// The row alone.
    Row,
    /// The signature of the row and the hash of the user's password in it, with Django's SECRET_KEY.
    Django,
}

/// The table of users.
#[derive(Clone, Debug)]
pub struct UserTable {
    /// The table.
    pub table: String,
    /// The column with the id that sessions name.
    pub id: String,
    /// The columns with a name; the first that exists and is not null.
    pub name: Vec<String>,
    /// When a user is disabled, and whether this ends the user's sessions.
    pub disabled: Option<(Condition, bool)>,
    /// When a user is a visitor who never logged in.
    pub anonymous: Option<Condition>,
    /// The column with the password hash, where the proof needs it. Never shown.
    pub password: Option<String>,
}

/// How what the client holds leads to the row.
#[derive(Clone, Debug)]
pub struct TokenPath {
    /// The cookie's name, in which `*` is any text; none where the token is no cookie.
    pub cookie: Option<String>,
    /// The columns in which the result is searched.
    pub columns: Vec<String>,
    /// The steps from the token to the value of the column.
    pub steps: Vec<Step>,
    /// The name of the secret that the steps need.
    pub needs: Option<String>,
    /// How the token is signed, where the row is found without checking the signature.
    pub signed_with: Option<Signature>,
}

/// How sessions are revoked.
#[derive(Clone, Debug, Default)]
pub struct Revoke {
    /// The columns that are set instead of deleting the row.
    pub set: Vec<(String, Value)>,
    /// The column with the key of the session that replaces this one.
    pub chain: Option<String>,
    /// Changes in other tables.
    pub also: Vec<Also>,
    /// Whether a request in flight can put the row back.
    pub resurrects: bool,
    /// What the user has to know.
    pub notice: Vec<String>,
    /// What cannot be determined.
    pub unknown: Vec<String>,
    /// Why sessions of this program cannot be revoked in its table.
    pub refuse: Option<String>,
}

/// A change in another table that belongs to a revocation.
#[derive(Clone, Debug)]
pub struct Also {
    /// The table.
    pub table: String,
    /// The columns that are set; empty where the rows are deleted.
    pub set: Vec<(String, Value)>,
    /// The column of that table that must be equal.
    pub column: String,
    /// To which value of the session: `user_id`, or a column of the session table.
    pub equals: String,
    /// Only where this column is neither null nor empty.
    pub only_if: Option<String>,
    /// Why.
    pub because: String,
}

/// Why a layout could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LayoutError {
    /// The text is not TOML, or has a key or a type that a layout does not have.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// A value is none that the interpreter knows.
    #[error("{key}: {message}")]
    Meaning {
        /// The key.
        key: String,
        /// What is wrong.
        message: String,
    },
}

/// The most bytes of a layout file.
pub const MAX_LAYOUT_BYTES: usize = 64 * 1024;

impl Layout {
    /// Reads a layout.
    ///
    /// # Errors
    /// [`LayoutError`] with the place of the fault.
    pub fn parse(text: &str) -> Result<Self, LayoutError> {
        if text.len() > MAX_LAYOUT_BYTES {
            let message = format!("a layout has at most {MAX_LAYOUT_BYTES} bytes");
            return Err(LayoutError::Meaning { key: "file".to_owned(), message });
        }
        let raw: raw::Layout = toml::from_str(text).map_err(|error| syntax(text, &error))?;
        convert::layout(raw)
    }

    /// Whether the key of a row is a secret, so that a fingerprint is shown in its place.
    #[must_use]
    pub fn key_is_secret(&self) -> bool {
        self.key.iter().any(|column| self.is_secret(column))
    }

    /// Whether a column is never shown.
    #[must_use]
    pub fn is_secret(&self, column: &str) -> bool {
        self.secret.iter().any(|secret| secret.eq_ignore_ascii_case(column))
    }

    /// All sources of all fields.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.fields.named().into_iter().flat_map(|(_, sources)| sources)
    }
}

fn syntax(text: &str, error: &toml::de::Error) -> LayoutError {
    let at = error.span().map_or(0, |span| span.start).min(text.len());
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    LayoutError::Syntax { line, column, message: error.message().trim_end().replace('\n', "; ") }
}
