//! sessionctl: the whole life of server-side session tokens on a local SQLite database or a PostgreSQL server.
//!
//! The layers of the program, from the top: [`cli`] reads the command line and reports how a command ended,
//! [`commands`] has one file for each verb, [`output`] prints results and messages, and [`host`] is the machine: clock,
//! randomness, account, and where the database is. The rules of sessions are in `sessionctl-core`.

pub mod cli;
pub mod commands;
pub mod host;
pub mod output;
