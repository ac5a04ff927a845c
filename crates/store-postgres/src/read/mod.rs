//! Looking up and listing. Nothing here changes anything.

pub(crate) mod account;
pub(crate) mod attempt;
pub(crate) mod cursor;
pub(crate) mod data;
pub(crate) mod filter;
pub(crate) mod key;
pub(crate) mod latest;
pub(crate) mod locator;
pub(crate) mod locator_keys;
pub(crate) mod lookup;
pub(crate) mod row;
pub(crate) mod select;
pub(crate) mod stats;
pub(crate) mod user;
