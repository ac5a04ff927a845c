//! Everything that changes rows, one file for each act. A change of state is one conditional UPDATE under the write
//! lock, and its event is written in the same transaction.

pub(crate) mod attempt;
pub(crate) mod batch;
pub(crate) mod batch_size;
pub(crate) mod cascade;
pub(crate) mod create;
pub(crate) mod data;
pub(crate) mod enter;
pub(crate) mod expire;
pub(crate) mod key;
pub(crate) mod limits;
pub(crate) mod login;
pub(crate) mod policy;
pub(crate) mod prune;
pub(crate) mod revoke;
pub(crate) mod rotate;
pub(crate) mod target;
pub(crate) mod touch;
pub(crate) mod user;
pub(crate) mod write_queue;
