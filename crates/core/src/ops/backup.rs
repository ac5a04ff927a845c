//! Copying a store to a file, and bringing a copy back.

use std::path::Path;

use crate::model::event::{Action, Event};
use crate::store::{CopyProgress, FileBackups, RestoreReport, RestoreRequest, StoreError};

/// Whether a copy holds the keys that sign JWTs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysInCopy {
    /// It does: whoever reads the copy can sign.
    Kept,
    /// It does not, and its audit log records that.
    LeftOut,
}

/// Copies a store to a file.
///
/// # Errors
/// The store's.
pub fn backup(
    backups: &dyn FileBackups,
    to: &Path,
    keys: KeysInCopy,
    actor: &str,
    progress: CopyProgress<'_>,
) -> Result<(), StoreError> {
    let left_out = (keys == KeysInCopy::LeftOut).then(|| Event::new(Action::KeysLeftOut, actor));
    backups.backup(to, left_out.as_ref(), progress)
}

/// What is to be restored, and how.
#[derive(Clone, Copy, Debug)]
pub struct Restore<'a> {
    /// The copy.
    pub from: &'a Path,
    /// Forget what took access away since the copy.
    pub as_is: bool,
    /// Accept a copy of another database.
    pub other_database: bool,
    /// Only look.
    pub dry_run: bool,
}

/// Brings a copy back.
///
/// # Errors
/// The store's; nothing was changed then.
pub fn restore(
    backups: &dyn FileBackups,
    restore: Restore<'_>,
    actor: &str,
    progress: CopyProgress<'_>,
) -> Result<RestoreReport, StoreError> {
    let Restore { from, as_is, other_database, dry_run } = restore;
    let event = Event::new(Action::DatabaseRestored, actor);
    backups.restore(&RestoreRequest { from, as_is, other_database, dry_run, event }, progress)
}
