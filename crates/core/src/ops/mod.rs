//! The acts: login, generate, verify, rotate, revoke and their kin. OnBatch checks, builds its event and makes one
//! call of the store, so that every front (a command line, a server) does the same and the log is never
//! forgotten. Nothing here prints, prompts, reads a clock or exits; plain reads may ask the store directly.

mod bulk;
pub mod clock;
mod context;
mod credentials;
pub mod data;
mod error;
pub mod expire;
pub mod explain;
pub mod generate;
pub mod jwt;
pub mod keys;
mod lifetime;
pub mod login;
pub mod logout;
pub mod password;
pub mod policy;
pub mod prune;
mod reauthenticate;
pub mod revoke;
pub mod rotate;
#[cfg(any(test, feature = "testing"))]
#[allow(missing_docs, reason = "replaced by the store in memory")]
pub mod testing;
pub mod user;
pub mod verify;

pub use bulk::{BulkRequest, OnBatch, Totals};
pub use context::{NoTrace, OpContext, Tracer};
pub use error::{HashError, OpsError, RequestError};
pub use lifetime::Lifetime;
