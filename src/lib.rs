//! sessionctl: the whole life of server-side session tokens on a local SQLite database.

pub mod cli;
pub mod commands;
pub mod host;
pub mod output;
