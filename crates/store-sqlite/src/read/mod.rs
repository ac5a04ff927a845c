//! Everything that only reads: looking up one session, selecting many, and the rows of users, data and keys.
//! Nothing here takes the write lock.

pub(crate) mod account;
pub(crate) mod attempt;
mod counts;
pub(crate) mod data;
pub(crate) mod filter;
pub(crate) mod key;
pub(crate) mod latest;
pub(crate) mod lookup;
pub(crate) mod memo;
pub(crate) mod policy;
pub(crate) mod query_plan;
pub(crate) mod row;
pub(crate) mod select;
pub(crate) mod stats;
pub(crate) mod user;
pub(crate) mod user_cache;
mod user_counts;
