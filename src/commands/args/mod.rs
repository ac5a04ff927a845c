//! The arguments that several commands share. A command's own arguments stand in its own file.

pub mod bulk;
pub mod client;
pub mod confirm;
pub mod delivery;
pub mod lifetime;
pub mod lines;
pub mod password;
pub mod pick;
pub mod report;
pub mod reuse;
pub mod selector;
pub mod session;
pub mod suggest;
pub mod token;
pub mod token_format;
pub mod verdict;

mod line;

pub use bulk::{BulkArgs, Verb};
pub use client::ClientArgs;
pub use confirm::{Bulk, confirm};
pub use lifetime::LifetimeArgs;
pub use password::PasswordArg;
pub use selector::SelectorArgs;
pub use session::{Named, Presented, SessionArg};
pub use suggest::Suggested;
pub use token::{TokenArg, TokenValue};
