//! The default name and the limits of user agents.

use std::time::Duration;

/// The default name. Its prefix binds the cookie to one host over a secure channel (RFC 6265bis §4.1.3.2).
pub const DEFAULT_NAME: &str = "__Host-session";
/// Bytes of name and value together. User agents ignore a longer cookie (RFC 6265bis §5.6).
pub const MAX_PAIR: usize = 4096;
/// Bytes of an attribute's value. User agents ignore a longer attribute (RFC 6265bis §5.6).
pub const MAX_ATTRIBUTE: usize = 1024;
/// The longest time for which a user agent keeps a cookie, 400 days (RFC 6265bis §5.5).
pub const MAX_AGE: Duration = Duration::from_secs(400 * 86_400);
