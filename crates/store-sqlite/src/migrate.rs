//! The layout and its history: numbered files; the number of the last one applied is the database's `user_version`.
//! A released file is never edited.

use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use sessionctl_core::model::clock::{Clock, FixedClock};
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::{UserId, UserName};
use sha2::{Digest as _, Sha256};

use crate::audit::append::append;
use crate::error::SqliteError;
use crate::layout::{APPLICATION_ID, CURRENT_VERSION, version};
use crate::store::WriteTx;

/// A step from one layout to the next: its SQL, and what SQL cannot compute.
struct Migration {
    sql: &'static str,
    then: fn(&Transaction<'_>) -> Result<Vec<Event>, SqliteError>,
}

/// The steps from an empty file to the current layout, in order.
const MIGRATIONS: &[Migration] = &[
    Migration { sql: include_str!("migrations/0001_init.sql"), then: |_| Ok(Vec::new()) },
    Migration { sql: include_str!("migrations/0002_bind.sql"), then: renew_name_keys },
];

/// Who migrates a database, in its audit log: whichever process opens it first.
const ACTOR: &str = "sessionctl";

const _: () = assert!(MIGRATIONS.len() == CURRENT_VERSION as usize);

/// Migrates a database to the current layout, each step whole or not at all. Of many processes that try at once,
/// one applies each step: the version is read again under the lock. A database that has an audit log records the step.
pub(crate) fn migrate(conn: &mut Connection, clock: &dyn Clock) -> Result<(), SqliteError> {
    while version(conn)? < CURRENT_VERSION {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let at = version(&tx)?;
        let Some(step) = MIGRATIONS.get(at as usize) else { break };
        tx.execute_batch(step.sql)?;
        let changes = (step.then)(&tx)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", at + 1)?;
        if tx.query_row("SELECT EXISTS (SELECT 1 FROM meta)", [], |row| row.get(0))? {
            let tx = WriteTx::at(tx, clock.now())?;
            let event = Event::new(Action::DatabaseMigrated, ACTOR);
            append(&tx, &event.detail(format!("schema version {at} to {}", at + 1)))?;
            changes.iter().try_for_each(|event| append(&tx, event))?;
            tx.commit()?;
        } else {
            tx.commit()?;
        }
    }
    Ok(())
}

/// Stores the keys of names as this program forms them. Where two users had names that now have one key, the later
/// one that has to change gets its number behind its name, so that a command still reaches it; and so that one does, a
/// name that is not accepted any more is written without what is not shown.
fn renew_name_keys(tx: &Transaction<'_>) -> Result<Vec<Event>, SqliteError> {
    let mut read = tx.prepare("SELECT id, name, name_key FROM user ORDER BY id")?;
    let mut rows = read.query([])?;
    let (mut renewed, mut events): (Vec<(i64, UserName)>, _) = (Vec::new(), Vec::new());
    let mut repaired = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, name, key): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        match name.parse::<UserName>() {
            Ok(name) if name.key() == key => {}
            Ok(name) => renewed.push((id, name)),
            Err(_) => repaired.push((id, UserName::repaired(&name, UserId(id)))),
        }
    }
    for (id, name) in renewed {
        let sql = "UPDATE OR IGNORE user SET name_key = ?2 WHERE id = ?1";
        if tx.execute(sql, params![id, name.key()])? == 0 {
            let why = format!("from {name}, which another user has in another spelling");
            events.extend(rename(tx, id, &numbered(&name, id), &why)?);
        }
    }
    for (id, name) in repaired {
        let why = "from a name with characters that are not shown";
        let event = match rename(tx, id, &name, why)? {
            None => rename(tx, id, &numbered(&name, id), why)?,
            renamed => renamed,
        };
        events.extend(event);
    }
    Ok(events)
}

fn numbered(name: &UserName, id: i64) -> UserName {
    let text = format!("{name} ({id})");
    text.parse().unwrap_or_else(|_| UserName::repaired("", UserId(id)))
}

/// Gives a user another name; `None` where it is another user's.
fn rename(tx: &Transaction<'_>, id: i64, name: &UserName, why: &str) -> Result<Option<Event>, SqliteError> {
    let sql = "UPDATE OR IGNORE user SET name = ?2, name_key = ?3 WHERE id = ?1";
    let is_done = tx.execute(sql, params![id, name.as_str(), name.key()])? > 0;
    Ok(is_done.then(|| Event::new(Action::UserRenamed, ACTOR).user(Some(name)).detail(why.to_owned())))
}

/// Type, name, table and SQL of each object of the schema, sorted.
fn schema(conn: &Connection) -> Result<Vec<[String; 4]>, SqliteError> {
    // Sorted here: SQLite takes longer to sort them than to read them.
    let mut parts: Vec<[String; 4]> = Vec::new();
    let mut statement = conn.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = |column| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
        parts.push([text(0)?, text(1)?, text(2)?, text(3)?]);
    }
    parts.sort_unstable();
    Ok(parts)
}

/// A digest over the whole schema. A planted trigger, view, index or column changes it, and so does a removed
/// CHECK.
pub(crate) fn fingerprint(conn: &Connection) -> Result<[u8; 32], SqliteError> {
    let mut hash = Sha256::new();
    for text in schema(conn)?.iter().flatten() {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    Ok(hash.finalize().into())
}

/// The fingerprint of the current layout. A failing test prints the new value when the layout changes.
pub(crate) const SCHEMA_FINGERPRINT: &str =
    "47d15fab32e4ad6f0dca657922e070ce5071def1a7add628f8b798c965deffcf";

/// Whether the schema is exactly the one that this program creates.
pub(crate) fn is_ours(conn: &Connection) -> Result<bool, SqliteError> {
    Ok(hex::encode(fingerprint(conn)?) == SCHEMA_FINGERPRINT)
}

/// How the schema differs from the one that this program creates, object by object: `trigger 'x' was added`.
pub(crate) fn alterations(conn: &Connection) -> Result<Vec<String>, SqliteError> {
    let mut fresh = Connection::open_in_memory()?;
    migrate(&mut fresh, &FixedClock::new(Timestamp::from_unix(0)))?;
    let (ours, found) = (schema(&fresh)?, schema(conn)?);
    let same = |a: &[String; 4], b: &[String; 4]| a[..2] == b[..2];
    let says =
        |object: &[String; 4], what: &str| format!("{} '{}' was {what}", object[0], object[1].escape_debug());
    let changed = found.iter().filter(|object| !ours.contains(object)).map(|object| {
        says(object, if ours.iter().any(|known| same(known, object)) { "changed" } else { "added" })
    });
    let removed = ours.iter().filter(|object| !found.iter().any(|other| same(other, object)));
    Ok(changed.chain(removed.map(|object| says(object, "removed"))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    fn clock() -> FixedClock {
        FixedClock::new(Timestamp::from_unix(1_800_000_000))
    }

    #[test]
    fn fingerprint_matches_current_layout_and_detects_trigger() {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn, &clock()).unwrap();
        assert_eq!(version(&conn).unwrap(), CURRENT_VERSION);
        assert_eq!(
            hex::encode(fingerprint(&conn).unwrap()),
            SCHEMA_FINGERPRINT,
            "write this into SCHEMA_FINGERPRINT"
        );
        conn.execute_batch("CREATE TRIGGER t AFTER UPDATE ON session BEGIN SELECT 1; END").unwrap();
        assert!(!is_ours(&conn).unwrap());
        conn.execute_batch(
            "DROP INDEX session_user; CREATE INDEX session_user ON session (kind); DROP INDEX event_action",
        )
        .unwrap();
        let found = alterations(&conn).unwrap();
        let says =
            ["index 'session_user' was changed", "trigger 't' was added", "index 'event_action' was removed"];
        assert_eq!(found, says);
    }

    #[test]
    fn migrate_raced_by_16_threads_ends_with_current_layout() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..5 {
            let path = folder.path().join(format!("{round}.db"));
            let begin = std::sync::Barrier::new(16);
            std::thread::scope(|scope| {
                for _ in 0..16 {
                    scope.spawn(|| {
                        let mut conn = Connection::open(&path).unwrap();
                        conn.busy_timeout(std::time::Duration::from_secs(60)).unwrap();
                        begin.wait();
                        migrate(&mut conn, &clock()).unwrap();
                        assert!(is_ours(&conn).unwrap());
                    });
                }
            });
        }
    }
}
