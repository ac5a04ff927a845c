//! The sessions that were used since the last second, each once. They are written together.

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
    buffer: TouchBuffer,
    sessions: HashSet<SessionId>,
}

impl Touches {
    /// Takes what an answer wants written. A session that is gathered already is not gathered again, so that the memory is
    /// that of the sessions in use, at any rate of requests.
    pub(crate) fn add(&self, answer: &Verification) {
        let Some(found) = answer.verdict.found().filter(|_| !answer.wants_touch.is_empty()) else { return };
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if gathered.sessions.insert(found.session.id) {
            gathered.buffer.add(answer, true);
        }
    }

    /// How many sessions they are.
    pub(crate) fn pending(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).sessions.len()
    }

    /// Takes all of them.
    pub(crate) fn take(&self) -> TouchBuffer {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).buffer
    }
}
