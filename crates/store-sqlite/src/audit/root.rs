//! Where the chain of the audit log begins, and where it is bound to its database.

use rusqlite::Connection;
use sessionctl_core::model::event::{GENESIS, bind_to_database};

use crate::error::SqliteError;

/// The root of a database's chain.
pub(crate) struct ChainRoot {
    /// The id of this database.
    pub(crate) database_id: [u8; 16],
    /// The event whose link covers that id.
    bound_from: i64,
    /// The last pruned event; 0 where there is none.
    pub(crate) start: i64,
    /// The link of the last pruned event.
    pub(crate) start_link: [u8; 32],
}

impl ChainRoot {
    /// Reads the root.
    pub(crate) fn read(conn: &Connection) -> Result<Self, SqliteError> {
        let sql = "SELECT database_id, bound_from, log_start, log_start_link FROM meta WHERE id = 1";
        Ok(conn.prepare_cached(sql)?.query_row([], |row| {
            Ok(ChainRoot {
                database_id: row.get(0)?,
                bound_from: row.get(1)?,
                start: row.get(2)?,
                start_link: row.get::<_, Option<_>>(3)?.unwrap_or(GENESIS),
            })
        })?)
    }

    /// The link that an event follows, given that of the event before it.
    pub(crate) fn before(&self, event: i64, link: &[u8; 32]) -> [u8; 32] {
        if event == self.bound_from { bind_to_database(link, &self.database_id) } else { *link }
    }
}
