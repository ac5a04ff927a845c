//! The audit log: `append` writes an event, `events` reads them, `chain` verifies the hash chain, and
//! `audit_replay` compares the log with the rows. Nothing here changes a session.

pub(crate) mod append;
pub(crate) mod audit_replay;
pub(crate) mod chain;
pub(crate) mod events;
pub(crate) mod root;
