//! Where sessions, users, the log and the policy are kept: traits that speak of the domain only. No SQL and no
//! transaction type crosses them; each method is whole or has not happened, and a change takes its event along.
//! What a change means, and whether it should be made, is decided in `ops`.

mod error;
mod prefetch;
mod session;
mod user;

pub use error::StoreError;
pub use prefetch::select_prefetched;
pub use session::{
    Batch, BatchResult, Change, Found, Issued, LogIn, LogInOutcome, Merge, NewSession, Page, Rotation,
    SessionStore, TokenStatus, Touch, Upgrade,
};
pub use user::{Attempt, EndSessions, UserStore};

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use crate::model::event::{Event, LoggedEvent};
use crate::model::policy::{Key, Policy};
use crate::model::selector::Sort;
use crate::model::session::SessionId;
use crate::model::time::Timestamp;

/// Bytes of randomness that one stored session's token takes: 8 in its locator, 16 behind it.
pub const RANDOM_PER_TOKEN: usize = 24;

/// Everything that is kept.
pub trait Store: SessionStore + UserStore + DataStore + KeyStore + LogStore + Maintenance + Send {}
impl<T: SessionStore + UserStore + DataStore + KeyStore + LogStore + Maintenance + Send> Store for T {}

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

/// What came of a write to a session's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataOutcome {
    /// Done; the version now (0 where the value was removed).
    Done(i64),
    /// The value stands at another version than was expected; 0 where there is none.
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
    /// [`StoreError`], as for every method of these traits.
    fn data(&self, session: SessionId) -> Result<Vec<DataEntry>, StoreError>;
    /// Sets a value (`json`) or removes it (`None`) on an active session, if it stands at `if_version` where
    /// that is given (0: there is none). `most` bounds the keys and the bytes of all keys and values.
    ///
    /// # Errors
    /// [`StoreError`].
    fn set_data(
        &mut self,
        session: SessionId,
        key: &str,
        json: Option<&str>,
        if_version: Option<i64>,
        most: (usize, usize),
        event: Event,
    ) -> Result<DataOutcome, StoreError>;
}

/// A key that signs JWTs. The secret part is only handed to the signer.
#[derive(Clone)]
pub struct StoredKey {
    /// The key's public name.
    pub kid: String,
    /// `EdDSA` or `HS256`.
    pub algorithm: String,
    /// The secret.
    pub secret: zeroize::Zeroizing<Vec<u8>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it signs no more; it still verifies.
    pub retired_at: Option<Timestamp>,
}

/// Signing keys.
pub trait KeyStore {
    /// All keys, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn keys(&self) -> Result<Vec<StoredKey>, StoreError>;
    /// Keeps a new key; `false` where its name is taken.
    ///
    /// # Errors
    /// [`StoreError`].
    fn add_key(&mut self, key: &StoredKey, event: Event) -> Result<bool, StoreError>;
    /// Retires a key; `false` where there is no such live key.
    ///
    /// # Errors
    /// [`StoreError`].
    fn retire_key(&mut self, kid: &str, event: Event) -> Result<bool, StoreError>;
}

/// Which events are looked for.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// About this session.
    pub session: Option<SessionId>,
    /// About this user.
    pub user: Option<String>,
    /// With this action, or one that begins with it and a dot.
    pub action: Option<String>,
    /// By this actor.
    pub actor: Option<String>,
    /// At or after.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// So many of the newest.
    pub limit: Option<u64>,
}

/// What verifying the log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogVerdict {
    /// Every link holds; so many events, and the last link (hex), to be kept elsewhere.
    Whole {
        /// Events.
        events: u64,
        /// The last link.
        head: String,
    },
    /// The chain breaks at this event.
    Broken {
        /// The first event that does not fit.
        at: i64,
        /// What does not fit.
        why: String,
    },
}

/// The log. It has no method to write: events come with the changes they trace of.
pub trait LogStore {
    /// Calls `each` with the events that match, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn events(
        &self,
        filter: &EventFilter,
        each: &mut dyn FnMut(LoggedEvent) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;
    /// Walks the whole chain.
    ///
    /// # Errors
    /// [`StoreError`].
    fn verify_log(&self) -> Result<LogVerdict, StoreError>;
    /// When the newest event happened.
    ///
    /// # Errors
    /// [`StoreError`].
    fn newest_event_at(&self) -> Result<Option<Timestamp>, StoreError>;
    /// Writes an event that no change comes with (a login that was refused, a reused token on a dead session).
    ///
    /// # Errors
    /// [`StoreError`].
    fn record(&mut self, event: Event) -> Result<(), StoreError>;
}

/// What a database is.
#[derive(Clone, Debug)]
pub struct StoreInfo {
    /// The layout's version.
    pub schema_version: u32,
    /// Whether its time may be set with `--now`.
    pub sandbox: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Sessions of any state.
    pub sessions: u64,
    /// Users.
    pub users: u64,
    /// Events.
    pub events: u64,
    /// Bytes on disk, the write-ahead log included.
    pub bytes: u64,
    /// The engine and its version.
    pub engine: String,
}

/// Counts of sessions in one group.
#[derive(Clone, Debug, Default)]
pub struct GroupCount {
    /// What they have in common.
    pub name: String,
    /// Active ones.
    pub active: u64,
    /// Expired ones.
    pub expired: u64,
    /// Revoked ones.
    pub revoked: u64,
}

/// All sessions, counted in one pass.
#[derive(Clone, Debug, Default)]
pub struct SessionStats {
    /// All of them.
    pub all: GroupCount,
    /// By kind.
    pub kinds: Vec<GroupCount>,
    /// By user; the one without a name holds those of nobody.
    pub users: Vec<GroupCount>,
    /// By application.
    pub apps: Vec<GroupCount>,
    /// Live ones whose age lies under each step, and behind the one before; the last are over all steps.
    pub ages: Vec<u64>,
    /// Live ones that will die within each step, and after the one before; the last later than all steps.
    pub ends: Vec<u64>,
}

/// Care of the database as a whole.
pub trait Maintenance {
    /// From `true` to `false`, everything that is read is of one moment, and many look-ups need no lock each. To be
    /// held for a moment only: what changes meanwhile is not seen.
    ///
    /// # Errors
    /// [`StoreError`].
    fn hold_still(&mut self, still: bool) -> Result<(), StoreError>;
    /// Whether its time may be set with `--now`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn is_sandbox(&self) -> Result<bool, StoreError>;
    /// What it is.
    ///
    /// # Errors
    /// [`StoreError`].
    fn info(&self) -> Result<StoreInfo, StoreError>;
    /// The policy in force.
    ///
    /// # Errors
    /// [`StoreError`].
    fn policy(&self) -> Result<Policy, StoreError>;
    /// Sets (`Some`) a setting or puts it back to its default (`None`).
    ///
    /// # Errors
    /// [`StoreError`].
    fn set_policy(&mut self, key: Key, value: Option<u64>, event: Event) -> Result<(), StoreError>;
    /// Looks for damage and broken invariants; one line each, none where all is well.
    ///
    /// # Errors
    /// [`StoreError`] where it could not even look.
    fn check(&self, now: Timestamp) -> Result<Vec<String>, StoreError>;
    /// Writes a consistent copy to a file that does not exist yet, readable by its owner only; `progress` is
    /// steps the pages done and the pages in all.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is left behind then.
    fn backup(&self, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError>;
    /// Counts all sessions: by group and state, those groups first that have most live sessions and of users and
    /// applications at most `most`; and the live ones by age and by the time they have left, in rising `steps`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn stats(&self, now: Timestamp, steps: &[Duration], most: usize) -> Result<SessionStats, StoreError>;
    /// Makes the write-ahead log small again, so that deleted text leaves the disk.
    ///
    /// # Errors
    /// [`StoreError`].
    fn checkpoint(&mut self) -> Result<(), StoreError>;
}

impl Page {
    /// Everything, in one order.
    #[must_use]
    pub fn whole(sort: Sort) -> Self {
        Page { sort, after: None, limit: None }
    }
}
