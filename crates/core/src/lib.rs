//! The life of server-side session tokens, for any front and any store.

pub mod model;
pub mod ops;
pub mod rules;
pub mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
