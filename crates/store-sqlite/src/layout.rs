//! By what a file is known as a session database, and which layout it has. How one becomes the next is in `migrate`.

use rusqlite::Connection;
use sessionctl_core::store::StoreError;

use crate::error::SqliteError;

/// The mark in the header of a session database: "SEST".
pub(crate) const APPLICATION_ID: u32 = 0x5345_5354;
/// The mark of a file that is being filled from another store: "SESC".
pub(crate) const UNFINISHED_ID: u32 = 0x5345_5343;

/// The newest layout that this program knows.
pub(crate) const CURRENT_VERSION: u32 = 2;

/// The number of a database's layout.
pub(crate) fn version(conn: &Connection) -> Result<u32, SqliteError> {
    Ok(conn.prepare_cached("PRAGMA user_version")?.query_row([], |row| row.get(0))?)
}

/// Fails where a newer program has brought the database to a layout of its own, which can happen while it is open.
pub(crate) fn refuse_newer(conn: &Connection) -> Result<(), SqliteError> {
    match version(conn)? {
        found if found > CURRENT_VERSION => {
            Err(StoreError::NewerVersion { found, known: CURRENT_VERSION }.into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_newer_layout_is_refused() {
        let conn = Connection::open_in_memory().unwrap();
        for (version, is_known) in
            [(0, true), (1, true), (CURRENT_VERSION, true), (CURRENT_VERSION + 1, false)]
        {
            conn.pragma_update(None, "user_version", version).unwrap();
            assert_eq!(refuse_newer(&conn).is_ok(), is_known, "{version}");
        }
    }
}
