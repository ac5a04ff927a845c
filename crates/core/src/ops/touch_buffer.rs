//! Gathers that sessions were used, so that a front that stays writes them together: one commit instead of thousands.

use std::time::{Duration, Instant};

use super::verify::{Verdict, Verification, report_reuse, touch};
use super::{OpContext, OpsError};
use crate::model::session::Session;
use crate::model::time::Timestamp;
use crate::store::{StoreError, Touch};

/// Sessions gathered before they are written …
const MAX_TOUCHES: usize = 10_000;
/// … and how long the first of them waits.
const MAX_TOUCH_DELAY: Duration = Duration::from_secs(1);

/// What verifications want written.
#[derive(Debug, Default)]
pub struct TouchBuffer {
    touches: Vec<Touch>,
    since: Option<Instant>,
    reused: Vec<Session>,
}

/// What could not be written.
#[derive(Debug, Default)]
pub struct FlushFailures {
    /// A reused token could not be recorded, and its session is still active.
    pub reuse: Option<OpsError>,
    /// That sessions were used could not be written; their number, and why.
    pub touches: Option<(usize, OpsError)>,
}

impl TouchBuffer {
    /// Takes what an answer wants written: a reuse always, a touch where `touch` asks for it.
    pub fn add(&mut self, answer: &Verification, touch: bool) {
        if answer.wants_reuse_report
            && let Verdict::RotatedAway(found) = &answer.verdict
        {
            self.reused.push(found.session.clone());
        } else if touch && !answer.wants_touch.is_empty() {
            self.since.get_or_insert_with(Instant::now);
            self.touches.extend_from_slice(&answer.wants_touch);
        }
    }

    /// Whether it is time to write: at once for a reuse, else after `MAX_TOUCHES` or `MAX_TOUCH_DELAY`.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.touches.len() >= MAX_TOUCHES
            || !self.reused.is_empty()
            || self.since.is_some_and(|since| since.elapsed() >= MAX_TOUCH_DELAY)
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.touches.is_empty() && self.reused.is_empty()
    }

    /// The latest time at which a session was used that is not written yet.
    #[must_use]
    pub fn latest(&self) -> Option<Timestamp> {
        self.touches.iter().map(|touch| touch.seen_at).max()
    }

    /// Drops everything, because it is about the sessions of another store: the same ids are other sessions here.
    /// Returns the failures.
    pub fn forget(&mut self) -> FlushFailures {
        let TouchBuffer { touches, reused, .. } = std::mem::take(self);
        let replaced = || OpsError::from(StoreError::Replaced);
        FlushFailures {
            reuse: (!reused.is_empty()).then(replaced),
            touches: (!touches.is_empty()).then(|| (touches.len(), replaced())),
        }
    }

    /// Writes everything. The answers are valid whatever fails.
    pub fn flush(&mut self, cx: &mut OpContext<'_>) -> FlushFailures {
        self.since = None;
        let (touches, reused) = (std::mem::take(&mut self.touches), std::mem::take(&mut self.reused));
        let mut failures = FlushFailures::default();
        for session in reused {
            if let Err(error) = report_reuse(cx, &session) {
                failures.reuse.get_or_insert(error);
            }
        }
        let number = touches.len();
        if number > 0
            && let Err(error) = touch(cx, touches)
        {
            failures.touches = Some((number, error));
        }
        failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::session::{Kind, State};
    use crate::ops::rotate::rotate;
    use crate::ops::verify::{Requirements, verify};
    use crate::testing::{Fixture, TestSession};

    fn ask(fixture: &mut Fixture, handed: &TestSession) -> Verification {
        fixture.run(|cx| verify(cx, &handed.token(), &Requirements::default())).unwrap()
    }

    #[test]
    fn buffer_writes_touches_together_and_only_once() {
        let mut fixture = Fixture::new();
        let sessions = [(); 3].map(|()| fixture.session(Kind::Web, Some("bob")));
        fixture.later(61);
        let (begun, mut buffer) = (Instant::now(), TouchBuffer::default());
        for handed in &sessions {
            buffer.add(&ask(&mut fixture, handed), true);
        }
        assert!(!buffer.is_empty() && (!buffer.is_due() || begun.elapsed() >= MAX_TOUCH_DELAY));
        assert_eq!(buffer.latest(), Some(fixture.now()));
        let failures = fixture.run(|cx| buffer.flush(cx));
        assert!(failures.touches.is_none() && buffer.is_empty() && buffer.latest().is_none());
        assert!(sessions.iter().all(|handed| fixture.get(handed.id).last_seen_at == fixture.now()));
        buffer.add(&ask(&mut fixture, &sessions[0]), true);
        assert!(buffer.is_empty(), "it was seen just now");
    }

    #[test]
    fn buffer_writes_a_reuse_at_once_and_reports_what_failed() {
        let mut fixture = Fixture::new();
        let handed = fixture.session(Kind::Web, Some("bob"));
        fixture.run(|cx| rotate(cx, &handed.token(), Duration::ZERO)).unwrap();
        let mut buffer = TouchBuffer::default();
        buffer.add(&ask(&mut fixture, &handed), false);
        assert!(buffer.is_due());
        fixture.factory.set_full(true);
        assert!(fixture.run(|cx| buffer.flush(cx)).reuse.is_some());
        fixture.factory.set_full(false);
        buffer.add(&ask(&mut fixture, &handed), false);
        assert!(fixture.run(|cx| buffer.flush(cx)).reuse.is_none());
        assert_eq!(fixture.state(handed.id), State::Revoked);
    }
}
