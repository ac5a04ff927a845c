//! The arguments that several commands share: clap types only. What they name is read in `input`, and what several
//! commands do with them is in `bulk` and `delivery`. A command's own arguments are in its own file.

pub mod bulk;
pub mod client;
pub mod delivery;
pub mod lifetime;
pub mod list_value;
pub mod other_table;
pub mod password;
pub mod selector;
pub mod session;
pub mod suggest;
pub mod token;
pub mod token_format;

pub use bulk::BulkArgs;
pub use client::{ClientArgs, IpArg};
pub use delivery::DeliveryArgs;
pub use lifetime::LifetimeArgs;
pub use other_table::{OtherTableArgs, RecheckArg};
pub use password::PasswordArg;
pub use selector::SelectorArgs;
pub use session::SessionArg;
pub use suggest::Suggested;
pub use token::{TokenArg, TokenValue};
