//! Values kept with sessions.

use super::StoreError;
use crate::model::event::Event;
use crate::model::session::SessionId;
use crate::model::time::Timestamp;

/// A value kept with a session.
#[derive(Clone, Debug)]
pub struct DataEntry {
    /// Its name.
    pub key: String,
    /// The value, as JSON text.
    pub json: String,
    /// How often it was written: 1 for the first time.
    pub version: i64,
    /// When it was last written.
    pub updated_at: Timestamp,
}

/// How much a session may hold.
#[derive(Clone, Copy, Debug)]
pub struct DataLimits {
    /// Values.
    pub keys: usize,
    /// Bytes of all keys and values.
    pub bytes: usize,
}

/// A write to a session's data.
#[derive(Clone, Copy, Debug)]
pub struct DataWrite<'a> {
    /// The session, which must be active.
    pub session: SessionId,
    /// The value's name.
    pub key: &'a str,
    /// The value as JSON text; none removes it.
    pub json: Option<&'a str>,
    /// The version that the value must have; 0 where there must be none.
    pub if_version: Option<i64>,
    /// How much the session may hold.
    pub limits: DataLimits,
}

/// What came of a write to a session's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataOutcome {
    /// It is written; the version now (0 where the value was removed).
    Done(i64),
    /// The value has another version than was expected; 0 where there is none.
    Conflict(i64),
    /// The session is not active.
    NotActive,
    /// The session would hold more keys or bytes than it may.
    Full,
}

/// Values kept with sessions.
pub trait DataStore {
    /// All values of a session, by name.
    ///
    /// # Errors
    /// [`StoreError`], as for every method of this trait.
    fn data(&self, session: SessionId) -> Result<Vec<DataEntry>, StoreError>;

    /// Sets or removes a value of an active session.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn set_data(&mut self, write: &DataWrite<'_>, event: Event) -> Result<DataOutcome, StoreError>;
}
