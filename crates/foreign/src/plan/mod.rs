//! A layout bound to a table that exists: which columns are read, and what their values mean. No SQL here, and
//! nothing is written.

mod bind;
mod findings;
mod judge;
mod read;
mod users;
mod window;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use regex_lite::Regex;
use sessionctl_core::model::time::{TimeError, parse_duration};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::codec::Codec;
use crate::layout::{Layout, Proof, Test};
use crate::record::State;
use crate::source::Query;
use crate::time::{Moment, TimeForm};
use crate::value::{Key, Row, Value};

pub use bind::bind;
pub use findings::Finding;
use read::node;
pub use users::Users;

/// Values of the program's configuration, by name: the layout's defaults, and what the user set.
#[derive(Clone, Debug, Default)]
pub struct Settings(BTreeMap<String, Duration>);

/// Why a setting was refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SettingError {
    /// The layout has no such setting.
    #[error("the layout {layout} has no setting `{name}`; it has: {known}")]
    Unknown {
        /// The layout.
        layout: String,
        /// The name that was given.
        name: String,
        /// The names that it has.
        known: String,
    },
    /// Not a length of time.
    #[error("{name}: {error}")]
    Value {
        /// The setting.
        name: String,
        /// What is wrong.
        error: TimeError,
    },
}

impl Settings {
    /// The defaults of a layout, with the pairs that the user set.
    ///
    /// # Errors
    /// [`SettingError`].
    pub fn of(layout: &Layout, set: &[(String, String)]) -> Result<Self, SettingError> {
        let parse = |name: &str, text: &str| {
            parse_duration(text).map_err(|error| SettingError::Value { name: name.to_owned(), error })
        };
        let mut values = BTreeMap::new();
        for setting in &layout.settings {
            values.insert(setting.name.clone(), parse(&setting.name, &setting.default)?);
        }
        for (name, text) in set {
            if !values.contains_key(name) {
                let known: Vec<&str> = layout.settings.iter().map(|setting| setting.name.as_str()).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(SettingError::Unknown { layout: layout.name.clone(), name: name.clone(), known });
            }
            values.insert(name.clone(), parse(name, text)?);
        }
        Ok(Settings(values))
    }

    /// The settings in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Duration)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    fn micros(&self, name: &str) -> i64 {
        self.0.get(name).map_or(0, |span| i64::try_from(span.as_micros()).unwrap_or(i64::MAX))
    }
}

/// A layout bound to a table.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The layout.
    pub layout: Arc<Layout>,
    /// The values of the program's configuration.
    pub settings: Settings,
    /// The session table: which columns of which rows are read.
    pub query: Query,
    /// The columns of the key as the database spells them.
    pub key_columns: Vec<String>,
    /// Whether the key names at most one row.
    pub key_is_unique: bool,
    /// The names of the triggers on the table.
    pub triggers: Vec<String>,
    /// The table of users, where there is one.
    pub users: Option<UserPlan>,
    key: Vec<usize>,
    payload: Option<(usize, Vec<Codec>)>,
    api_if: Option<Bound>,
    dead_if: Vec<(Bound, State)>,
    prove: Vec<(usize, Proof)>,
    fields: BoundFields,
    /// Whether columns alone decide the state: the payload need not be decoded then.
    state_in_columns: bool,
    /// Columns of the row that a change in another table needs, and the key of the next session.
    extra: BTreeMap<String, usize>,
}

/// The table of users, bound.
#[derive(Clone, Debug)]
pub struct UserPlan {
    query: Query,
    id: String,
    names: Vec<usize>,
    disabled: Option<Bound>,
    disabled_ends: bool,
    /// The layout says who is disabled, and the table does not have the column.
    disabled_unknown: bool,
    anonymous: Option<Bound>,
    password: Option<usize>,
}

/// A condition on the value at an index.
#[derive(Clone, Debug)]
struct Bound {
    index: usize,
    test: Test,
}

impl Bound {
    fn holds(&self, row: &Row) -> bool {
        let value = row.values.get(self.index);
        match &self.test {
            Test::Is(all) => value.is_some_and(|value| all.iter().any(|one| same(one, value))),
            Test::Above(limit) => match value {
                Some(Value::Integer(number)) => number > limit,
                Some(Value::Real(number)) => *number > *limit as f64,
                _ => false,
            },
        }
    }
}

/// Whether two values are the same for a layout: 1 and 1.0 are, 1 and "1" are not.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Integer(a), Value::Real(b)) | (Value::Real(b), Value::Integer(a)) => *a as f64 == *b,
        (one, other) => one == other,
    }
}

#[derive(Clone, Debug, Default)]
struct BoundFields {
    user_id: Vec<BoundSource>,
    created_at: Vec<BoundSource>,
    last_seen_at: Vec<BoundSource>,
    expires_at: Vec<BoundSource>,
    ended_at: Vec<BoundSource>,
    ip: Vec<BoundSource>,
    user_agent: Vec<BoundSource>,
}

#[derive(Clone, Debug)]
struct BoundSource {
    from: BoundOrigin,
    time: Vec<TimeForm>,
    plus: i64,
    not: Vec<Value>,
    latin1: bool,
    why: Option<String>,
}

impl BoundSource {
    fn is_in_columns(&self) -> bool {
        match &self.from {
            BoundOrigin::Column(_) => true,
            BoundOrigin::Earliest(all) => all.iter().all(BoundSource::is_in_columns),
            BoundOrigin::Pointer(_) | BoundOrigin::Keys(_) | BoundOrigin::SignedAt => false,
        }
    }
}

#[derive(Clone, Debug)]
enum BoundOrigin {
    Column(usize),
    Pointer(Vec<String>),
    Keys(Regex),
    SignedAt,
    Earliest(Vec<BoundSource>),
}

/// What reading a row needs beside the row.
pub struct Reading<'a> {
    /// The present.
    pub now: Moment,
    /// The users, with what was looked up already.
    pub users: Users<'a>,
    /// The program's secrets, one or several.
    pub secrets: &'a [Zeroizing<String>],
}

/// What a selector can ask of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `created_at`.
    CreatedAt,
    /// `last_seen_at`.
    LastSeenAt,
    /// `expires_at`.
    ExpiresAt,
    /// `ended_at`.
    EndedAt,
    /// `ip`.
    Ip,
    /// `user_agent`.
    UserAgent,
}

impl Plan {
    /// The key of a row.
    #[must_use]
    pub fn key_of(&self, row: &Row) -> Key {
        Key(self.key.iter().filter_map(|index| row.values.get(*index).cloned()).collect())
    }

    /// The id under which a key is shown.
    #[must_use]
    pub fn id_of(&self, key: &Key) -> String {
        if self.layout.key_is_secret() { key.fingerprint() } else { key.shown() }
    }

    /// The equalities that name a row.
    #[must_use]
    pub fn equalities(&self, key: &Key) -> Vec<(String, Value)> {
        self.key_columns.iter().cloned().zip(key.0.iter().cloned()).collect()
    }

    /// The value of a column that a change in another table needs.
    #[must_use]
    pub fn extra<'r>(&self, row: &'r Row, column: &str) -> Option<&'r Value> {
        self.extra.get(&column.to_ascii_lowercase()).and_then(|index| row.values.get(*index))
    }

    /// Whether the layout can answer what a selector asks of a field.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        let sources = match field {
            Field::CreatedAt => &self.fields.created_at,
            Field::LastSeenAt => &self.fields.last_seen_at,
            Field::ExpiresAt => &self.fields.expires_at,
            Field::EndedAt => &self.fields.ended_at,
            Field::Ip => &self.fields.ip,
            Field::UserAgent => &self.fields.user_agent,
        };
        !sources.is_empty()
    }

    /// What the values of a column must be, for a person.
    #[must_use]
    pub fn proof_of(&self, column: &str) -> String {
        let proof = self.prove.iter().find(|(index, _)| self.query.columns[*index] == column);
        match proof.map(|(_, proof)| proof) {
            None => "as the layout says".to_owned(),
            Some(Proof::Time(_)) => "a time in the form that the field names".to_owned(),
            Some(Proof::Integer) => "a whole number".to_owned(),
            Some(Proof::Payload) => "a payload that can be read".to_owned(),
            Some(Proof::Matches(regex)) => format!("text that matches the regular expression `{regex}`"),
        }
    }

    /// The stored payload of a row, as text.
    pub(crate) fn payload_text<'r>(&self, row: &'r Row) -> Option<&'r str> {
        self.payload.as_ref().and_then(|(index, _)| row.values.get(*index)?.as_str())
    }
}

impl UserPlan {
    /// The table as the database spells it.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.query.table
    }
}
