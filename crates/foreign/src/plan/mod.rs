//! A layout bound to a table that exists: which columns are read, and what their values mean. No SQL here, and
//! nothing is written.

mod bind;
mod bound;
mod early;
mod findings;
mod judge;
mod read;
mod reading;
mod settings;
mod users;
mod window;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::codec::Codec;
use crate::layout::{Layout, Proof};
use crate::record::{Record, State};
use crate::source::Query;
use crate::value::{Key, Row, Value};

pub use bind::bind;
pub use bound::UserPlan;
use bound::{Bound, BoundFields};
pub(crate) use early::EarlyTime;
pub use findings::Finding;
pub use reading::Reading;
pub use settings::{SettingError, Settings};
pub use users::{NamedUsers, Users};

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
    /// `last_ip`.
    LastIp,
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

    /// The record of a row of which nothing but the key is known.
    fn empty_record(&self, row: &Row) -> Record {
        let key = self.key_of(row);
        let id = self.id_of(&key);
        Record::new(key, id)
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
            Field::LastIp => &self.fields.last_ip,
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
