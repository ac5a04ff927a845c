//! Collects the steps of an operation for a caller that asked for them. What a step is, is in [`step`](super::step).

use super::step::Step;

/// Is shown the steps of an act as they are taken.
pub trait Tracer {
    /// Shows one step.
    fn trace(&mut self, step: Step);

    /// Whether steps are wanted at all; a step is only put together where they are.
    fn enabled(&self) -> bool;
}

/// Wants no steps.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTrace;

impl Tracer for NoTrace {
    fn trace(&mut self, _step: Step) {}

    fn enabled(&self) -> bool {
        false
    }
}

/// Steps that were kept, for tests and for fronts that show them later.
#[derive(Clone, Debug, Default)]
pub struct RecordedSteps(pub Vec<Step>);

impl Tracer for RecordedSteps {
    fn trace(&mut self, step: Step) {
        self.0.push(step);
    }

    fn enabled(&self) -> bool {
        true
    }
}
