//! Moving a database elsewhere. The write lock is held as long as it is copied, so that nothing changes; look-ups go
//! on. At the end a small file that names the new place takes the name of the database, in one step.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{CopyHeader, CopyRow, CopySource, CopyTable, CopyValue, LogVerdict, StoreError};
use zeroize::Zeroizing;

use super::backup::sync;
use super::restore::swap::exchange;
use super::{copy_rows, moving};
use crate::audit::chain;
use crate::error::{SqliteError, io};
use crate::open;
use crate::paths::MOVED;
use crate::read::latest::latest_event_at;
use crate::staged_file::StagedFile;

/// The name under which the contents of a database that was moved are kept.
const MOVED_FILE_INFIX: &str = ".moved-";

/// Calls `act` while nobody can change the database, and marks it as moved where it succeeds.
pub(crate) fn with_source(
    path: &Path,
    clock: &Arc<dyn Clock>,
    moved_to: Option<&str>,
    act: &mut dyn FnMut(&dyn CopySource) -> Result<(), StoreError>,
) -> Result<Option<PathBuf>, SqliteError> {
    let store = open::writer(path, clock)?;
    let Some(to) = moved_to else {
        let locked = store.lock_to_replace()?;
        act(&Source(&locked.tx))?;
        return Ok(None);
    };
    let is_new = moving::mark(store.path(), to)?;
    let locked = store.lock_to_replace()?;
    if let Err(error) = act(&Source(&locked.tx)) {
        // A copy that never began, or that found a difference, leaves the database as it was.
        if is_new {
            moving::unmark(store.path())?;
        }
        return Err(error.into());
    }
    let staged = StagedFile::create(store.path())?;
    fs::write(staged.path(), format!("{MOVED}{to}\n"))
        .map_err(|error| io("cannot write", staged.path(), error))?;
    sync(staged.path())?;
    let kept = exchange(staged, store.path(), &locked, MOVED_FILE_INFIX)?;
    moving::unmark(store.path())?;
    Ok(Some(kept))
}

/// Makes a database that is marked as being moved usable again; `false` where it is not marked.
pub(crate) fn abandon(path: &Path, clock: &Arc<dyn Clock>) -> Result<bool, SqliteError> {
    let store = open::writer(path, clock)?;
    // A copy that is at work holds the lock.
    let locked = store.lock_to_replace()?;
    let was_marked = moving::unmark(store.path())?;
    drop(locked);
    Ok(was_marked)
}

/// A database that nobody can change.
struct Source<'a>(&'a Connection);

impl Source<'_> {
    fn identity(&self) -> Result<CopyHeader, SqliteError> {
        let events = match chain::walk(self.0, &mut |_| ())? {
            LogVerdict::Consistent { events, .. } => events,
            LogVerdict::Broken { at, why } => {
                let why = format!("the audit log is inconsistent at event {at}: {why}");
                return Err(StoreError::Corrupt(why).into());
            }
        };
        let head = chain::head(self.0)?;
        let drawn = |table: &str| -> Result<i64, SqliteError> {
            let sql = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?1), 0)";
            Ok(self.0.query_row(sql, [table], |row| row.get(0))?)
        };
        let sql = "SELECT sandbox, created_at, locator_key, attempt_key FROM meta WHERE id = 1";
        let (sandbox, created_at, locator_key, attempt_key) = self.0.query_row(sql, [], |row| {
            Ok((row.get(0)?, row.get(1)?, Zeroizing::new(row.get(2)?), Zeroizing::new(row.get(3)?)))
        })?;
        Ok(CopyHeader {
            database_id: head.database_id,
            sandbox,
            created_at: Timestamp::from_unix(created_at),
            locator_keys: vec![locator_key],
            attempt_key,
            drawn: [drawn("session")?, drawn("user")?, drawn("event")?],
            latest_event_at: latest_event_at(self.0)?,
            head,
            events,
        })
    }
}

impl CopySource for Source<'_> {
    fn header(&self) -> Result<CopyHeader, StoreError> {
        Ok(self.identity()?)
    }

    fn rows(&self, table: &CopyTable, after: &[CopyValue], limit: usize) -> Result<Vec<CopyRow>, StoreError> {
        Ok(copy_rows::read(self.0, table, after, None, Some(limit))?)
    }
}
