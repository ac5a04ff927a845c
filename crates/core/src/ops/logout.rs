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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::session::{Kind, State};
    use crate::testing::Fixture;

    #[test]
    fn logout_of_a_parent_cascades_and_of_a_child_does_not() {
        let mut fixture = Fixture::new();
        let head = fixture.session(Kind::Sso, Some("bob"));
        let (one, two) = (fixture.child(head.id), fixture.child(head.id));
        assert!(
            matches!(fixture.run(|b| logout(b, &one.token())), Ok(Outcome::LoggedOut { ended, .. }) if ended == [one.id])
        );
        assert_eq!([head.id, two.id].map(|id| fixture.state(id)), [State::Active; 2]);
        assert!(matches!(
            fixture.run(|b| logout(b, &one.token())),
            Ok(Outcome::NotActive(Verdict::Revoked(_)))
        ));
        assert!(
            matches!(fixture.run(|b| logout(b, &head.token())), Ok(Outcome::LoggedOut { ended, .. }) if ended.len() == 2)
        );
        assert_eq!(fixture.state(two.id), State::Revoked);
        assert_eq!(fixture.get(two.id).revoke_reason.as_deref(), Some(LOGOUT));
        let foreign = Token::parse(&[b'a'; 64]).unwrap();
        let unknown = fixture.run(|b| logout(b, &foreign));
        assert!(matches!(unknown, Ok(Outcome::NotActive(Verdict::Unknown))));
    }
}
