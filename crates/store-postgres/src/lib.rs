//! The PostgreSQL store: many writers at once, on one server or a group of servers. SQL stays in this crate; what a
//! change means is decided in `sessionctl-core`.
//!
//! At the top are the files that reach a server (`url`, `password`, `tls`, `connect`, `connection`, `replica`), know
//! what it is (`server`, `dialect`, `clock`), and create and recognise the schema (`layout`, `state`, `open`,
//! `migrate`). `primary` makes a change in a write `transaction`; the `store` reads from it or from a replica, and
//! seals by the way. `traits` defines which function answers each method of the store traits. Below it, `read` looks up
//! and lists, `write` changes, `audit` keeps the sealed audit log, and `maintenance` describes and checks the database.
//!
//! # Locks
//! A change locks what it depends on before it reads the time, always in this order: user, parent, sessions by rising
//! id, attempt, event. All changes are written so that they can be run again from the start.

mod audit;
mod certificate_fault;
mod clock;
mod connect;
mod connection;
mod dialect;
mod error;
mod factory;
mod layout;
mod link;
mod maintenance;
mod migrate;
mod open;
mod password;
mod policy;
mod primary;
mod read;
mod replica;
mod server;
mod socket;
mod state;
mod store;
mod tls;
mod traits;
mod transaction;
mod url;
mod value;
mod write;

pub use audit::signature::{SealKey, SealKeyError, public_key};
pub use clock::ServerClock;
pub use factory::PostgresFactory;
pub use url::{Target, UrlError, is_server_url};
