//! The source of randomness as a parameter, so that a test can hand in a fixed one. The operating system's is
//! made once, in `cli`.

use thiserror::Error;

/// A source of bytes nobody can guess.
pub trait Randomness {
    /// Fills `bytes` whole.
    ///
    /// # Errors
    /// [`RandomnessError`] where the source fails; `bytes` must not be used then.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError>;
}

/// The source of randomness failed, so nothing that must be random can be made.
#[derive(Debug, Error)]
#[error("the operating system gave no random bytes: {0}")]
pub struct RandomnessError(pub String);
