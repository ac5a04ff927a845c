//! Users, their password hashes and their failed logins.

use crate::error::SqliteError;
use std::ops::ControlFlow;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use sha2::Sha256;

use super::{SqliteStore, event, family, maintenance, row};
use sessionctl_core::model::event::Event;
use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::{User, UserId, UserName};
use sessionctl_core::store::{Attempt, EndSessions};

const COLUMNS: &str = "id, name, created_at, password_changed_at, disabled_at";

/// Whether sessions may be made for a user.
pub(super) fn is_enabled(conn: &Connection, user: UserId) -> Result<bool, SqliteError> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM user WHERE id = ?1 AND removed_at IS NULL AND disabled_at IS NULL)";
    Ok(conn.prepare_cached(sql)?.query_row([user.0], |row| row.get(0))?)
}

/// How often the next attempt under a key failed in a row, and when last.
fn attempts(conn: &Connection, key: &[u8; 32]) -> Result<Option<(u32, Timestamp)>, SqliteError> {
    let mut statement = conn.prepare_cached("SELECT failures, last_at FROM attempt WHERE key = ?1")?;
    let found = statement.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(found.map(|(failures, at)| (failures, Timestamp::from_unix(at))))
}

/// The secret of the keys under which attempts are counted.
fn attempt_secret(conn: &Connection) -> Result<[u8; 32], SqliteError> {
    Ok(conn.prepare_cached("SELECT attempt_key FROM meta WHERE id = 1")?.query_row([], |row| row.get(0))?)
}

fn keyed(secret: &[u8; 32], name: &UserName) -> Result<[u8; 32], SqliteError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| row::corrupt("no key"))?;
    mac.update(name.key().as_bytes());
    Ok(mac.finalize().into_bytes().into())
}

/// Makes users of rows: each needs the failed logins under its key.
struct Reader<'a> {
    conn: &'a Connection,
    policy: Policy,
    secret: [u8; 32],
}

impl<'a> Reader<'a> {
    fn new(conn: &'a Connection) -> Result<Self, SqliteError> {
        Ok(Reader { conn, policy: maintenance::policy(conn)?, secret: attempt_secret(conn)? })
    }

    fn user(&self, row: &Row<'_>) -> Result<User, SqliteError> {
        let name: UserName = row.get::<_, String>(1)?.parse().map_err(|_| row::corrupt("no user name"))?;
        let attempts = attempts(self.conn, &keyed(&self.secret, &name)?)?;
        let throttled_until = attempts
            .map(|(failures, at)| at.plus(self.policy.throttle(failures)))
            .filter(|until| attempts.is_some_and(|(_, at)| *until > at));
        Ok(User {
            id: UserId(row.get(0)?),
            name,
            created_at: row::moment(row, 2)?,
            password_changed_at: row::moment_or_none(row, 3)?,
            disabled_at: row::moment_or_none(row, 4)?,
            failed_logins: attempts.map_or(0, |(failures, _)| failures),
            throttled_until,
        })
    }
}

/// Changes the row of a user who was not removed; `None` where there is none.
fn change(
    tx: &Transaction<'_>,
    user: UserId,
    set: &str,
    value: &dyn rusqlite::ToSql,
    end: Option<EndSessions>,
    event: &Event,
) -> Result<Option<Vec<SessionId>>, SqliteError> {
    let sql = format!("UPDATE user SET {set} WHERE id = ?1 AND removed_at IS NULL");
    if tx.execute(&sql, params![user.0, value, event.at.unix()])? == 0 {
        return Ok(None);
    }
    event::append(tx, event)?;
    let ended = match end {
        Some(end) => family::end_all_of_user(tx, user, &end.reason, end.event)?,
        None => Vec::new(),
    };
    Ok(Some(ended))
}

impl SqliteStore {
    pub(crate) fn user(&self, name: &UserName) -> Result<Option<User>, SqliteError> {
        let conn = self.read_conn();
        let sql = format!("SELECT {COLUMNS} FROM user WHERE name_key = ?1 AND removed_at IS NULL");
        let mut statement = conn.prepare_cached(&sql)?;
        let mut rows = statement.query([name.key()])?;
        rows.next()?.map(|row| Reader::new(conn)?.user(row)).transpose()
    }

    pub(crate) fn users(&self, each: &mut dyn FnMut(User) -> ControlFlow<()>) -> Result<(), SqliteError> {
        let conn = self.read_conn();
        let reader = Reader::new(conn)?;
        let sql = format!("SELECT {COLUMNS} FROM user WHERE removed_at IS NULL ORDER BY name_key");
        let mut statement = conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if each(reader.user(row)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn add_user(
        &mut self,
        name: &UserName,
        hash: Option<&str>,
        event: Event,
    ) -> Result<Option<UserId>, SqliteError> {
        let secret = attempt_secret(self.read_conn())?;
        self.write(|tx| {
            let at = event.at.unix();
            let added = tx.execute(
                "INSERT INTO user (name, name_key, password_hash, password_changed_at, created_at) \
                 SELECT ?1, ?2, ?3, CASE WHEN ?3 IS NOT NULL THEN ?4 END, ?4 \
                 WHERE NOT EXISTS (SELECT 1 FROM user WHERE name_key = ?2 AND removed_at IS NULL)",
                params![name.as_str(), name.key(), hash, at],
            )?;
            if added == 0 {
                return Ok(None);
            }
            let id = UserId(tx.last_insert_rowid());
            // Whoever guessed at the name before it was somebody's does not lock the new user out.
            tx.execute("DELETE FROM attempt WHERE key = ?1", [keyed(&secret, name)?])?;
            event::append(tx, &event)?;
            Ok(Some(id))
        })
    }

    pub(crate) fn password_hash(&self, user: UserId) -> Result<Option<String>, SqliteError> {
        let sql = "SELECT password_hash FROM user WHERE id = ?1 AND removed_at IS NULL";
        let hash: Option<Option<String>> =
            self.read_conn().query_row(sql, [user.0], |row| row.get(0)).optional()?;
        Ok(hash.flatten())
    }

    pub(crate) fn set_password(
        &mut self,
        user: UserId,
        hash: &str,
        end: Option<EndSessions>,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, SqliteError> {
        let secret = attempt_secret(self.read_conn())?;
        self.write(|tx| {
            let set = "password_hash = ?2, password_changed_at = ?3";
            let ended = change(tx, user, set, &hash, end, &event)?;
            if ended.is_some() {
                let name: String =
                    tx.query_row("SELECT name FROM user WHERE id = ?1", [user.0], |row| row.get(0))?;
                let name: UserName = name.parse().map_err(|_| row::corrupt("no user name"))?;
                tx.execute("DELETE FROM attempt WHERE key = ?1", [keyed(&secret, &name)?])?;
            }
            Ok(ended)
        })
    }

    pub(crate) fn set_disabled(
        &mut self,
        user: UserId,
        end: Option<EndSessions>,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, SqliteError> {
        let disable = end.is_some();
        self.write(|tx| change(tx, user, "disabled_at = CASE WHEN ?2 THEN ?3 END", &disable, end, &event))
    }

    pub(crate) fn remove_user(
        &mut self,
        user: UserId,
        end: EndSessions,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, SqliteError> {
        let none: Option<String> = None;
        self.write(|tx| change(tx, user, "password_hash = ?2, removed_at = ?3", &none, Some(end), &event))
    }

    pub(crate) fn begin_attempt(
        &mut self,
        key: [u8; 32],
        now: Timestamp,
        policy: &Policy,
    ) -> Result<Attempt, SqliteError> {
        self.write(|tx| {
            let (before, last) = attempts(tx, &key)?.unwrap_or((0, now));
            if u64::from(before) >= policy.get(Key::ThrottleDisable) {
                return Ok(Attempt::Disabled);
            }
            let until = last.plus(policy.throttle(before));
            if now < until {
                return Ok(Attempt::Throttled(until));
            }
            let failures = before.saturating_add(1);
            tx.execute(
                "INSERT INTO attempt (key, failures, last_at) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (key) DO UPDATE SET failures = ?2, last_at = ?3",
                params![key, failures, now.unix()],
            )?;
            Ok(Attempt::Allowed { failures })
        })
    }

    pub(crate) fn attempt_key(&self, name: &UserName) -> Result<[u8; 32], SqliteError> {
        keyed(&attempt_secret(self.read_conn())?, name)
    }
}
