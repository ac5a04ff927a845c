//! The acts: login, generate, verify, rotate, revoke and their kin. Each checks, builds its event and makes one
//! call of the store, so that every front (a command line, a server) does the same and the log is never
//! forgotten. Nothing here prints, prompts, reads a clock or exits; plain reads may ask the store directly.

pub mod clock;
mod credentials;
mod error;
mod lifetime;
pub mod login;
pub mod password;
mod reauthenticate;
pub mod user;
pub mod verify;
mod workbench;

pub use error::{HashError, OpsError, RequestError};
pub use lifetime::Lifetime;
pub use workbench::{Narrator, Quiet, Workbench};
