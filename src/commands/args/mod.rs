//! The arguments that several commands share. A command's own arguments stand in its own file.

pub mod confirm;
pub mod lifetime;
pub mod password;
pub mod selector;
pub mod session;
pub mod suggest;
pub mod token;

mod line;

pub use confirm::{Bulk, confirm};
pub use lifetime::LifetimeArgs;
pub use password::PasswordArg;
pub use selector::SelectorArgs;
pub use session::{Named, Presented, SessionArg};
pub use suggest::Suggested;
pub use token::{TokenArg, TokenValue};
