//! Gives a session a new token; the old one dies, at once or after a short grace.

use std::time::Duration;

use super::error::RequestError;
use super::verify::{Requirements, Verdict, state_in_family, verify};
use super::{OpContext, OpsError};
use crate::model::event::{Action, Subjects};
use crate::model::policy::Key;
use crate::model::session::State;
use crate::model::time::format_duration;
use crate::model::token::Token;
use crate::store::{Found, Issued, Rotation, TokenStatus};

/// What came of a rotation.
#[derive(Debug)]
pub enum Outcome {
    /// Done: the same session with a new token.
    Rotated(Issued),
    /// The token is not active, or another rotation was faster.
    NotActive(Verdict),
}

/// Replaces a presented token, which is honoured for `grace` longer: for a client whose requests in flight still
/// carry it. Of many who try at once, one wins.
///
/// # Errors
/// [`RequestError::TooLong`] for a grace over the policy's, [`OpsError::ClockBehind`], or the store's.
pub fn rotate(cx: &mut OpContext<'_>, presented: &[u8], grace: Duration) -> Result<Outcome, OpsError> {
    let most = cx.store.policy()?.span(Key::RotateGrace);
    if grace > most {
        let setting = Key::RotateGrace.setting().name;
        return Err(RequestError::TooLong { what: "grace", most, setting }.into());
    }
    let requirements = Requirements { touch: true, ..Requirements::default() };
    let seen = verify(cx, presented, &requirements)?;
    let found = match (seen.verdict, seen.write_failed) {
        (Verdict::Active(found), _) => found,
        (Verdict::RotatedAway(_), Some(error)) => return Err(error),
        (verdict, _) => return Ok(Outcome::NotActive(verdict)),
    };
    let (TokenStatus::Current, Some(token)) = (found.standing, Token::parse(presented)) else {
        cx.trace(|| {
            "the token is only honoured for its grace; it was replaced already and is not replaced again"
                .to_owned()
        });
        return Ok(Outcome::NotActive(Verdict::RotatedAway(found)));
    };
    let Found { session, .. } = &*found;
    let event = cx
        .event(Action::SessionRotated)
        .user(session.user.as_ref())
        .about(Subjects::One(session.id))
        .detail((!grace.is_zero()).then(|| format!("old token honoured for {}", format_duration(grace))));
    let random = cx.draw()?;
    let rotated = cx.store.rotate(&Rotation {
        id: session.id,
        digest: token.digest(),
        random,
        at: cx.now,
        honoured_until: cx.now.plus(grace),
        authenticated_at: None,
        attempt_key: None,
        event,
    })?;
    cx.trace(|| match rotated {
        Some(_) => format!(
            "wrote the digest of a new token if the old one was still current, in one \
            conditional step, so that of many who try at once one wins; the old token is honoured for \
            {}",
            format_duration(grace)
        ),
        None => "another rotation was faster, or the session ended: nothing was written".to_owned(),
    });
    Ok(match rotated {
        Some(token) => Outcome::Rotated(Issued { id: session.id, token }),
        None => lost(cx, found)?,
    })
}

/// Who loses the race held a good token a moment ago: this is no sign of theft yet.
fn lost(cx: &mut OpContext<'_>, found: Box<Found>) -> Result<Outcome, OpsError> {
    let state = cx
        .store
        .session(found.session.id)?
        .map_or(State::Revoked, |(session, head)| state_in_family(&session, head.as_ref(), cx.now));
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
    use crate::ops::testing::Fixture;

    const NO_GRACE: Duration = Duration::ZERO;

    fn rotated(fixture: &mut Fixture, token: &str, grace: u64) -> Option<String> {
        match fixture.run(|b| rotate(b, token.as_bytes(), Duration::from_secs(grace))).unwrap() {
            Outcome::Rotated(issued) => Some(issued.token.expose().to_string()),
            Outcome::NotActive(_) => None,
        }
    }

    #[test]
    fn the_old_token_dies_and_shown_again_takes_the_family_down() {
        let mut fixture = Fixture::new();
        let head = fixture.session(Kind::Sso, Some("bob"));
        let child = fixture.child(head.id);
        let new = rotated(&mut fixture, child.as_str(), 0).unwrap();
        assert_ne!(new, child.as_str());
        assert_eq!(fixture.state(child.id), State::Active);
        let reused = fixture.run(|b| rotate(b, child.text(), NO_GRACE)).unwrap();
        assert!(matches!(reused, Outcome::NotActive(Verdict::RotatedAway(_))));
        assert_eq!([head.id, child.id].map(|id| fixture.state(id)), [State::Revoked; 2]);
        assert_eq!(fixture.actions().last().map(String::as_str), Some("token.reused"));
        assert_eq!(rotated(&mut fixture, &new, 0), None);
    }

    #[test]
    fn within_its_grace_the_old_token_is_honoured_but_not_renewed() {
        let mut fixture = Fixture::new();
        let session = fixture.session(Kind::Web, Some("bob"));
        assert!(rotated(&mut fixture, session.as_str(), 10).is_some());
        fixture.now = fixture.now.plus(Duration::from_secs(9));
        assert_eq!(fixture.word(session.text()), "active");
        assert_eq!(rotated(&mut fixture, session.as_str(), 0), None);
        assert_eq!(fixture.state(session.id), State::Active);
        fixture.now = fixture.now.plus(Duration::from_secs(1));
        assert_eq!(fixture.word(session.text()), "revoked");
        assert_eq!(fixture.state(session.id), State::Revoked);
    }

    #[test]
    fn a_long_grace_is_refused_with_the_limit() {
        let mut fixture = Fixture::new();
        let error = fixture.run(|b| rotate(b, b"", Duration::from_secs(31))).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the grace is too long: at most 30s, by rotate.grace_max of the policy"
        );
    }
}
