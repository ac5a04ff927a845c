//! Why a command did not do what was asked. Each kind of error below the commands is one variant, so that a new kind
//! does not compile until `cli` gives it a message, a hint and an exit code. No words for the user belong here.

use std::io;

use thiserror::Error;

use super::Failure;
use crate::host::HostError;
use crate::output::FieldError;
use sessionctl_core::model::policy::PolicyError;
use sessionctl_core::model::random::RandomnessError;
use sessionctl_core::model::time::TimeError;
use sessionctl_core::ops::OpsError;
use sessionctl_core::store::StoreError;

/// What a command returns.
pub type CommandResult<T> = Result<T, CommandError>;

/// Why a command did not do what was asked.
#[derive(Debug, Error)]
pub enum CommandError {
    /// The command itself ended, with words of its own.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The host did not give what was needed.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A store failed that is at another place than the one that every command is given: its name, without a password.
    #[error("{1}")]
    At(String, #[source] StoreError),
    /// The operation failed.
    #[error(transparent)]
    Ops(#[from] OpsError),
    /// No randomness could be drawn.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// A setting of the policy cannot be read.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A time or duration cannot be read.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// `--fields` names a field that the records do not have.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// Writing standard output failed.
    #[error(transparent)]
    Output(#[from] io::Error),
    /// The operating system refused something other than the output: what was tried, and why it failed.
    #[error("{0:#}")]
    System(anyhow::Error),
}

impl CommandError {
    /// Makes an error of the operating system one of a command that tried `what`; for `map_err`.
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        |source| CommandError::System(anyhow::Error::new(source).context(what.into()))
    }

    /// Whether another file has taken the place of the database. A command that stays opens it again.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        matches!(
            self,
            CommandError::Store(StoreError::Replaced)
                | CommandError::Ops(OpsError::Store(StoreError::Replaced))
                | CommandError::Host(HostError::Store(StoreError::Replaced))
        )
    }

    /// Whether the server cannot be reached, which may pass.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(
            self,
            CommandError::Store(StoreError::Unreachable(_))
                | CommandError::Ops(OpsError::Store(StoreError::Unreachable(_)))
                | CommandError::Host(HostError::Store(StoreError::Unreachable(_)))
        )
    }

    /// The command's own end, if it is one.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            CommandError::Failure(failure) => Some(failure),
            _ => None,
        }
    }
}
