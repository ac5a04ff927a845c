//! Ends the session of a presented token, at its holder's wish.

use super::verify::{Requirements, Verdict, verify};
use super::{OpsError, Workbench};
use crate::model::event::Action;
use crate::model::selector::Selector;
use crate::model::session::SessionId;
use crate::store::Slice;

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
pub fn logout(bench: &mut Workbench<'_>, presented: &[u8]) -> Result<Outcome, OpsError> {
    let requirements = Requirements { touch: true, ..Requirements::default() };
    let seen = verify(bench, presented, &requirements)?;
    let found = match (seen.verdict, seen.write_failed) {
        (Verdict::Active(found), _) => found,
        (Verdict::RotatedAway(_), Some(error)) => return Err(error),
        (verdict, _) => return Ok(Outcome::NotActive(verdict)),
    };
    let id = found.session.id;
    let selector = Selector { ids: vec![id], ..Selector::default() };
    let slice = Slice { selector: &selector, after: None, up_to: id, limit: 1, now: bench.now, expect: None };
    let event =
        bench.event(Action::SessionRevoked).user(found.session.user.as_ref()).detail(LOGOUT.to_owned());
    let swept = bench.store.revoke(&slice, LOGOUT, event)?;
    let ended: Vec<SessionId> = swept.changes.iter().filter(|c| c.changed).map(|c| c.id).collect();
    bench.tell(|| {
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
    use crate::ops::testing::Bench;

    #[test]
    fn a_head_takes_its_family_along_and_a_member_goes_alone() {
        let mut bench = Bench::new();
        let head = bench.session(Kind::Sso, Some("bob"));
        let (one, two) = (bench.child(head.id), bench.child(head.id));
        assert!(
            matches!(bench.run(|b| logout(b, one.text())), Ok(Outcome::LoggedOut { ended, .. }) if ended == [one.id])
        );
        assert_eq!([head.id, two.id].map(|id| bench.state(id)), [State::Active; 2]);
        assert!(matches!(bench.run(|b| logout(b, one.text())), Ok(Outcome::NotActive(Verdict::Revoked(_)))));
        assert!(
            matches!(bench.run(|b| logout(b, head.text())), Ok(Outcome::LoggedOut { ended, .. }) if ended.len() == 2)
        );
        assert_eq!(bench.state(two.id), State::Revoked);
        assert_eq!(bench.get(two.id).revoke_reason.as_deref(), Some(LOGOUT));
        assert!(matches!(bench.run(|b| logout(b, b"nonsense")), Ok(Outcome::NotActive(Verdict::Unknown))));
    }
}
