//! sessionctl: the whole life of server-side session tokens on a local SQLite database.

pub mod domain;
pub mod output;
