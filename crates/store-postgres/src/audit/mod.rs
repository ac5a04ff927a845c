//! The audit log: `append` writes an event with its change, `events` reads them, `seal` binds what was written into a
//! chain of seals within a second, `verify` checks all of it, and `certainty` learns from it what became of a change
//! whose answer was lost. Nothing here changes a session.

pub(crate) mod alarm;
pub(crate) mod append;
pub(crate) mod certainty;
pub(crate) mod event_row;
pub(crate) mod events;
pub(crate) mod head;
pub(crate) mod merkle;
pub(crate) mod record;
pub(crate) mod seal;
pub(crate) mod signature;
pub(crate) mod verify;
