//! What is asked with each token and seldom changes: the policy, and the time of the latest event. It is kept for as
//! long as no connection commits, which SQLite shows by a number that it has in memory.

use std::cell::{Cell, RefCell};

use rusqlite::Connection;
use sessionctl_core::model::policy::Policy;
use sessionctl_core::model::time::Timestamp;

use super::latest::latest_event_at;
use super::policy::policy;
use crate::error::SqliteError;

/// What was read so far of one state of the database.
#[derive(Default)]
pub(crate) struct Memo {
    /// `PRAGMA data_version`: another number after another connection has committed. This connection's own commits do
    /// not count, so that they call [`Memo::forget`].
    version: Cell<Option<i64>>,
    policy: RefCell<Option<Policy>>,
    latest: Cell<Option<Option<Timestamp>>>,
}

impl Memo {
    /// Keeps what was read where the state is still the same, within a transaction that reads one state. Returns
    /// whether it is.
    pub(crate) fn follow(&self, conn: &Connection) -> Result<bool, SqliteError> {
        let version = conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        let is_same = self.version.get() == Some(version);
        if !is_same {
            self.forget();
            self.version.set(Some(version));
        }
        Ok(is_same)
    }

    /// The policy of the state that was followed last.
    pub(crate) fn policy(&self, conn: &Connection) -> Result<Policy, SqliteError> {
        if let Some(known) = &*self.policy.borrow() {
            return Ok(known.clone());
        }
        let read = policy(conn)?;
        *self.policy.borrow_mut() = Some(read.clone());
        Ok(read)
    }

    /// The time of its latest event.
    pub(crate) fn latest_event_at(&self, conn: &Connection) -> Result<Option<Timestamp>, SqliteError> {
        if let Some(known) = self.latest.get() {
            return Ok(known);
        }
        let read = latest_event_at(conn)?;
        self.latest.set(Some(read));
        Ok(read)
    }

    /// Forgets everything.
    pub(crate) fn forget(&self) {
        self.version.set(None);
        *self.policy.borrow_mut() = None;
        self.latest.set(None);
    }
}

#[cfg(test)]
mod tests {
    use sessionctl_core::model::policy::Key;

    use super::*;

    #[test]
    fn policy_is_read_again_after_another_connection_commits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let open = || Connection::open(&path).unwrap();
        let (reader, writer) = (open(), open());
        writer
            .execute_batch(
                "PRAGMA journal_mode = WAL; CREATE TABLE policy (name TEXT PRIMARY KEY, value INTEGER); \
                 INSERT INTO policy VALUES ('web.idle', 60)",
            )
            .unwrap();
        let memo = Memo::default();
        let ask = || {
            reader.execute_batch("BEGIN").unwrap();
            let is_same = memo.follow(&reader).unwrap();
            let policy = memo.policy(&reader).unwrap().get(Key::WebIdle);
            reader.execute_batch("COMMIT").unwrap();
            (is_same, policy)
        };
        assert_eq!(ask(), (false, 60));
        assert_eq!(ask(), (true, 60));
        writer.execute_batch("UPDATE policy SET value = 120").unwrap();
        assert_eq!(ask(), (false, 120));
    }

    #[test]
    fn state_of_a_transaction_is_kept_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let (reader, writer) = (Connection::open(&path).unwrap(), Connection::open(&path).unwrap());
        writer.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (a)").unwrap();
        let memo = Memo::default();
        reader.execute_batch("BEGIN").unwrap();
        memo.follow(&reader).unwrap();
        writer.execute_batch("INSERT INTO t VALUES (1)").unwrap();
        // What is read in the transaction is of the state that was followed, and so is what is kept.
        assert!(memo.follow(&reader).unwrap());
        assert_eq!(reader.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0)).unwrap(), 0);
        reader.execute_batch("COMMIT; BEGIN").unwrap();
        assert!(!memo.follow(&reader).unwrap());
    }
}
