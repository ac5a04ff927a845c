//! The audit log, compared with the rows: SQLite has no checksums, so a row can contain anything. What the log records
//! is replayed in the core crate; here the rows are read.

use std::ops::ControlFlow;

use rusqlite::Connection;
use sessionctl_core::store::LogVerdict;
use sessionctl_core::store::replay::{
    OnRow, ReplacedTokens, Replay, ReplayRows, ReplayedAccount, ReplayedDatabase, ReplayedKey,
    ReplayedSession,
};

use crate::audit::chain;
use crate::error::SqliteError;
use crate::read::{policy, row};

/// Verifies the chain of the log and, where it is consistent, reports what rows contradict it: at most `max_problems`
/// lines of each concern.
pub(crate) fn contradictions(conn: &Connection, max_problems: usize) -> Result<Vec<String>, SqliteError> {
    let mut replay = Replay::new(Rows(conn).assigned()?.0);
    if let LogVerdict::Broken { at, why } = chain::walk(conn, &mut |event| replay.apply(event))? {
        return Ok(vec![format!("the audit log is inconsistent at event {at}: {why}")]);
    }
    replay.contradictions(&Rows(conn), max_problems)
}

struct Rows<'a>(&'a Connection);

impl ReplayRows for Rows<'_> {
    type Error = SqliteError;

    fn assigned(&self) -> Result<(i64, i64), SqliteError> {
        let assigned = |table: &str| {
            let sql = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?1";
            self.0.query_row(sql, [table], |row| row.get(0))
        };
        Ok((assigned("session")?, assigned("user")?))
    }

    fn sessions(&self, newest: i64, each: OnRow<'_, ReplayedSession>) -> Result<(), SqliteError> {
        let sql = "SELECT id, created_at, ended_at, user_id, kind, parent_id, scopes, app, absolute_expires_at, \
                   idle_timeout, scheduled_at, authenticated_at, deadline FROM session WHERE id <= ?1 ORDER BY id";
        let mut statement = self.0.prepare(sql)?;
        let mut rows = statement.query([newest])?;
        while let Some(found) = rows.next()? {
            let session = ReplayedSession {
                id: found.get(0)?,
                created_at: found.get(1)?,
                ended_at: found.get(2)?,
                user: found.get(3)?,
                kind: row::kind(found.get(4)?)?,
                parent: found.get(5)?,
                scopes: found.get(6)?,
                app: found.get(7)?,
                absolute_expires_at: found.get(8)?,
                idle_timeout: found.get(9)?,
                scheduled_at: found.get(10)?,
                authenticated_at: found.get(11)?,
                deadline: found.get(12)?,
            };
            if each(session).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn replaced_tokens(&self, newest: i64, each: OnRow<'_, ReplacedTokens>) -> Result<(), SqliteError> {
        let sql = "SELECT session_id, count(*), max(retired_at), max(honoured_until - retired_at) \
                   FROM retired_token WHERE session_id <= ?1 GROUP BY session_id";
        let mut statement = self.0.prepare(sql)?;
        let mut rows = statement.query([newest])?;
        while let Some(found) = rows.next()? {
            let tokens = ReplacedTokens {
                session: found.get(0)?,
                tokens: found.get(1)?,
                last_at: found.get(2)?,
                longest_grace: found.get(3)?,
            };
            if each(tokens) == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    fn existing(&self, sessions: &[i64]) -> Result<Vec<i64>, SqliteError> {
        let mut exists = self.0.prepare("SELECT EXISTS (SELECT 1 FROM session WHERE id = ?1)")?;
        let mut existing = Vec::new();
        for id in sessions {
            if exists.query_row([id], |row| row.get(0))? {
                existing.push(*id);
            }
        }
        Ok(existing)
    }

    fn accounts(&self) -> Result<Vec<ReplayedAccount>, SqliteError> {
        let sql = "SELECT id, name, disabled_at IS NOT NULL, removed_at IS NOT NULL FROM user ORDER BY id";
        let mut statement = self.0.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(ReplayedAccount {
                id: row.get(0)?,
                name: row.get(1)?,
                is_disabled: row.get(2)?,
                is_removed: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn keys(&self) -> Result<Vec<ReplayedKey>, SqliteError> {
        let sql = "SELECT kid, created_at, retired_at, revoked_at, length(secret) > 0, algorithm FROM jwt_key ORDER BY kid";
        let mut statement = self.0.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(ReplayedKey {
                kid: row.get(0)?,
                created_at: row.get(1)?,
                retired_at: row.get(2)?,
                revoked_at: row.get(3)?,
                has_secret: row.get(4)?,
                algorithm: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn database(&self) -> Result<ReplayedDatabase, SqliteError> {
        let sql = "SELECT created_at, sandbox, time_floor FROM meta WHERE id = 1";
        let policy = policy::policy(self.0).ok();
        let database = |row: &rusqlite::Row<'_>| {
            let (created_at, is_sandbox) = (row.get(0)?, row.get(1)?);
            Ok(ReplayedDatabase { created_at, is_sandbox, time_floor: Some(row.get(2)?), policy })
        };
        Ok(self.0.query_row(sql, [], database)?)
    }
}
