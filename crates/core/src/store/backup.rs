//! Copies of a store as files, and the way back to one. A store on a server has tools of its own for this.

use std::path::{Path, PathBuf};

use super::{LogHead, StoreError};
use crate::model::event::Event;
use crate::model::session::SessionId;
use crate::model::time::Timestamp;

/// Gets the pages done and the pages in all.
pub type CopyProgress<'a> = &'a mut dyn FnMut(u64, u64);

/// What only a store that is a file can do.
pub trait FileBackups {
    /// Writes a consistent copy to a file that does not exist yet, readable by its owner only. With `without_keys`, the
    /// keys that sign JWTs are left out of the copy, and this event is appended to its audit log.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is left behind then.
    fn backup(
        &self,
        to: &Path,
        without_keys: Option<&Event>,
        progress: CopyProgress<'_>,
    ) -> Result<(), StoreError>;

    /// Puts a copy in the place of the store, which is kept under another name. The copy is checked first. What took
    /// access away since the copy is applied to it unless the request declines that, and no id is used again. Whoever
    /// has the store open notices. If the process is killed, either the old or the new store is in place.
    ///
    /// # Errors
    /// [`StoreError::UnusableCopy`], [`StoreError::ClockBehind`] or another failure; the store is as it was then.
    fn restore(
        &self,
        request: &RestoreRequest<'_>,
        progress: CopyProgress<'_>,
    ) -> Result<RestoreReport, StoreError>;
}

/// Which copy to bring back, and how.
#[derive(Clone, Debug)]
pub struct RestoreRequest<'a> {
    /// The copy.
    pub from: &'a Path,
    /// Forget what took access away since the copy.
    pub as_is: bool,
    /// Accept a copy of another database, of which nothing since is known.
    pub other_database: bool,
    /// Only look: check everything, and change nothing.
    pub dry_run: bool,
    /// The event; the store adds what was restored.
    pub event: Event,
}

/// What restoring a copy did, or would do.
#[derive(Clone, Debug)]
pub struct RestoreReport {
    /// The head of the copy.
    pub copy: LogHead,
    /// The head of the store that was replaced; none where there was no store.
    pub replaced: Option<LogHead>,
    /// Where the replaced store is kept; none where there was no store, or nothing was changed.
    pub kept: Option<PathBuf>,
    /// The sessions that were created since the copy, and are gone.
    pub lost_sessions: u64,
    /// The users that were added since the copy, and are gone.
    pub lost_users: u64,
    /// The events of the log that was replaced which the copy lacks; none where it has all of them.
    pub lost_events: Option<LostEvents>,
    /// What took access away since the copy.
    pub since: Takings,
}

/// Events of an audit log that another one lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LostEvents {
    /// How many.
    pub count: u64,
    /// The time of the first of them.
    pub first_at: Timestamp,
    /// The time of the last of them.
    pub last_at: Timestamp,
}

/// What took access away in one store, and another does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Takings {
    /// Sessions that were revoked, logged out or deleted.
    pub ended: Vec<SessionId>,
    /// Sessions that got an earlier limit.
    pub shortened: Vec<SessionId>,
    /// Sessions whose token was replaced.
    pub rotated: Vec<SessionId>,
    /// Sessions from which values were removed.
    pub values_removed: Vec<SessionId>,
    /// Users whose password was changed, by name.
    pub passwords: Vec<String>,
    /// Users who were disabled, by name.
    pub disabled: Vec<String>,
    /// Users who were removed, by name.
    pub removed: Vec<String>,
    /// Signing keys that were retired.
    pub retired_keys: Vec<String>,
    /// Signing keys that were revoked.
    pub revoked_keys: Vec<String>,
    /// Settings of the policy that were stricter.
    pub settings: Vec<String>,
}

impl Takings {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Takings::default()
    }
}
