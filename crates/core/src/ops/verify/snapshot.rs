//! The answer about one token in one read transaction: for a front that stays and is asked at each request.

use super::evaluate::Verifier;
use super::{OpsError, Requirements, Verification};
use crate::model::token::Token;
use crate::ops::clock::{self, ClockReading};
use crate::ops::{OpContext, Step};
use crate::store::StoreError;

/// Verifies a token as [`verify`](super::verify) does, with all that is read of one moment: the time of the latest event,
/// the policy and the session. A store takes its lock once instead of once for each of them. Nothing is written, whatever
/// the requirements ask.
///
/// # Errors
/// As [`verify`](super::verify).
pub fn verify_in_snapshot(
    cx: &mut OpContext<'_>,
    token: &Token,
    requirements: &Requirements,
) -> Result<Verification, OpsError> {
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
            Verifier { store: view, now, tracer: &mut **tracer }.answer(&policy, token, requirements)
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
    fn clock_behind_is_an_error_and_not_an_answer() {
        let mut fixture = Fixture::new();
        let handed = fixture.session(Kind::Web, Some("bob"));
        fixture.clock.set(fixture.now().minus(Duration::from_secs(301)));
        let answer = fixture.run(|cx| verify_in_snapshot(cx, &handed.token(), &Requirements::default()));
        assert!(answer.is_err());
    }
}
