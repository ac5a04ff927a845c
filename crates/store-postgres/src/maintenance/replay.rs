//! The audit log, compared with the rows. What the log records is replayed in the core crate; here the rows are read.

use std::ops::ControlFlow;

use sessionctl_core::store::replay::{
    OnRow, ReplacedTokens, Replay, ReplayRows, ReplayedAccount, ReplayedDatabase, ReplayedKey,
    ReplayedSession,
};

use crate::audit::event_row::{COLUMNS, logged};
use crate::error::PostgresError;
use crate::policy;
use crate::read::{cursor, row};
use crate::store::PostgresStore;
use crate::value::values;

/// Reports what rows contradict a log that was verified: at most `max_problems` lines of each concern.
pub(crate) fn contradictions(
    store: &PostgresStore,
    max_problems: usize,
) -> Result<Vec<String>, PostgresError> {
    let mut replay = Replay::new(Rows(store).assigned()?.0);
    // The order of numbers is not that of commits, but two changes of one row draw theirs under its lock.
    let sql = format!("SELECT {COLUMNS} FROM sessionctl.event e ORDER BY e.id");
    cursor::rows(store, &sql, &[], &mut |found| {
        replay.apply(&logged(found)?);
        Ok(ControlFlow::Continue(()))
    })?;
    replay.contradictions(&Rows(store), max_problems)
}

struct Rows<'a>(&'a PostgresStore);

impl ReplayRows for Rows<'_> {
    type Error = PostgresError;

    fn assigned(&self) -> Result<(i64, i64), PostgresError> {
        let sql = "SELECT (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM sessionctl.session_id), \
                   (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM sessionctl.account_id)";
        let found = self.0.query_one(sql, &[])?;
        Ok((found.try_get(0)?, found.try_get(1)?))
    }

    fn sessions(&self, newest: i64, each: OnRow<'_, ReplayedSession>) -> Result<(), PostgresError> {
        let sql = "SELECT id, created_at, ended_at, user_id, kind, parent_id, scopes, app, absolute_expires_at, \
                   idle_timeout, scheduled_at, authenticated_at, deadline FROM sessionctl.session WHERE id <= $1 ORDER BY id";
        cursor::rows(self.0, sql, values![newest], &mut |found| {
            Ok(each(ReplayedSession {
                id: found.try_get(0)?,
                created_at: found.try_get(1)?,
                ended_at: found.try_get(2)?,
                user: found.try_get(3)?,
                kind: row::kind(found.try_get(4)?)?,
                parent: found.try_get(5)?,
                scopes: found.try_get(6)?,
                app: found.try_get(7)?,
                absolute_expires_at: found.try_get(8)?,
                idle_timeout: found.try_get(9)?,
                scheduled_at: found.try_get(10)?,
                authenticated_at: found.try_get(11)?,
                deadline: found.try_get(12)?,
            }))
        })
    }

    fn replaced_tokens(&self, newest: i64, each: OnRow<'_, ReplacedTokens>) -> Result<(), PostgresError> {
        let sql = "SELECT session_id, count(*), max(retired_at), max(honoured_until - retired_at) \
                   FROM sessionctl.retired_token WHERE session_id <= $1 GROUP BY session_id";
        cursor::rows(self.0, sql, values![newest], &mut |found| {
            Ok(each(ReplacedTokens {
                session: found.try_get(0)?,
                tokens: row::unsigned(found, 1)?,
                last_at: found.try_get(2)?,
                longest_grace: found.try_get(3)?,
            }))
        })
    }

    fn existing(&self, sessions: &[i64]) -> Result<Vec<i64>, PostgresError> {
        let sql = "SELECT id FROM sessionctl.session WHERE id = ANY($1) ORDER BY id";
        let rows = self.0.query(sql, values![sessions.to_vec()])?;
        rows.iter().map(|found| Ok(found.try_get(0)?)).collect()
    }

    fn accounts(&self) -> Result<Vec<ReplayedAccount>, PostgresError> {
        let sql = "SELECT id, name, disabled_at IS NOT NULL, removed_at IS NOT NULL FROM sessionctl.account ORDER BY id";
        let rows = self.0.query(sql, &[])?;
        let account = |found: &tokio_postgres::Row| {
            Ok(ReplayedAccount {
                id: found.try_get(0)?,
                name: found.try_get(1)?,
                is_disabled: found.try_get(2)?,
                is_removed: found.try_get(3)?,
            })
        };
        rows.iter().map(account).collect()
    }

    fn keys(&self) -> Result<Vec<ReplayedKey>, PostgresError> {
        let sql = "SELECT kid, created_at, retired_at, revoked_at, octet_length(secret) > 0, algorithm \
                   FROM sessionctl.jwt_key ORDER BY kid COLLATE \"C\"";
        let rows = self.0.query(sql, &[])?;
        let key = |found: &tokio_postgres::Row| {
            Ok(ReplayedKey {
                kid: found.try_get(0)?,
                created_at: found.try_get(1)?,
                retired_at: found.try_get(2)?,
                revoked_at: found.try_get(3)?,
                has_secret: found.try_get(4)?,
                algorithm: found.try_get(5)?,
            })
        };
        rows.iter().map(key).collect()
    }

    fn database(&self) -> Result<ReplayedDatabase, PostgresError> {
        let sql = "SELECT created_at, sandbox FROM sessionctl.meta WHERE id = 1";
        let found = self.0.query_one(sql, &[])?;
        Ok(ReplayedDatabase {
            created_at: found.try_get(0)?,
            is_sandbox: found.try_get(1)?,
            // A migration here leaves the floor as it is.
            time_floor: None,
            policy: policy::policy(self.0).ok(),
        })
    }
}
