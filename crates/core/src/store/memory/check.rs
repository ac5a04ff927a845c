//! Looks for contents that contradict themselves. Only a defect of this program can cause them.

use super::accounts::is_enabled;
use super::state::{SessionRow, State};
use crate::model::session::Kind;
use crate::model::time::Timestamp;
use crate::store::LogVerdict;

/// The most lines of one check.
const MAX_REPORTED_PROBLEMS: usize = 20;

/// One line for each problem.
pub(super) fn check(state: &State, now: Timestamp) -> Vec<String> {
    let mut problems = Vec::new();
    if let LogVerdict::Broken { at, why } = state.log.verify() {
        problems.push(format!("the audit log is inconsistent at event {at}: {why}"));
    }
    for row in state.sessions.values() {
        let found = session_problems(state, row, now);
        problems.extend(found.into_iter().map(|problem| format!("session {} {problem}", row.session.id)));
        if problems.len() >= MAX_REPORTED_PROBLEMS {
            problems.truncate(MAX_REPORTED_PROBLEMS);
            break;
        }
    }
    problems
}

fn session_problems(state: &State, row: &SessionRow, now: Timestamp) -> Vec<&'static str> {
    let session = &row.session;
    let parent = session.parent.map(|id| state.sessions.get(&id));
    let own_limit = session.deadline_when_seen(session.last_seen_at, None);
    let active = row.is_live(now);
    let conditions = [
        (!session.is_consistent(), "has times that contradict each other"),
        (session.last_seen_at < session.created_at, "was seen before it was created"),
        (session.id.get() > state.last_session, "has an id that was never assigned"),
        (
            session.revoked_at.is_none() && parent.is_none() && session.deadline != own_limit,
            "has a deadline that none of its limits sets",
        ),
        (!session.scopes.is_empty() && session.kind != Kind::Api, "has scopes but is no API token"),
        (matches!(parent, Some(None)), "has a parent that does not exist"),
        (
            parent.flatten().is_some_and(|parent| parent.session.kind != Kind::Sso),
            "has a parent that is no sso session",
        ),
        (
            parent.flatten().is_some_and(|parent| parent.session.deadline < session.deadline),
            "outlives its parent",
        ),
        (
            active && row.user.is_some_and(|user| !is_enabled(state, user)),
            "is active although its user was disabled or removed",
        ),
    ];
    conditions.into_iter().filter(|(broken, _)| *broken).map(|(_, problem)| problem).collect()
}
