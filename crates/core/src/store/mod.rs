//! The traits of a store: what the acts need of the place where sessions, users, the audit log and the policy are
//! kept. They speak of the model only; no engine, path, query or transaction crosses them. Each method is whole or
//! has not happened, and a change takes its event and commits both. What a change means, and whether it should be
//! made, is decided in `ops`.
//!
//! # Time
//! A store holds a [`Clock`](crate::model::clock::Clock). Each change is decided by the time at which the store holds
//! its write lock, never earlier than the latest event; no method takes the time of a change from its caller. A clock
//! more than [`CLOCK_TOLERANCE`](crate::model::session::CLOCK_TOLERANCE) behind the latest event could bring expired
//! sessions back to life: the store then refuses what grants access, with [`StoreError::ClockBehind`]. Which of the two
//! is wrong, the clock or the event, the store cannot know. So what takes access away judges by the clock alone whether
//! a session has ended: one that only looks expired by the latest event would be active again once a false future is
//! corrected. In a sandbox, where the time is set at will, the clock alone decides.

mod account_events;
mod audit;
mod backup;
mod change;
mod change_time;
mod clock;
mod copy;
mod damaged_rows;
mod data;
mod entry;
mod error;
mod factory;
mod fence;
mod full_scan;
mod key;
mod limit_rule;
mod lock_times;
mod log_head;
mod login;
mod maintenance;
pub mod memory;
mod policy;
mod prefetch;
pub mod replay;
mod roles;
mod session;
mod stats;
mod user;

pub use account_events::AccountEvents;
pub use audit::{AuditStore, EventFilter, LogVerdict, Signatures, Unsealed};
pub use backup::{CopyProgress, FileBackups, LostEvents, RestoreReport, RestoreRequest, Takings};
pub use change::{Batch, BatchResult, Change, ChangeSubject, ChangedChild, EndRule, Rotation, Touch};
pub use change_time::{ChangeTime, JudgedBy};
pub use clock::{ClockCorrection, FALSE_FUTURE, grants_access};
pub use copy::{
    COPY_TABLES, CopyFrom, CopyHeader, CopyInto, CopyRow, CopySource, CopyTable, CopyTarget, CopyType,
    CopyValue, hash_rows,
};
pub use damaged_rows::{DamagedRows, RowError};
pub use data::{DataEntry, DataLimits, DataOutcome, DataStore, DataWrite};
pub use entry::{Entry, Replaced};
pub use error::StoreError;
pub use factory::{Access, NewStore, StoreFactory, StoreUrl};
pub use fence::Fence;
pub use full_scan::FullScan;
pub use key::{KeyStore, NewKey, StoredKey};
pub use limit_rule::{LimitRule, Limits};
pub use lock_times::LockTimes;
pub use log_head::LogHead;
pub use login::{LogIn, LogInOutcome, Merge, Reauthentication, Upgrade};
pub use maintenance::{MAX_COUNTED_ROWS, Maintenance, ServerInfo, StoreInfo};
pub use policy::{LocatorRotation, PolicyStore};
pub use prefetch::select_prefetched;
pub use roles::{RoleKind, ServerRoles};
pub use session::{AuthenticatedAt, Found, Issued, NewSession, Page, SessionStore, TokenStatus};
pub use stats::{GroupCount, SessionStats, StatsStore};
pub use user::{
    Attempt, EndSessions, NewUser, PENDING_ATTEMPT_TIMEOUT, REFUSAL_REPORT_INTERVAL, Renaming, UserStore,
    refusal_detail,
};

/// Bytes of randomness that the token of one stored session takes: 8 in its locator, 16 behind it.
pub const RANDOM_PER_TOKEN: usize = 24;

/// A whole store: every concern, and a view of one moment over all of them.
pub trait Store:
    SessionStore + UserStore + DataStore + KeyStore + AuditStore + PolicyStore + StatsStore + Maintenance + Send
{
    /// Calls `read` with a view in which everything is of one moment, and many look-ups need no lock each. Changes
    /// made meanwhile are not seen, so the view must be held for a moment only.
    ///
    /// # Errors
    /// [`StoreError`], that of `read` included.
    fn with_snapshot(
        &mut self,
        read: &mut dyn FnMut(&dyn Store) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;
}
