//! The acts: login, generate, verify, rotate, revoke and the others. Each checks, builds its event and makes one call
//! of the store, so that every front (a command line, a server) does the same and the audit log is never forgotten.
//! Nothing here prints, prompts, reads the system's clock or exits; plain reads may ask the store directly.

pub mod backup;
mod bulk;
pub mod clock;
mod context;
pub mod copy;
mod credentials;
pub mod data;
pub mod enter;
mod error;
pub mod existence;
pub mod expire;
pub mod generate;
pub mod import;
pub mod jwt;
pub mod keys;
mod lifetime;
pub mod login;
pub mod logout;
pub mod password;
pub mod policy;
pub mod preview;
pub mod prune;
pub mod revoke;
pub mod rotate;
pub mod stats;
pub mod step;
mod touch_buffer;
mod trace;
pub mod user;
pub mod verify;

pub use bulk::{BulkRequest, OnBatch, Totals, check_expected};
pub use context::OpContext;
pub use error::{HashError, OpsError, RequestError};
pub use lifetime::Lifetime;
pub use step::Step;
pub use touch_buffer::{FlushFailures, TouchBuffer};
pub use trace::{NoTrace, RecordedSteps, Tracer};
