//! Ends the session of a presented token, at its holder's wish.

use super::step::Step;
use super::verify::{Requirements, Verdict, verify_with};
use super::{OpContext, OpsError};
use crate::model::event::Action;
use crate::model::selector::Selector;
use crate::model::session::SessionId;
use crate::model::token::Token;
use crate::store::Batch;

/// The reason kept with the session.
pub const LOGOUT: &str = "logout";

/// What came of a logout.
#[derive(Debug)]
pub enum Outcome {
    /// The session ended, and its children with it.
    LoggedOut {
        /// The session of the token.
        id: SessionId,
        /// All that ended, the session included.
        ended: Vec<SessionId>,
    },
    /// The token is not active, or was no longer active when the session was to end.
    NotActive(Verdict),
}

/// Revokes the session of a token and its children; a child ends alone. It works whatever the clock shows.
///
/// # Errors
/// The store's.
pub fn logout(cx: &mut OpContext<'_>, token: &Token) -> Result<Outcome, OpsError> {
    // Without the guard of the clock: a session that only looks active ends as well.
    let policy = cx.store.policy()?;
    let requirements = Requirements { touch: true, ..Requirements::default() };
    let seen = verify_with(cx, &policy, token, &requirements)?;
    let found = match (seen.verdict, seen.write_failed) {
        (Verdict::Active(found), _) => found,
        (Verdict::RotatedAway(_), Some(error)) => return Err(error),
        (verdict, _) => return Ok(Outcome::NotActive(verdict)),
    };
    let id = found.session.id;
    let selector = Selector { ids: vec![id], ..Selector::default() };
    let batch = Batch { selector: &selector, after: None, up_to: id, limit: 1, expect: None };
    let event = cx.event(Action::SessionRevoked).user(found.session.user.as_ref()).detail(LOGOUT.to_owned());
    let result = cx.store.revoke(&batch, LOGOUT, event)?;
    let ended: Vec<SessionId> = result.changes.iter().filter(|c| c.changed).map(|c| c.id).collect();
    cx.trace(|| Step::LoggedOut { ended: ended.len() });
    Ok(if ended.is_empty() {
        Outcome::NotActive(Verdict::Revoked(found))
    } else {
        Outcome::LoggedOut { id, ended }
    })
}
