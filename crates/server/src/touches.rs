//! The sessions that were used since the last second, each once. They are written together.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use sessionctl_core::model::session::SessionId;
use sessionctl_core::ops::TouchBuffer;
use sessionctl_core::ops::verify::Verification;

/// Sessions that were used and are not written yet.
#[derive(Debug, Default)]
pub(crate) struct Touches(Mutex<Gathered>);

#[derive(Debug, Default)]
struct Gathered {
    /// In which they were read.
    era: u64,
    buffer: TouchBuffer,
    sessions: HashSet<SessionId>,
}

impl Touches {
    /// Takes what an answer wants written. A session that is gathered already is not gathered again, so that the memory
    /// is that of the sessions in use, at any rate of requests.
    ///
    /// Of two eras only the later is kept: the sessions of the other are those of another database.
    pub(crate) fn add(&self, era: u64, answer: &Verification) {
        let Some(found) = answer.verdict.found().filter(|_| !answer.wants_touch.is_empty()) else { return };
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match era.cmp(&gathered.era) {
            Ordering::Less => return,
            Ordering::Equal => {}
            Ordering::Greater => *gathered = Gathered { era, ..Gathered::default() },
        }
        if gathered.sessions.insert(found.session.id) {
            gathered.buffer.add(answer, true);
        }
    }

    /// How many sessions they are.
    pub(crate) fn pending(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).sessions.len()
    }

    /// Takes all of them, with the era in which they were read.
    pub(crate) fn take(&self) -> (u64, TouchBuffer) {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let era = gathered.era;
        let taken = std::mem::replace(&mut *gathered, Gathered { era, ..Gathered::default() });
        (era, taken.buffer)
    }
}

#[cfg(test)]
mod tests {
    use sessionctl_core::model::session::Kind;
    use sessionctl_core::ops::verify::{Requirements, verify};
    use sessionctl_core::testing::Fixture;

    use super::*;

    #[test]
    fn touches_of_an_earlier_era_are_dropped() {
        let mut fixture = Fixture::new();
        let sessions = [(); 3].map(|()| fixture.session(Kind::Web, Some("bob")));
        fixture.later(61);
        let answers = sessions
            .map(|handed| fixture.run(|cx| verify(cx, &handed.token(), &Requirements::default())).unwrap());
        let touches = Touches::default();
        touches.add(0, &answers[0]);
        touches.add(0, &answers[0]);
        assert_eq!(touches.pending(), 1);
        touches.add(1, &answers[1]);
        touches.add(0, &answers[2]);
        assert_eq!(touches.pending(), 1);
        let (era, taken) = touches.take();
        assert!(era == 1 && !taken.is_empty());
        touches.add(0, &answers[0]);
        assert_eq!(touches.pending(), 0, "an answer of before came late");
    }
}
