//! From a token or an id to its session, and lists of sessions.

use std::sync::Arc;

use super::state::{SessionRow, State};
use crate::model::selector::{Selector, Sort};
use crate::model::session::{Kind, Session, SessionId};
use crate::model::time::Timestamp;
use crate::model::token::Token;
use crate::model::user::UserId;
use crate::store::{Found, Page, TokenStatus};

/// The session of a token.
pub(super) fn look_up(state: &State, token: &Token) -> Option<Found> {
    let row = state.sessions.get(&state.locator_key.open(token.locator())?)?;
    let status = status(row, token)?;
    Some(Found { session: row.session.clone(), parent: parent_of(state, &row.session), status })
}

/// What a token is to a session; none where it is not the session's.
fn status(row: &SessionRow, token: &Token) -> Option<TokenStatus> {
    let presented = token.digest();
    let current = row.digest.matches(&presented).then_some(TokenStatus::Current);
    // All are compared, so that the time does not reveal which one was similar.
    row.retired.iter().fold(current, |found, retired| {
        let matches = retired.digest.matches(&presented);
        let status = TokenStatus::Retired { at: retired.at, honoured_until: retired.honoured_until };
        found.or(matches.then_some(status))
    })
}

/// The parent of a session, where it has one.
pub(super) fn parent_of(state: &State, session: &Session) -> Option<Session> {
    state.sessions.get(&session.parent?).map(|row| row.session.clone())
}

/// The children of a session, oldest first.
pub(super) fn children(state: &State, parent: SessionId) -> impl Iterator<Item = &SessionRow> {
    state.sessions.values().filter(move |row| row.session.parent == Some(parent))
}

/// The sessions that match, oldest first.
pub(super) fn matching<'a>(
    state: &'a State,
    selector: &'a Selector,
    now: Timestamp,
) -> impl DoubleEndedIterator<Item = &'a Session> {
    state.sessions.values().map(|row| &row.session).filter(move |session| selector.matches(session, now))
}

/// The sessions of a page, in its order.
pub(super) fn page(state: &Arc<State>, selector: &Selector, page: Page, now: Timestamp) -> Vec<SessionId> {
    let sessions = matching(state, selector, now)
        .filter(|session| page.after.is_none_or(|cursor| cursor.precedes(session, page.sort)));
    let time = |session: &Session| match page.sort {
        Sort::LastSeen => session.last_seen_at,
        _ => session.deadline,
    };
    let mut keys: Vec<(Timestamp, SessionId)> = sessions.map(|session| (time(session), session.id)).collect();
    match page.sort {
        Sort::Oldest => {}
        Sort::Newest => keys.reverse(),
        Sort::Expiring => keys.sort_unstable(),
        Sort::LastSeen => keys.sort_unstable_by(|a, b| b.cmp(a)),
    }
    keys.truncate(page.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX)));
    keys.into_iter().map(|(_, id)| id).collect()
}

/// The user's active logins, oldest first. API tokens and children do not count.
pub(super) fn active_logins(state: &State, user: UserId, now: Timestamp) -> Vec<SessionId> {
    let rows = state.sessions.values().filter(|row| {
        row.user == Some(user)
            && row.is_live(now)
            && matches!(row.session.kind, Kind::Web | Kind::Sso)
            && row.session.parent.is_none()
    });
    rows.map(|row| row.session.id).collect()
}
