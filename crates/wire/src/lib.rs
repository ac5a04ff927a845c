//! The formats in which session tokens travel: cookies (RFC 6265bis) and signed JWTs (RFC 7519), and the search for a
//! token in text. Text in, values out, and the reverse: no store, clock, network or terminal belongs here.

pub mod cookie;
mod counted;
mod escapes;
pub mod find;
mod http;
pub mod jwt;
pub mod members;
pub mod readings;
pub mod text;
pub mod wraps;

pub use counted::counted;

/// A time, in whole seconds since the Unix epoch (UTC), between 0 and [`MAX_UNIX_SECONDS`].
pub type UnixSeconds = i64;

/// The last second that RFC 3339 can express, 9999-12-31T23:59:59Z.
pub const MAX_UNIX_SECONDS: UnixSeconds = 253_402_300_799;
