//! Signed JWTs that stand for a session: made, read without trust, and verified as RFC 8725 asks. One narrow
//! profile (JWS compact form, EdDSA or HS256, three header members) instead of all that the RFCs allow. No
//! store, clock or random source: keys, moments and random bytes are handed in. Whether the session still
//! lives, only the database can tell.

mod base64url;
mod claims;
mod decode;
mod error;
mod issue;
mod json;
mod jwk;
mod key;
mod verify;

pub use claims::Claims;
pub use decode::{Decoded, decode_untrusted, looks_like_jwt};
pub use error::{JwtError, KeyError, Part};
pub use issue::issue;
pub use jwk::jwks;
pub use key::{Algorithm, SigningKey, VerifyingKey};
pub use verify::{Expectations, MAX_LEEWAY, verify};

/// Bytes of a JWT; a longer one is not read (it would not fit in a header field either).
pub const MAX_LENGTH: usize = 8 * 1024;

#[cfg(test)]
mod tests;
