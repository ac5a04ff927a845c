//! sessionctl: the whole life of server-side session tokens on a local SQLite database.

pub mod cli;
pub mod commands;
pub mod domain;
pub mod ops;
pub mod output;
pub mod store;
