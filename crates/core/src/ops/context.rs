//! What an act works with, handed in so that a test can hand in its own.

use super::step::Step;
use super::trace::Tracer;
use crate::model::clock::Clock;
use crate::model::event::{Action, Event};
use crate::model::hash_limit::HashLimit;
use crate::model::random::{Randomness, RandomnessError};
use crate::model::time::Timestamp;
use crate::store::Store;

/// The store, the clock, the randomness, who acts, and who is shown the steps.
pub struct OpContext<'a> {
    /// Where everything is kept.
    pub store: &'a mut dyn Store,
    /// The clock by which reads are answered. Changes are decided by the store's own clock, under its lock.
    pub clock: &'a dyn Clock,
    /// Bytes that nobody can guess.
    pub random: &'a mut dyn Randomness,
    /// How many passwords are hashed at once.
    pub hashing: &'a dyn HashLimit,
    /// The account of the operating system that acts.
    pub actor: &'a str,
    /// Who is shown the steps.
    pub tracer: &'a mut dyn Tracer,
}

impl OpContext<'_> {
    /// The present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Shows a step, which is only put together where somebody wants to see it.
    pub(super) fn trace(&mut self, step: impl FnOnce() -> Step) {
        if self.tracer.enabled() {
            self.tracer.trace(step());
        }
    }

    /// An event by this actor.
    pub(super) fn event(&self, action: Action) -> Event {
        Event::new(action, self.actor)
    }

    /// N random bytes.
    pub(super) fn draw<const N: usize>(&mut self) -> Result<[u8; N], RandomnessError> {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes)?;
        Ok(bytes)
    }
}
