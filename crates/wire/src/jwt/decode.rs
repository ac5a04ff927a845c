//! Reads a JWT without trusting it, to show its content. No signature is checked here.

use serde_json::{Map, Value};

use super::error::{JwtError, Part};
use super::{base64url, json};

/// Bytes of a JWT. A longer one is not read; it would not fit in a header field either.
pub const MAX_LENGTH: usize = 8 * 1024;

/// The content of a JWT. None of it is proven: anyone can write it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decoded {
    /// The header, a JSON object.
    pub header: Value,
    /// The claims, a JSON object.
    pub claims: Value,
    /// Bytes of the signature. An unsigned JWT has 0.
    pub signature_len: usize,
}

/// The three parts as text, and the bytes that are signed.
pub(super) struct Split<'a> {
    pub(super) signed: &'a str,
    pub(super) header: &'a str,
    pub(super) claims: &'a str,
    pub(super) signature: &'a str,
}

/// Reads a JWT of any algorithm, even an unsigned one. Only the form is checked.
///
/// # Errors
/// [`JwtError::TooLong`], [`JwtError::NotAJwt`], [`JwtError::Encrypted`], [`JwtError::BadEncoding`],
/// [`JwtError::BadJson`] or [`JwtError::DuplicateMember`].
pub fn decode_untrusted(jwt: &str) -> Result<Decoded, JwtError> {
    let parts = split(jwt)?;
    Ok(Decoded {
        header: Value::Object(object(parts.header, Part::Header)?),
        claims: Value::Object(object(parts.claims, Part::Claims)?),
        signature_len: bytes(parts.signature, Part::Signature)?.len(),
    })
}

/// Whether `text` has the form of a JWT, whatever its content: three parts of base64url between dots, the first
/// of which is an object. No session token and no id has this form.
#[must_use]
pub fn looks_like_jwt(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    // {" in base64url; no writer of JSON in use puts white space there.
    parts.len() == 3
        && parts[0].starts_with("eyJ")
        && !parts[1].is_empty()
        && parts.into_iter().all(base64url::is_alphabet)
}

pub(super) fn split(jwt: &str) -> Result<Split<'_>, JwtError> {
    if jwt.len() > MAX_LENGTH {
        return Err(JwtError::TooLong);
    }
    let parts: Vec<&str> = jwt.split('.').collect();
    match parts.as_slice() {
        [header, claims, signature] if !header.is_empty() && !claims.is_empty() => {
            Ok(Split { signed: &jwt[..header.len() + 1 + claims.len()], header, claims, signature })
        }
        [_, _, _, _, _] => Err(JwtError::Encrypted),
        _ => Err(JwtError::NotAJwt),
    }
}

pub(super) fn bytes(text: &str, part: Part) -> Result<Vec<u8>, JwtError> {
    base64url::decode(text).ok_or(JwtError::BadEncoding(part))
}

fn object(text: &str, part: Part) -> Result<Map<String, Value>, JwtError> {
    json::object(&bytes(text, part)?, part)
}
