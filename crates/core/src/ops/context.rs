//! What an act works with, handed in so that a test can hand in its own.

use crate::model::event::{Action, Event};
use crate::model::random::{Randomness, RandomnessError};
use crate::model::time::Timestamp;
use crate::store::Store;

/// Listens to what an act does, step by step, for someone who learns. No step ever holds a stored secret.
pub trait Tracer {
    /// Told of one step: what is done and why.
    fn trace(&mut self, step: &str);
    /// Whether anyone enabled; a step that costs something to describe asks first.
    fn enabled(&self) -> bool;
}

/// Nobody enabled.
#[derive(Debug)]
pub struct NoTrace;

impl Tracer for NoTrace {
    fn trace(&mut self, _step: &str) {}

    fn enabled(&self) -> bool {
        false
    }
}

/// The store, the time, the randomness, who acts, and who enabled.
pub struct OpContext<'a> {
    /// Where everything is kept.
    pub store: &'a mut dyn Store,
    /// The present, as this act sees it.
    pub now: Timestamp,
    /// Bytes nobody can guess.
    pub random: &'a mut dyn Randomness,
    /// The account of the operating system that acts.
    pub actor: &'a str,
    /// Who is steps of the steps.
    pub tracer: &'a mut dyn Tracer,
}

impl OpContext<'_> {
    /// Tells a step, which is put into words only where someone enabled.
    pub(super) fn trace(&mut self, step: impl FnOnce() -> String) {
        if self.tracer.enabled() {
            self.tracer.trace(&step());
        }
    }

    /// An event of this moment, by this actor.
    pub(super) fn event(&self, action: Action) -> Event {
        Event::new(self.now, action, self.actor)
    }

    /// So many random bytes.
    pub(super) fn draw<const N: usize>(&mut self) -> Result<[u8; N], RandomnessError> {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes)?;
        Ok(bytes)
    }
}
