//! What the audit log records about each session, compared with its row.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::session_log::{Created, ENDED, NEW_LIMITS, PRUNED, Rotated, SessionLog, compact, purpose};
use crate::model::policy::Key;
use crate::model::session::Kind;

/// What of a session's row the audit log records. Times are Unix seconds.
#[derive(Clone, Debug)]
pub struct ReplayedSession {
    /// Its id.
    pub id: i64,
    /// When it was created.
    pub created_at: i64,
    /// When it was revoked.
    pub ended_at: Option<i64>,
    /// The id of its user.
    pub user: Option<i64>,
    /// Its kind.
    pub kind: Kind,
    /// The id of its parent.
    pub parent: Option<i64>,
    /// Its scopes, separated by a space.
    pub scopes: Option<String>,
    /// Its application.
    pub app: Option<String>,
    /// Its absolute limit.
    pub absolute_expires_at: i64,
    /// Its idle timeout in seconds.
    pub idle_timeout: Option<i64>,
    /// The end that was set.
    pub scheduled_at: Option<i64>,
    /// When a password was checked.
    pub authenticated_at: Option<i64>,
    /// Until when it is active.
    pub deadline: i64,
}

/// The replaced tokens of a session.
#[derive(Clone, Copy, Debug)]
pub struct ReplacedTokens {
    /// The session.
    pub session: i64,
    /// How many.
    pub tokens: u64,
    /// When the last one was replaced.
    pub last_at: i64,
    /// For how long one of them is honoured after that at most, in seconds.
    pub longest_grace: i64,
}

/// The sessions and their rows, in the order of ids.
pub(super) struct Comparison<'a> {
    log: &'a SessionLog,
    created: Vec<&'a Created>,
    /// The run that is looked at, and the next id of it.
    at: (usize, i64),
    max_problems: usize,
    problems: Vec<String>,
}

impl<'a> Comparison<'a> {
    pub(super) fn of(log: &'a SessionLog, max_problems: usize) -> Self {
        let mut created: Vec<&Created> = log.created.iter().collect();
        created.sort_unstable_by_key(|run| run.first);
        Comparison { log, created, at: (0, 0), max_problems, problems: Vec::new() }
    }

    /// The next id that the log records as created, and its run.
    fn next_logged(&mut self) -> Option<(i64, &'a Created)> {
        loop {
            let (index, id) = self.at;
            let run = *self.created.get(index)?;
            let id = id.max(run.first);
            if id > run.last {
                self.at = (index + 1, 0);
                continue;
            }
            self.at = (index, id + 1);
            return Some((id, run));
        }
    }

    fn is_full(&self) -> bool {
        self.problems.len() >= self.max_problems
    }

    /// Takes the next row.
    pub(super) fn row(&mut self, row: &ReplayedSession) -> ControlFlow<()> {
        let mut created = None;
        loop {
            let before = self.at;
            match self.next_logged() {
                None => break,
                Some((logged, run)) if logged >= row.id => {
                    if logged == row.id {
                        created = Some(run);
                    } else {
                        // Still to be compared with the next row.
                        self.at = before;
                    }
                    break;
                }
                Some((logged, _)) => {
                    self.problems.extend(self.log.missing(logged));
                    if self.is_full() {
                        return ControlFlow::Break(());
                    }
                }
            }
        }
        let what = match created {
            None => Some("is not recorded in the audit log"),
            Some(created) => self.log.life(row, created).or_else(|| self.log.grant(row, created)),
        };
        self.problems.extend(what.map(|what| format!("session {} {what}", row.id)));
        if self.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// What is left of the log is missing.
    pub(super) fn finish(mut self) -> Vec<String> {
        while !self.is_full()
            && let Some((logged, _)) = self.next_logged()
        {
            self.problems.extend(self.log.missing(logged));
        }
        self.problems
    }
}

impl SessionLog {
    fn missing(&self, id: i64) -> Option<String> {
        let pruned = self.marks_of(id) & PRUNED != 0;
        (!pruned).then(|| {
            format!("session {id} is missing: the audit log records its creation, but not its deletion")
        })
    }

    /// Whether ids could be given again that the log records; `assigned` is the highest that was.
    pub(super) fn compare_assigned(&self, assigned: i64) -> Option<String> {
        (assigned < self.last_created)
            .then(|| "ids that the audit log records could be given to sessions again".to_owned())
    }

    /// When it was created and ended, and whose it is.
    fn life(&self, row: &ReplayedSession, created: &Created) -> Option<&'static str> {
        let marks = self.marks_of(row.id);
        let reused = self.reused.get(&row.id);
        match row.ended_at {
            _ if created.at != row.created_at => {
                Some("was created at another time than the audit log records")
            }
            _ if created.user.is_some_and(|logged| Some(logged) != row.user) => {
                Some("belongs to another user than the audit log records")
            }
            None if marks & ENDED != 0 => Some("was revoked according to the audit log, but its row is not"),
            None if reused.is_some_and(|at| row.deadline > *at) => {
                Some("was revoked for a reused token according to the audit log, but its row is not")
            }
            Some(_) if marks & ENDED == 0 && reused.is_none() => {
                Some("is revoked, but the audit log does not record it")
            }
            _ if marks & PRUNED != 0 => Some("was deleted according to the audit log, but still exists"),
            _ => None,
        }
    }

    /// What it may do, and for how long. Less than the log records is nobody's gain.
    fn grant(&self, row: &ReplayedSession, created: &Created) -> Option<&'static str> {
        let logged = self.scheduled.get(&row.id);
        if let Some(end) = row.scheduled_at {
            let has_new_limits = self.marks_of(row.id) & NEW_LIMITS != 0;
            let latest = logged.map(|logged| if has_new_limits { logged.at_most } else { logged.at });
            // An earlier end of its parent, which the log names it with, cuts the deadline only.
            let end = end.min(row.deadline);
            if latest.is_none() && !has_new_limits || latest.is_some_and(|latest| end > latest) {
                return Some("has a later end than the audit log records");
            }
        }
        // Of older sessions the log does not have the parent, with which an end may have been set.
        let granted = created.granted?;
        if row.scheduled_at.is_none() && logged.is_some_and(|logged| logged.is_own) {
            return Some("has no end although the audit log records that one was set");
        }
        let scopes = row.scopes.as_deref().unwrap_or_default();
        if purpose(row.kind.as_str(), row.parent, scopes, row.app.as_deref()) != granted.purpose {
            return Some("has another kind, parent, scope or application than the audit log records");
        }
        let is_longer = row.absolute_expires_at > created.at.saturating_add(i64::from(granted.lifetime))
            || compact(row.idle_timeout) > granted.idle_timeout;
        if is_longer && self.marks_of(row.id) & NEW_LIMITS == 0 {
            return Some("has later limits than the audit log records");
        }
        let logged = granted.is_authenticated.then_some(created.at);
        let logged = logged.max(self.reauthenticated.get(&row.id).copied());
        (row.authenticated_at > logged).then_some("has a later login than the audit log records")
    }
}

/// Tokens that were replaced: one that is added is accepted for its grace, and one that is gone is no sign of theft.
pub(super) struct TokenComparison {
    missing: HashMap<i64, Rotated>,
    pub(super) problems: Vec<String>,
}

impl TokenComparison {
    pub(super) fn of(log: &SessionLog) -> Self {
        TokenComparison { missing: log.rotated.clone(), problems: Vec::new() }
    }

    fn report(&mut self, session: i64) {
        self.problems.push(format!("session {session} has other replaced tokens than the audit log records"));
    }

    pub(super) fn row(&mut self, row: ReplacedTokens) {
        let max_grace = i64::try_from(Key::RotateGrace.setting().max).unwrap_or(i64::MAX);
        let Rotated { tokens, last_at } = self.missing.remove(&row.session).unwrap_or_default();
        if row.tokens != tokens || row.last_at > last_at || row.longest_grace > max_grace {
            self.report(row.session);
        }
    }

    /// The sessions whose replaced tokens are gone, if they exist.
    pub(super) fn left(&self) -> Vec<i64> {
        self.missing.keys().copied().collect()
    }

    pub(super) fn existing(&mut self, session: i64) {
        if self.missing.remove(&session).is_some() {
            self.report(session);
        }
    }
}
