//! What the audit log records about each session, compared with its row. SQLite has no checksums, so a row can
//! contain anything; the log is a chain of hashes, and records when each session was created, ended and deleted.

use rusqlite::Connection;
use sessionctl_core::model::event::{Action, LoggedEvent};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::LogVerdict;

use super::chain;
use crate::error::SqliteError;

/// Sessions that are compared at most: a forged log could tell of more than memory holds.
const MAX_SESSIONS: i64 = 1 << 27;

const ENDED: u8 = 1;
const PRUNED: u8 = 2;
/// A token of it was reused: it was ended by that if it lived.
const REUSED: u8 = 4;

/// A run of sessions that one event tells of, and when.
struct Made {
    first: i64,
    last: i64,
    at: i64,
}

/// What the log tells: a byte a session, so that a database of millions is checked in little memory.
struct AuditReplay {
    /// In the order of their ids, which is that of the log: ids are drawn in the transaction that writes the event.
    made: Vec<Made>,
    marks: Vec<u8>,
    /// The newest id that was ever given, or the last one that is compared.
    newest: i64,
}

/// Walks the chain of the log; where it is whole, what the rows say otherwise is audit_replay, at most `most` lines.
pub(crate) fn contradictions(conn: &Connection, most: usize) -> Result<Vec<String>, SqliteError> {
    let sql = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'session'";
    let newest: i64 = conn.query_row(sql, [], |row| row.get(0))?;
    let mut audit_replay =
        AuditReplay { made: Vec::new(), marks: Vec::new(), newest: newest.min(MAX_SESSIONS) };
    if let LogVerdict::Broken { at, why } = chain::walk(conn, &mut |event| audit_replay.apply(event))? {
        return Ok(vec![format!("the log breaks at event {at}: {why}")]);
    }
    audit_replay.compare(conn, most)
}

impl AuditReplay {
    fn apply(&mut self, event: &LoggedEvent) {
        let is = |action: Action| event.action == action.as_str();
        let Some((first, last)) = event.subjects.bounds() else { return };
        let mark = if is(Action::SessionCreated) || is(Action::LoginSucceeded) {
            let last = last.get().min(self.newest);
            self.made.push(Made { first: first.get(), last, at: event.at.unix() });
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

    fn compare(&self, conn: &Connection, most: usize) -> Result<Vec<String>, SqliteError> {
        let mut problems = Vec::new();
        let sql = "SELECT id, created_at, ended_at FROM session WHERE id <= ?1 ORDER BY id";
        let mut statement = conn.prepare(sql)?;
        let mut rows = statement.query([self.newest])?;
        let mut expected = self.made.iter().flat_map(|made| (made.first..=made.last).map(|id| (id, made.at)));
        while let Some(row) = rows.next()? {
            let (id, created_at, ended_at): (i64, i64, Option<i64>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let mut made_at = None;
            for (audit_replay, at) in expected.by_ref() {
                if audit_replay >= id {
                    made_at = (audit_replay == id).then_some(at);
                    break;
                }
                problems.extend(self.missing(audit_replay));
                if problems.len() >= most {
                    return Ok(problems);
                }
            }
            let marks = self.marks_of(id);
            let what = match (made_at, ended_at) {
                (None, _) => Some("is not one that the log says was made"),
                (Some(at), _) if at != created_at => Some("was made at another time, says the log"),
                (_, None) if marks & ENDED != 0 => {
                    Some("was revoked, says the log, and its row says it was not")
                }
                (_, Some(_)) if marks & (ENDED | REUSED) == 0 => {
                    Some("is revoked, and the log does not say so")
                }
                _ if marks & PRUNED != 0 => Some("was deleted, says the log, and is there"),
                _ => None,
            };
            problems.extend(what.map(|what| format!("session {id} {what}")));
            if problems.len() >= most {
                return Ok(problems);
            }
        }
        problems.extend(
            expected.filter_map(|(audit_replay, _)| self.missing(audit_replay)).take(most - problems.len()),
        );
        Ok(problems)
    }

    fn missing(&self, id: i64) -> Option<String> {
        let pruned = self.marks_of(id) & PRUNED != 0;
        (!pruned).then(|| format!("session {id} is missing: the log says that it was made, and not deleted"))
    }
}
