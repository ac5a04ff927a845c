//! What the audit log records about each session, compared with its row.

use rusqlite::{Connection, Row};
use sessionctl_core::model::policy::Key;

use super::session_log::{Created, ENDED, NEW_LIMITS, PRUNED, Rotated, SessionLog, compact, purpose};
use crate::error::SqliteError;
use crate::read::row;

const COLUMNS: &str = "id, created_at, ended_at, user_id, kind, parent_id, scopes, app, absolute_expires_at, \
    idle_timeout, scheduled_at, authenticated_at, deadline";

impl SessionLog {
    /// Reports what rows contradict the log: at most `max_problems` lines.
    pub(super) fn compare(&self, conn: &Connection, max_problems: usize) -> Result<Vec<String>, SqliteError> {
        let mut problems = self.compare_sessions(conn, max_problems)?;
        problems.extend(self.compare_tokens(conn)?);
        let assigned: i64 = conn.query_row(
            "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'session'",
            [],
            |row| row.get(0),
        )?;
        if assigned < self.last_created {
            problems.push("ids that the audit log records could be given to sessions again".to_owned());
        }
        problems.truncate(max_problems);
        Ok(problems)
    }

    fn compare_sessions(&self, conn: &Connection, max_problems: usize) -> Result<Vec<String>, SqliteError> {
        let mut problems = Vec::new();
        let sql = format!("SELECT {COLUMNS} FROM session WHERE id <= ?1 ORDER BY id");
        let mut statement = conn.prepare(&sql)?;
        let mut rows = statement.query([self.newest])?;
        let mut created: Vec<&Created> = self.created.iter().collect();
        created.sort_unstable_by_key(|run| run.first);
        let mut expected =
            created.into_iter().flat_map(|run| (run.first..=run.last).map(move |id| (id, run)));
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let mut created = None;
            for (logged, run) in expected.by_ref() {
                if logged >= id {
                    created = (logged == id).then_some(run);
                    break;
                }
                problems.extend(self.missing(logged));
                if problems.len() >= max_problems {
                    return Ok(problems);
                }
            }
            let what = match created {
                None => Some("is not recorded in the audit log"),
                Some(created) => self.life(id, created, row)?.or(self.grant(id, created, row)?),
            };
            problems.extend(what.map(|what| format!("session {id} {what}")));
            if problems.len() >= max_problems {
                return Ok(problems);
            }
        }
        problems.extend(
            expected.filter_map(|(logged, _)| self.missing(logged)).take(max_problems - problems.len()),
        );
        Ok(problems)
    }

    fn missing(&self, id: i64) -> Option<String> {
        let pruned = self.marks_of(id) & PRUNED != 0;
        (!pruned).then(|| {
            format!("session {id} is missing: the audit log records its creation, but not its deletion")
        })
    }

    /// When it was created and ended, and whose it is.
    fn life(&self, id: i64, created: &Created, row: &Row<'_>) -> Result<Option<&'static str>, SqliteError> {
        let (created_at, ended_at): (i64, Option<i64>) = (row.get(1)?, row.get(2)?);
        let (user, deadline): (Option<i64>, i64) = (row.get(3)?, row.get(12)?);
        let marks = self.marks_of(id);
        let reused = self.reused.get(&id);
        Ok(match ended_at {
            _ if created.at != created_at => Some("was created at another time than the audit log records"),
            _ if created.user.is_some_and(|logged| Some(logged) != user) => {
                Some("belongs to another user than the audit log records")
            }
            None if marks & ENDED != 0 => Some("was revoked according to the audit log, but its row is not"),
            None if reused.is_some_and(|at| deadline > *at) => {
                Some("was revoked for a reused token according to the audit log, but its row is not")
            }
            Some(_) if marks & ENDED == 0 && reused.is_none() => {
                Some("is revoked, but the audit log does not record it")
            }
            _ if marks & PRUNED != 0 => Some("was deleted according to the audit log, but still exists"),
            _ => None,
        })
    }

    /// What it may do, and for how long. Less than the log records is nobody's gain.
    fn grant(&self, id: i64, created: &Created, row: &Row<'_>) -> Result<Option<&'static str>, SqliteError> {
        let scheduled_at: Option<i64> = row.get(10)?;
        if let Some(end) = scheduled_at {
            let logged = self.scheduled.get(&id);
            let is_known = logged.is_some() || self.marks_of(id) & NEW_LIMITS != 0;
            // An earlier end of its parent, which the log names it with, cuts the deadline only.
            let end = end.min(row.get(12)?);
            if !is_known || logged.is_some_and(|logged| end > *logged) {
                return Ok(Some("has a later end than the audit log records"));
            }
        }
        let Some(granted) = created.granted else { return Ok(None) };
        let (parent, scopes): (Option<i64>, Option<String>) = (row.get(5)?, row.get(6)?);
        let app: Option<String> = row.get(7)?;
        let kind = row::kind(row.get(4)?)?;
        if purpose(kind.as_str(), parent, &scopes.unwrap_or_default(), app.as_deref()) != granted.purpose {
            return Ok(Some("has another kind, parent, scope or application than the audit log records"));
        }
        let (absolute, idle): (i64, Option<i64>) = (row.get(8)?, row.get(9)?);
        let is_longer = absolute > created.at.saturating_add(i64::from(granted.lifetime))
            || compact(idle) > granted.idle_timeout;
        if is_longer && self.marks_of(id) & NEW_LIMITS == 0 {
            return Ok(Some("has later limits than the audit log records"));
        }
        let authenticated_at: Option<i64> = row.get(11)?;
        let logged = granted.is_authenticated.then_some(created.at);
        let logged = logged.max(self.reauthenticated.get(&id).copied());
        if authenticated_at > logged {
            return Ok(Some("has a later login than the audit log records"));
        }
        Ok(None)
    }

    /// Tokens that were replaced: one that is added is accepted for its grace, and one that is gone is no sign of theft.
    fn compare_tokens(&self, conn: &Connection) -> Result<Vec<String>, SqliteError> {
        let mut missing = self.rotated.clone();
        let mut problems = Vec::new();
        let sql = "SELECT session_id, count(*), max(retired_at), max(honoured_until - retired_at) \
                   FROM retired_token WHERE session_id <= ?1 GROUP BY session_id";
        let mut statement = conn.prepare(sql)?;
        let mut rows = statement.query([self.newest])?;
        let max_grace = i64::try_from(Key::RotateGrace.setting().max).unwrap_or(i64::MAX);
        while let Some(row) = rows.next()? {
            let (id, tokens, last_at): (i64, u64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let Rotated { tokens: logged, last_at: logged_at } = missing.remove(&id).unwrap_or_default();
            if tokens != logged || last_at > logged_at || row.get::<_, i64>(3)? > max_grace {
                problems.push(format!("session {id} has other replaced tokens than the audit log records"));
            }
        }
        let mut exists = conn.prepare("SELECT EXISTS (SELECT 1 FROM session WHERE id = ?1)")?;
        for id in missing.into_keys() {
            if exists.query_row([id], |row| row.get(0))? {
                problems.push(format!("session {id} has other replaced tokens than the audit log records"));
            }
        }
        Ok(problems)
    }
}
