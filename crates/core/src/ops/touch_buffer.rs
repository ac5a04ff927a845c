//! Gathers that sessions were used, so that a front that stays writes them together: one commit instead of thousands.

use std::time::{Duration, Instant};

use super::verify::{Verdict, Verification, report_reuse, touch};
use super::{OpContext, OpsError};
use crate::model::session::Session;
use crate::store::Touch;

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

    /// Whether it is time to write: at once for a reuse, else after [`MAX_TOUCHES`] or [`MAX_TOUCH_DELAY`].
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
