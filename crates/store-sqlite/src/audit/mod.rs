//! The audit log: `append` writes an event, `events` reads them, `chain` verifies the hash chain, and
//! `audit_replay` compares the log with the rows. Nothing here changes a session.

mod account_replay;
pub(crate) mod append;
pub(crate) mod audit_replay;
pub(crate) mod chain;
pub(crate) mod events;
mod key_replay;
pub(crate) mod root;
mod session_log;
mod session_replay;
mod setting_replay;
