//! The answers in one read transaction: for a front that stays and is asked at each request.

use super::evaluate::Verifier;
use super::{OpsError, Requirements, Verification};
use crate::model::policy::Policy;
use crate::model::token::Token;
use crate::ops::clock::{self, ClockReading};
use crate::ops::{OpContext, Step};
use crate::store::StoreError;

/// Verifies a token as [`verify`](super::verify) does, with all that is read of one moment: the time of the latest
/// event, the policy and the session. A store takes its lock once instead of once for each of them. Nothing is written,
/// whatever the requirements ask.
///
/// # Errors
/// As [`verify`](super::verify).
pub fn verify_in_snapshot(
    cx: &mut OpContext<'_>,
    token: &Token,
    requirements: &Requirements,
) -> Result<Verification, OpsError> {
    in_snapshot(cx, |verifier, policy| verifier.answer(policy, token, requirements))
}

/// The same for tokens that are presented at once, each with requirements of its own: a store that is asked over a
/// network is asked once for all of them.
///
/// # Errors
/// As [`verify`](super::verify), where it concerns all of them; each has its own within.
pub fn verify_each_in_snapshot(
    cx: &mut OpContext<'_>,
    presented: &[(Token, Requirements)],
) -> Result<Vec<Result<Verification, OpsError>>, OpsError> {
    let tokens: Vec<&Token> = presented.iter().map(|(token, _)| token).collect();
    in_snapshot(cx, |verifier, policy| {
        let found = verifier.store.look_up_many(&tokens)?;
        let answers = presented
            .iter()
            .zip(found)
            .map(|((token, requirements), found)| verifier.answer_about(policy, token, found, requirements));
        Ok(answers.collect())
    })
}

/// Reads with the policy and a clock that can be used, all of one moment.
fn in_snapshot<T>(
    cx: &mut OpContext<'_>,
    mut read: impl FnMut(&mut Verifier<'_>, &Policy) -> Result<T, OpsError>,
) -> Result<T, OpsError> {
    let OpContext { store, clock: present, tracer, .. } = cx;
    let mut answer = None;
    store.with_snapshot(&mut |view| {
        // Read after the lock was obtained: a revocation that the snapshot holds is never later.
        let now = present.now();
        let mut read = || {
            let ClockReading { latest, is_behind, .. } = clock::read(view, now)?;
            if let Some(latest) = latest.filter(|_| is_behind) {
                return Err(StoreError::ClockBehind { now, latest }.into());
            }
            if tracer.enabled() {
                tracer.trace(Step::ClockRead { now, latest });
            }
            let policy = view.policy()?;
            read(&mut Verifier { store: view, now, tracer: &mut **tracer }, &policy)
        };
        answer = Some(read());
        Ok(())
    })?;
    // A store that returns without an error has called the closure.
    answer.unwrap_or_else(|| Err(StoreError::Corrupt("nothing was read".to_owned()).into()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::session::Kind;
    use crate::ops::verify::verify;
    use crate::testing::Fixture;

    #[test]
    fn answer_and_steps_are_those_of_verify() {
        let mut fixture = Fixture::new();
        let handed = fixture.session(Kind::Web, Some("bob"));
        for seconds in [0, 61, 3_600] {
            fixture.later(seconds);
            let requirements = Requirements { app: Some("shop".to_owned()), ..Requirements::default() };
            let before = fixture.steps.0.len();
            let one = fixture.run(|cx| verify(cx, &handed.token(), &requirements)).unwrap();
            let middle = fixture.steps.0.len();
            let other = fixture.run(|cx| verify_in_snapshot(cx, &handed.token(), &requirements)).unwrap();
            assert_eq!(one.verdict.word(), other.verdict.word());
            assert_eq!(one.wants_touch, other.wants_touch);
            assert_eq!(fixture.steps.0[before..middle], fixture.steps.0[middle..]);
        }
    }

    #[test]
    fn tokens_of_one_moment_are_answered_by_their_own_requirements() {
        let mut fixture = Fixture::new();
        let [first, second] = [(); 2].map(|()| fixture.session(Kind::Web, Some("bob")));
        let unknown = Token::parse(&[b'a'; 64]).unwrap();
        let wiki = Requirements { app: Some("wiki".to_owned()), ..Requirements::default() };
        let presented = [
            (first.token(), Requirements::default()),
            (unknown, Requirements::default()),
            (second.token(), wiki),
            (first.token(), Requirements::default()),
        ];
        let answers = fixture.run(|cx| verify_each_in_snapshot(cx, &presented)).unwrap();
        let words: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().verdict.word()).collect();
        assert_eq!(words, ["active", "unknown", "insufficient", "active"]);
        fixture.clock.set(fixture.now().minus(Duration::from_secs(301)));
        assert!(fixture.run(|cx| verify_each_in_snapshot(cx, &presented)).is_err());
    }

    #[test]
    fn clock_behind_is_an_error_and_not_an_answer() {
        let mut fixture = Fixture::new();
        let handed = fixture.session(Kind::Web, Some("bob"));
        fixture.clock.set(fixture.now().minus(Duration::from_secs(301)));
        let answer = fixture.run(|cx| verify_in_snapshot(cx, &handed.token(), &Requirements::default()));
        assert!(answer.is_err());
    }
}
