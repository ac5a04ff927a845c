//! Changes. Each locks what it depends on, in the order of `lock`, then reads the time, and then writes.

pub(crate) mod attempt;
pub(crate) mod batch;
pub(crate) mod cascade;
mod conditions;
pub(crate) mod create;
pub(crate) mod data;
pub(crate) mod enter;
mod event_number;
pub(crate) mod expire;
pub(crate) mod fence;
pub(crate) mod key;
pub(crate) mod limits;
pub(crate) mod locator;
pub(crate) mod lock;
pub(crate) mod login;
pub(crate) mod prune;
pub(crate) mod revoke;
pub(crate) mod rotate;
pub(crate) mod target;
pub(crate) mod touch;
pub(crate) mod user;
