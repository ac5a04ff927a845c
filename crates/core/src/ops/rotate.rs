//! Gives a session a new token; the old one ends, at once or after a short grace.

use std::time::Duration;

use super::error::RequestError;
use super::step::Step;
use super::verify::{Requirements, Verdict, verify};
use super::{OpContext, OpsError};
use crate::model::event::{Action, Subjects};
use crate::model::policy::Key;
use crate::model::session::State;
use crate::model::time::format_duration;
use crate::model::token::Token;
use crate::rules;
use crate::store::{Found, Issued, Rotation, TokenStatus};

/// For how long a front for browsers accepts the old token of a session that it renews: a page may have sent requests
/// with it meanwhile, and without a grace they would be signs of theft. The policy may allow less.
pub const RENEWAL_GRACE: Duration = Duration::from_secs(10);

/// What came of a rotation.
#[derive(Debug)]
pub enum Outcome {
    /// The same session has a new token.
    Rotated(Issued),
    /// The token is not active, or another rotation was faster.
    NotActive(Verdict),
}

/// Replaces a token, which is accepted for `grace` longer: for a client whose requests in flight still carry it. Of
/// many processes that try at once, one wins.
///
/// # Errors
/// [`RequestError::TooLong`] for a grace over the policy's, or the store's.
pub fn rotate(cx: &mut OpContext<'_>, token: &Token, grace: Duration) -> Result<Outcome, OpsError> {
    let max = cx.store.policy()?.span(Key::RotateGrace);
    if grace > max {
        let setting = Key::RotateGrace.setting().name;
        return Err(RequestError::TooLong { what: "grace", max, setting }.into());
    }
    let requirements = Requirements { touch: true, ..Requirements::default() };
    let seen = verify(cx, token, &requirements)?;
    let found = match (seen.verdict, seen.write_failed) {
        (Verdict::Active(found), _) => found,
        (Verdict::RotatedAway(_), Some(error)) => return Err(error),
        (verdict, _) => return Ok(Outcome::NotActive(verdict)),
    };
    if found.status != TokenStatus::Current {
        cx.trace(|| Step::GraceNotRenewed);
        return Ok(Outcome::NotActive(Verdict::RotatedAway(found)));
    }
    let session = &found.session;
    let event = cx
        .event(Action::SessionRotated)
        .user(session.user.as_ref())
        .about(Subjects::One(session.id))
        .detail((!grace.is_zero()).then(|| format!("old token accepted for {}", format_duration(grace))));
    let random = cx.draw()?;
    let digest = token.digest();
    let rotated = cx.store.rotate(&Rotation {
        id: session.id,
        digest,
        random,
        grace,
        reauthentication: None,
        event,
    })?;
    cx.trace(|| Step::TokenRotated { written: rotated.is_some().into(), grace });
    Ok(match rotated {
        Some(token) => Outcome::Rotated(Issued { id: session.id, token }),
        None => lost(cx, found)?,
    })
}

/// A process that loses the race held a good token a moment ago: this is no sign of theft yet.
fn lost(cx: &mut OpContext<'_>, found: Box<Found>) -> Result<Outcome, OpsError> {
    let state = match cx.store.session(found.session.id)? {
        None => State::Revoked,
        Some((session, parent)) => rules::state(&session, parent.as_ref(), cx.now()),
    };
    Ok(Outcome::NotActive(match state {
        State::Active => Verdict::RotatedAway(found),
        State::Expired => Verdict::Expired(found),
        State::Revoked => Verdict::Revoked(found),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::session::Kind;
    use crate::testing::Fixture;

    const NO_GRACE: Duration = Duration::ZERO;

    fn rotated(fixture: &mut Fixture, token: &str, grace: u64) -> Option<String> {
        match fixture
            .run(|b| rotate(b, &Token::parse(token.as_bytes()).unwrap(), Duration::from_secs(grace)))
            .unwrap()
        {
            Outcome::Rotated(issued) => Some(issued.token.expose().to_string()),
            Outcome::NotActive(_) => None,
        }
    }

    #[test]
    fn reused_token_revokes_its_session_and_parent() {
        let mut fixture = Fixture::new();
        let head = fixture.session(Kind::Sso, Some("bob"));
        let child = fixture.child(head.id);
        let new = rotated(&mut fixture, child.as_str(), 0).unwrap();
        assert_ne!(new, child.as_str());
        assert_eq!(fixture.state(child.id), State::Active);
        let reused = fixture.run(|b| rotate(b, &child.token(), NO_GRACE)).unwrap();
        assert!(matches!(reused, Outcome::NotActive(Verdict::RotatedAway(_))));
        assert_eq!([head.id, child.id].map(|id| fixture.state(id)), [State::Revoked; 2]);
        assert_eq!(fixture.actions().last().map(String::as_str), Some("token.reused"));
        assert_eq!(rotated(&mut fixture, &new, 0), None);
    }

    #[test]
    fn old_token_is_accepted_within_its_grace_but_not_renewed() {
        let mut fixture = Fixture::new();
        let session = fixture.session(Kind::Web, Some("bob"));
        assert!(rotated(&mut fixture, session.as_str(), 10).is_some());
        fixture.clock.advance(Duration::from_secs(9));
        assert_eq!(fixture.word(session.text()), "active");
        assert_eq!(rotated(&mut fixture, session.as_str(), 0), None);
        assert_eq!(fixture.state(session.id), State::Active);
        fixture.clock.advance(Duration::from_secs(1));
        assert_eq!(fixture.word(session.text()), "revoked");
        assert_eq!(fixture.state(session.id), State::Revoked);
    }

    #[test]
    fn rotate_refuses_a_grace_over_the_limit() {
        let mut fixture = Fixture::new();
        let token = Token::parse(&[b'a'; 64]).unwrap();
        let error = fixture.run(|b| rotate(b, &token, Duration::from_secs(31))).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the grace is too long: at most 30s, by rotate.grace_max of the policy"
        );
    }
}
