//! What an act works with, handed in so that a test can hand in its own.

use crate::model::event::{Action, Event};
use crate::model::random::{Randomness, RandomnessError};
use crate::model::time::Timestamp;
use crate::store::Store;

/// Listens to what an act does, step by step, for someone who learns. No step ever holds a stored secret.
pub trait Narrator {
    /// Told of one step: what is done and why.
    fn tell(&mut self, step: &str);
    /// Whether anyone listens; a step that costs something to describe asks first.
    fn listens(&self) -> bool;
}

/// Nobody listens.
#[derive(Debug)]
pub struct Quiet;

impl Narrator for Quiet {
    fn tell(&mut self, _step: &str) {}

    fn listens(&self) -> bool {
        false
    }
}

/// The store, the time, the randomness, who acts, and who listens.
pub struct Workbench<'a> {
    /// Where everything is kept.
    pub store: &'a mut dyn Store,
    /// The present, as this act sees it.
    pub now: Timestamp,
    /// Bytes nobody can guess.
    pub random: &'a mut dyn Randomness,
    /// The account of the operating system that acts.
    pub actor: &'a str,
    /// Who is told of the steps.
    pub narrator: &'a mut dyn Narrator,
}

impl Workbench<'_> {
    /// Tells a step, which is put into words only where someone listens.
    pub(super) fn tell(&mut self, step: impl FnOnce() -> String) {
        if self.narrator.listens() {
            self.narrator.tell(&step());
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
