//! Counts of failed logins, kept under keyed digests of names: what was typed as a name may be a password.

use std::collections::HashSet;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rusqlite::{Connection, OptionalExtension};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::UserName;
use sha2::Sha256;

use crate::error::{SqliteError, corrupt};
use crate::store::SqliteStore;

/// The number of failures in a row under a key, and the time of the last one.
pub(crate) fn attempts(conn: &Connection, key: &[u8; 32]) -> Result<Option<(u32, Timestamp)>, SqliteError> {
    let mut statement = conn.prepare_cached("SELECT failures, last_at FROM attempt WHERE key = ?1")?;
    let found = statement.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(found.map(|(failures, at)| (failures, Timestamp::from_unix(at))))
}

/// The secret of the digests under which attempts are counted.
pub(crate) fn attempt_secret(conn: &Connection) -> Result<[u8; 32], SqliteError> {
    Ok(conn.prepare_cached("SELECT attempt_key FROM meta WHERE id = 1")?.query_row([], |row| row.get(0))?)
}

/// The key of a name's attempts.
pub(crate) fn keyed(secret: &[u8; 32], name: &UserName) -> Result<[u8; 32], SqliteError> {
    keyed_by(secret, &name.key())
}

fn keyed_by(secret: &[u8; 32], name_key: &str) -> Result<[u8; 32], SqliteError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| corrupt("an unusable key"))?;
    mac.update(name_key.as_bytes());
    Ok(mac.finalize().into_bytes().into())
}

/// The keys of the attempts whose last one was at least `older_than` ago.
pub(crate) fn stale_attempts(
    conn: &Connection,
    older_than: Duration,
    now: Timestamp,
) -> Result<HashSet<[u8; 32]>, SqliteError> {
    let mut statement = conn.prepare("SELECT key FROM attempt WHERE last_at <= ?1")?;
    let keys = statement.query_map([now.minus(older_than).unix()], |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// Calls `each` with the key under which the attempts for each user are counted.
pub(crate) fn for_each_attempt_key(
    conn: &Connection,
    each: &mut dyn FnMut([u8; 32]),
) -> Result<(), SqliteError> {
    let secret = attempt_secret(conn)?;
    let mut statement = conn.prepare("SELECT name_key FROM user WHERE removed_at IS NULL")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(keyed_by(&secret, &row.get::<_, String>(0)?)?);
    }
    Ok(())
}

/// The key under which the attempts for a name are counted.
pub(crate) fn attempt_key(store: &SqliteStore, name: &UserName) -> Result<[u8; 32], SqliteError> {
    keyed(&attempt_secret(store.conn())?, name)
}
