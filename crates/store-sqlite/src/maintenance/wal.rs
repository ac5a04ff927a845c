//! The size of the WAL, and checkpoints. When the WAL is copied back is decided here and in `store`, never by
//! SQLite's own counter, except in bulk work.
//!
//! # What one change of a process costs
//! Five syncs, where no other process has the database open (`strace -e trace=fsync`): of the folder, because the WAL
//! is new and its name must be on disk before the file is overwritten from it; of the header of the new WAL; of its
//! frames, after which the change is acknowledged; of the WAL again as SQLite begins to copy it back, which finds
//! nothing to write; and of the file, after which the WAL is removed. SQLite decides the second and the fourth. To
//! leave the WAL behind would cost one sync a change, and a copy of the file alone would be older than what was
//! acknowledged, and a copy put in its place would be merged with it. While another process has the database open, the
//! WAL stays, and a change that neither takes access away nor replaces a secret is one sync.

use std::path::Path;

use rusqlite::Connection;
use sessionctl_core::store::StoreError;

use crate::connect::{wait_briefly, with_busy_handler};
use crate::error::SqliteError;
use crate::paths::sidecar_path;

/// The size of the WAL, 100 pages, above which it is copied back. The first process that opens the database reads
/// all of the WAL: with 2,000 pages in it, a look-up took three times as long.
const WAL_CHECKPOINT_BYTES: u64 = 100 * 4_120;

/// The size of the WAL in bytes; 0 where there is none.
pub(crate) fn size(database: &Path) -> u64 {
    sidecar_path(database, "-wal").metadata().map_or(0, |wal| wal.len())
}

/// Copies the WAL back and truncates it, where a change made it longer by another [`WAL_CHECKPOINT_BYTES`]. SQLite's
/// own checkpoint does not truncate it; the next process that opens the database takes the whole WAL for new, so
/// that each of many single changes copied it back once more. The change is on disk, whatever comes of this.
pub(crate) fn checkpoint_if_large(conn: &mut Connection, database: &Path, before: u64) {
    if size(database) / WAL_CHECKPOINT_BYTES > before / WAL_CHECKPOINT_BYTES {
        let _ = checkpoint_soon(conn);
    }
}

/// Copies a long WAL back, if others allow it.
pub(crate) fn shorten(conn: &mut Connection, database: &Path) {
    if size(database) > WAL_CHECKPOINT_BYTES {
        let _ = checkpoint_soon(conn);
    }
}

/// Truncates the WAL if others allow it within a moment; if not, the next change tries again.
pub(crate) fn checkpoint_soon(conn: &mut Connection) -> Result<(), SqliteError> {
    // Most is copied while others write on; they wait for the rest only.
    conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    match with_busy_handler(conn, wait_briefly, |conn| checkpoint(conn)) {
        Err(SqliteError(StoreError::Busy)) => Ok(()),
        other => other,
    }
}

/// Copies the whole WAL back into the database and truncates it.
pub(crate) fn checkpoint(conn: &Connection) -> Result<(), SqliteError> {
    let busy: bool = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy { Err(StoreError::Busy.into()) } else { Ok(()) }
}
