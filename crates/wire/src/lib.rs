//! The formats in which session tokens travel: cookies (RFC 6265bis) and signed JWTs (RFC 7519). Text in, values
//! out, and the other way round: no store, no clock, no network and no terminal belongs here.

pub mod cookie;
pub mod find;
pub mod jwt;

/// A moment, in whole seconds since the Unix epoch (UTC), between 0 and [`MAX_UNIX_SECONDS`].
pub type UnixSeconds = i64;

/// The last second that RFC 3339 can write, 9999-12-31T23:59:59Z.
pub const MAX_UNIX_SECONDS: UnixSeconds = 253_402_300_799;
