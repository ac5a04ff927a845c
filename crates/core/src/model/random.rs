//! The source of randomness as a parameter, so that a test can pass a fixed one. The operating system's source is in
//! the host of a program, not here.

use thiserror::Error;

/// A source of unguessable bytes.
pub trait Randomness {
    /// Fills all of `bytes`.
    ///
    /// # Errors
    /// [`RandomnessError`] if the source fails; `bytes` must not be used then.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError>;
}

/// The source of randomness failed, so no token and no key can be generated.
#[derive(Debug, Error)]
#[error("the operating system gave no random bytes: {0}")]
pub struct RandomnessError(pub String);
