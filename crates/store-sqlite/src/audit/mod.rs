//! The audit log: `append` writes an event, `events` reads them, and `chain` verifies the hash chain.
//! Nothing here changes a session.

pub(crate) mod append;
pub(crate) mod chain;
pub(crate) mod events;
pub(crate) mod root;
