//! What the audit log records about each session, compared with its row. SQLite has no checksums, so a row can
//! contain anything; the log is a chain of hashes, and records when each session was created, ended and deleted.

use rusqlite::Connection;
use sessionctl_core::model::event::{Action, LoggedEvent};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::LogVerdict;

use super::account_replay::AccountReplay;
use super::chain;
use crate::error::SqliteError;

/// At most this many sessions are compared: a forged log could name more than memory holds.
const MAX_SESSIONS: i64 = 1 << 27;

const ENDED: u8 = 1;
const PRUNED: u8 = 2;
/// One of its tokens was reused, which ended it if it was active.
const REUSED: u8 = 4;

/// The sessions that one event created, and when.
struct Created {
    first: i64,
    last: i64,
    at: i64,
    /// The account, where the event names it by its number.
    user: Option<i64>,
}

/// What the audit log records: one byte a session, so that a database of millions is checked in little memory.
struct AuditReplay {
    /// In the order of ids, which is that of the log: the transaction that writes the event assigns the ids.
    created: Vec<Created>,
    marks: Vec<u8>,
    /// The highest id that was ever assigned, or the last one that is compared.
    newest: i64,
}

/// Verifies the chain of the log and, where it is consistent, reports what rows contradict it: at most `max_problems` lines.
pub(crate) fn contradictions(conn: &Connection, max_problems: usize) -> Result<Vec<String>, SqliteError> {
    let sql = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'session'";
    let newest: i64 = conn.query_row(sql, [], |row| row.get(0))?;
    let mut replay = AuditReplay { created: Vec::new(), marks: Vec::new(), newest: newest.min(MAX_SESSIONS) };
    let mut accounts = AccountReplay::default();
    let mut apply = |event: &LoggedEvent| {
        replay.apply(event);
        accounts.apply(event);
    };
    if let LogVerdict::Broken { at, why } = chain::walk(conn, &mut apply)? {
        return Ok(vec![format!("the audit log is inconsistent at event {at}: {why}")]);
    }
    let mut problems = replay.compare(conn, max_problems)?;
    problems.extend(accounts.compare(conn, max_problems)?);
    Ok(problems)
}

impl AuditReplay {
    fn apply(&mut self, event: &LoggedEvent) {
        let is = |action: Action| event.action == action.as_str();
        let Some((first, last)) = event.subjects.bounds() else { return };
        let mark = if is(Action::SessionCreated) || is(Action::LoginSucceeded) {
            let last = last.get().min(self.newest);
            self.created.push(Created {
                first: first.get(),
                last,
                at: event.at.unix(),
                user: event.user_id.map(|id| id.0),
            });
            return;
        } else if is(Action::SessionRevoked) || is(Action::SessionUpgraded) {
            ENDED
        } else if is(Action::TokenReused) {
            REUSED
        } else if is(Action::SessionsPruned) {
            PRUNED
        } else {
            return;
        };
        let (first, last) = (first.get(), last.get().min(self.newest));
        for id in (first..=last).filter_map(SessionId::new).filter(|id| event.subjects.contains(*id)) {
            let at = id.get() as usize;
            if self.marks.len() <= at {
                self.marks.resize(at + 1, 0);
            }
            self.marks[at] |= mark;
        }
    }

    fn marks_of(&self, id: i64) -> u8 {
        usize::try_from(id).ok().and_then(|at| self.marks.get(at)).copied().unwrap_or(0)
    }

    fn compare(&self, conn: &Connection, max_problems: usize) -> Result<Vec<String>, SqliteError> {
        let mut problems = Vec::new();
        let sql = "SELECT id, created_at, ended_at, user_id FROM session WHERE id <= ?1 ORDER BY id";
        let mut statement = conn.prepare(sql)?;
        let mut rows = statement.query([self.newest])?;
        let mut expected =
            self.created.iter().flat_map(|run| (run.first..=run.last).map(move |id| (id, run)));
        while let Some(row) = rows.next()? {
            let (id, created_at, ended_at): (i64, i64, Option<i64>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let user: Option<i64> = row.get(3)?;
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
            let marks = self.marks_of(id);
            let what = match (created, ended_at) {
                (None, _) => Some("is not recorded in the audit log"),
                (Some(created), _) if created.at != created_at => {
                    Some("was created at another time than the audit log records")
                }
                (Some(Created { user: Some(logged), .. }), _) if Some(*logged) != user => {
                    Some("belongs to another user than the audit log records")
                }
                (_, None) if marks & ENDED != 0 => {
                    Some("was revoked according to the audit log, but its row is not")
                }
                (_, Some(_)) if marks & (ENDED | REUSED) == 0 => {
                    Some("is revoked, but the audit log does not record it")
                }
                _ if marks & PRUNED != 0 => Some("was deleted according to the audit log, but still exists"),
                _ => None,
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
}
