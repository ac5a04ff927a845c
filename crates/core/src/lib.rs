//! The life of server-side session tokens, for any front and any store.

pub mod model;
pub mod ops;
pub mod store;
