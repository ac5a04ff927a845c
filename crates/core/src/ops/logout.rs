//! Ends the session of a presented token, at its holder's wish.

use super::verify::{Requirements, Verdict, verify};
use super::{OpContext, OpsError};
use crate::model::event::Action;
use crate::model::selector::Selector;
use crate::model::session::SessionId;
use crate::store::Batch;

/// The reason kept with the session.
pub const LOGOUT: &str = "logout";

/// What came of a logout.
#[derive(Debug)]
pub enum Outcome {
    /// Done: this session, and with a head those under it.
    LoggedOut {
        /// The session of the token.
        id: SessionId,
        /// All that ended, the session included.
        ended: Vec<SessionId>,
    },
    /// The token is not active, or was no more when it was to end.
    NotActive(Verdict),
}

/// Revokes the session of a token. A head takes its family along; a session under a head ends alone.
///
/// # Errors
/// [`OpsError::ClockBehind`] or the store's.
pub fn logout(cx: &mut OpContext<'_>, presented: &[u8]) -> Result<Outcome, OpsError> {
    let requirements = Requirements { touch: true, ..Requirements::default() };
    let seen = verify(cx, presented, &requirements)?;
    let found = match (seen.verdict, seen.write_failed) {
        (Verdict::Active(found), _) => found,
        (Verdict::RotatedAway(_), Some(error)) => return Err(error),
        (verdict, _) => return Ok(Outcome::NotActive(verdict)),
    };
    let id = found.session.id;
    let selector = Selector { ids: vec![id], ..Selector::default() };
    let slice = Batch { selector: &selector, after: None, up_to: id, limit: 1, now: cx.now, expect: None };
    let event = cx.event(Action::SessionRevoked).user(found.session.user.as_ref()).detail(LOGOUT.to_owned());
    let swept = cx.store.revoke(&slice, LOGOUT, event)?;
    let ended: Vec<SessionId> = swept.changes.iter().filter(|c| c.changed).map(|c| c.id).collect();
    cx.trace(|| {
        format!(
            "revoked {} sessions in one step with the event: ended in the database, the \
        token is worth nothing, whoever else has a copy of it (ASVS 7.4.1)",
            ended.len()
        )
    });
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
    use crate::ops::testing::Fixture;

    #[test]
    fn a_head_takes_its_family_along_and_a_member_goes_alone() {
        let mut fixture = Fixture::new();
        let head = fixture.session(Kind::Sso, Some("bob"));
        let (one, two) = (fixture.child(head.id), fixture.child(head.id));
        assert!(
            matches!(fixture.run(|b| logout(b, one.text())), Ok(Outcome::LoggedOut { ended, .. }) if ended == [one.id])
        );
        assert_eq!([head.id, two.id].map(|id| fixture.state(id)), [State::Active; 2]);
        assert!(matches!(
            fixture.run(|b| logout(b, one.text())),
            Ok(Outcome::NotActive(Verdict::Revoked(_)))
        ));
        assert!(
            matches!(fixture.run(|b| logout(b, head.text())), Ok(Outcome::LoggedOut { ended, .. }) if ended.len() == 2)
        );
        assert_eq!(fixture.state(two.id), State::Revoked);
        assert_eq!(fixture.get(two.id).revoke_reason.as_deref(), Some(LOGOUT));
        assert!(matches!(fixture.run(|b| logout(b, b"nonsense")), Ok(Outcome::NotActive(Verdict::Unknown))));
    }
}
