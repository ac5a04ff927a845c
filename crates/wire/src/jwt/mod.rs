//! Signed JWTs that stand for a session: issued, read without trust, and verified as RFC 8725 asks. One narrow
//! profile (JWS compact form, EdDSA or HS256, three header members, nine claims) instead of all that the RFCs
//! allow. Keys, times and random bytes are passed in: no store, clock or random source belongs here. Whether the
//! session is still active, only the database can tell.

mod base64url;
mod claims;
mod decode;
mod error;
mod header;
mod issue;
mod json;
mod jwk;
mod key;
mod thumbprint;
mod verify;

pub use claims::Claims;
pub use decode::{Decoded, MAX_LENGTH, decode_untrusted, looks_like_jwt};
pub use error::{JwtError, KeyError, Part};
pub use header::TYPE;
pub use issue::issue;
pub use jwk::jwks;
pub use key::{Algorithm, SigningKey, VerifyingKey};
pub use verify::{Expectations, MAX_LEEWAY, MAX_LIFETIME, verify};

#[cfg(test)]
mod tests;
