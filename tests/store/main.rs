//! What every store must do, asked of the one on SQLite through the traits alone: another store is held to the
//! same tests by changing `scene`. Rules that only acts know stand with the acts.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod bulk;
mod care;
mod data;
mod log;
mod login;
mod scene;
mod select;
mod token;
mod user;
