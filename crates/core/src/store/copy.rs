//! Moving a whole store into another kind of store: the rows of each table in one form that every kind can read and
//! write, so that ids, digests and keys stay what they are, and every token keeps working.

use std::path::PathBuf;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{LogHead, StoreError};
use crate::model::event::Event;
use crate::model::time::Timestamp;

/// A value of a row.
#[derive(Clone, PartialEq, Eq)]
pub enum CopyValue {
    /// None.
    Null,
    /// A number, or a time in Unix seconds.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes, a secret among them.
    Bytes(Zeroizing<Vec<u8>>),
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyType {
    /// A number or a time.
    Int,
    /// A text.
    Text,
    /// Bytes.
    Bytes,
}

/// The values of a row, in the order of the table's columns.
pub type CopyRow = Vec<CopyValue>;

/// A table as it is copied. Its first `key` columns order its rows and tell them apart.
#[derive(Debug)]
pub struct CopyTable {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [(&'static str, CopyType)],
    /// The number of columns of the key.
    pub key: usize,
}

impl CopyTable {
    /// The key of a row.
    #[must_use]
    pub fn key_of<'a>(&self, row: &'a CopyRow) -> &'a [CopyValue] {
        &row[..self.key]
    }
}

use CopyType::{Bytes, Int, Text};

/// The tables, in the order in which they are copied.
pub static COPY_TABLES: [CopyTable; 8] = [
    CopyTable { name: "policy", key: 1, columns: &[("name", Text), ("value", Int)] },
    CopyTable {
        name: "account",
        key: 1,
        columns: &[
            ("id", Int),
            ("name", Text),
            ("name_key", Text),
            ("password_hash", Text),
            ("password_changed_at", Int),
            ("created_at", Int),
            ("disabled_at", Int),
            ("removed_at", Int),
        ],
    },
    CopyTable {
        name: "attempt",
        key: 1,
        columns: &[
            ("key", Bytes),
            ("failures", Int),
            ("last_at", Int),
            ("pending", Int),
            ("refused", Int),
            ("reported_at", Int),
        ],
    },
    CopyTable {
        name: "jwt_key",
        key: 1,
        columns: &[
            ("kid", Text),
            ("algorithm", Text),
            ("secret", Bytes),
            ("created_at", Int),
            ("retired_at", Int),
            ("revoked_at", Int),
        ],
    },
    CopyTable {
        name: "session",
        key: 1,
        columns: &[
            ("id", Int),
            ("token_digest", Bytes),
            ("kind", Int),
            ("user_id", Int),
            ("parent_id", Int),
            ("created_at", Int),
            ("authenticated_at", Int),
            ("last_seen_at", Int),
            ("idle_timeout", Int),
            ("absolute_expires_at", Int),
            ("scheduled_at", Int),
            ("deadline", Int),
            ("ended_at", Int),
            ("end_reason", Text),
            ("ended_event", Int),
            ("app", Text),
            ("label", Text),
            ("scopes", Text),
            ("ip", Bytes),
            ("last_ip", Bytes),
            ("user_agent", Text),
        ],
    },
    CopyTable {
        name: "retired_token",
        key: 2,
        columns: &[
            ("session_id", Int),
            ("token_digest", Bytes),
            ("retired_at", Int),
            ("honoured_until", Int),
        ],
    },
    CopyTable {
        name: "session_data",
        key: 2,
        columns: &[
            ("session_id", Int),
            ("key", Text),
            ("value", Text),
            ("version", Int),
            ("updated_at", Int),
        ],
    },
    CopyTable {
        name: "event",
        key: 1,
        columns: &[
            ("id", Int),
            ("at", Int),
            ("action", Text),
            ("actor", Text),
            ("user", Text),
            ("user_id", Int),
            ("session_id", Int),
            ("last_session_id", Int),
            ("members", Bytes),
            ("detail", Text),
            ("ip", Bytes),
            ("app", Text),
        ],
    },
];

/// SHA-256 over rows: each value follows its type and its length, so that two different rows never give the same bytes.
#[must_use]
pub fn hash_rows(rows: &[CopyRow]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for value in rows.iter().flatten() {
        let (tag, number);
        let bytes: &[u8] = match value {
            CopyValue::Null => {
                hash.update([0]);
                continue;
            }
            CopyValue::Int(value) => {
                number = value.to_be_bytes();
                tag = 1;
                &number
            }
            CopyValue::Text(text) => {
                tag = 2;
                text.as_bytes()
            }
            CopyValue::Bytes(bytes) => {
                tag = 3;
                bytes
            }
        };
        hash.update([tag]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    hash.finalize().into()
}

/// What makes a store itself, besides its rows.
#[derive(Clone)]
pub struct CopyHeader {
    /// The random id of the database.
    pub database_id: [u8; 16],
    /// Whether its time may be set.
    pub sandbox: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// The keys of its tokens' locators, the newest last.
    pub locator_keys: Vec<Zeroizing<[u8; 16]>>,
    /// The key under which failed logins are counted.
    pub attempt_key: Zeroizing<[u8; 32]>,
    /// The highest ids that were ever drawn: of sessions, of accounts and of events.
    pub drawn: [i64; 3],
    /// The time of the latest event, which a new one must not precede.
    pub latest_event_at: Option<Timestamp>,
    /// The head of its audit log, which was verified.
    pub head: LogHead,
    /// The number of its events.
    pub events: u64,
}

/// A store that is copied, while nobody can change it.
pub trait CopySource {
    /// What makes it itself. Its audit log is verified before.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the log is broken, or another failure.
    fn header(&self) -> Result<CopyHeader, StoreError>;

    /// At most `limit` rows behind a key, in the order of the key.
    ///
    /// # Errors
    /// [`StoreError`].
    fn rows(&self, table: &CopyTable, after: &[CopyValue], limit: usize) -> Result<Vec<CopyRow>, StoreError>;
}

/// A kind of store that can be moved elsewhere.
pub trait CopyFrom {
    /// Calls `act` while nobody can change the store. Where `moved_to` is set, the store is marked before: from then on
    /// every change is refused with [`StoreError::Moving`], even after this process was killed. If `act` succeeds, the
    /// store is marked as moved, in one step, and answers nothing any more; returns where its contents are kept.
    ///
    /// # Errors
    /// [`StoreError::Moved`] where it was moved before, [`StoreError::Moving`] where it is being moved to another
    /// place, that of `act`, or another failure.
    fn with_source(
        &self,
        moved_to: Option<&str>,
        act: &mut dyn FnMut(&dyn CopySource) -> Result<(), StoreError>,
    ) -> Result<Option<PathBuf>, StoreError>;

    /// Makes a store that is marked as being moved usable again; `false` where it is not marked.
    ///
    /// # Errors
    /// [`StoreError::Moved`] where the move has ended, or another failure.
    fn abandon(&self) -> Result<bool, StoreError>;
}

/// A store that is being filled. It answers nothing until it is complete.
pub trait CopyTarget {
    /// The rows behind a key and up to another one, in the order of the key; without the latter, all that follow.
    ///
    /// # Errors
    /// [`StoreError`].
    fn rows(
        &self,
        table: &CopyTable,
        after: &[CopyValue],
        up_to: Option<&[CopyValue]>,
    ) -> Result<Vec<CopyRow>, StoreError>;

    /// Replaces the rows behind a key and up to that of the last one of `rows`, in one step.
    ///
    /// # Errors
    /// [`StoreError`].
    fn replace(&mut self, table: &CopyTable, after: &[CopyValue], rows: &[CopyRow])
    -> Result<(), StoreError>;

    /// Deletes the rows behind a key.
    ///
    /// # Errors
    /// [`StoreError`].
    fn truncate(&mut self, table: &CopyTable, after: &[CopyValue]) -> Result<(), StoreError>;

    /// Records that all rows are there and were compared, and appends the event that names where they came from.
    ///
    /// # Errors
    /// [`StoreError`].
    fn complete(&mut self, header: &CopyHeader, event: &Event) -> Result<(), StoreError>;

    /// Opens the store to everybody.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where it is not complete or was opened before, or another failure.
    fn activate(&mut self) -> Result<(), StoreError>;
}

/// A kind of store into which another one can be moved.
pub trait CopyInto {
    /// Begins to fill a store from another one, whose header this is; or continues after an interruption.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where there is another store, or another failure.
    fn begin(&self, header: &CopyHeader, from: &str) -> Result<Box<dyn CopyTarget>, StoreError>;

    /// Opens a store that is complete and was not activated because the process was killed.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where there is no such store, or another failure.
    fn resume(&self) -> Result<Box<dyn CopyTarget>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_rows_tells_types_lengths_and_places_apart() {
        let text = |text: &str| CopyValue::Text(text.to_owned());
        let rows = [
            vec![vec![text("ab"), text("c")]],
            vec![vec![text("a"), text("bc")]],
            vec![vec![text("abc"), CopyValue::Null]],
            vec![vec![CopyValue::Null, text("abc")]],
            vec![vec![CopyValue::Bytes(b"ab".to_vec().into()), text("c")]],
            vec![vec![CopyValue::Int(0), text("c")]],
            Vec::new(),
        ];
        let hashes: std::collections::HashSet<_> = rows.iter().map(|rows| hash_rows(rows)).collect();
        assert_eq!(hashes.len(), rows.len());
    }
}
