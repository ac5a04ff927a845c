//! Signs claims into a JWT. Whether the session deserves one is the caller's to decide.

use secrecy::SecretString;
use serde::Serialize;

use super::base64url;
use super::claims::Claims;
use super::header::{Header, TYPE};
use super::key::SigningKey;

/// Signs `claims` with `key`, in the compact form of RFC 7515 §7.1 with the header `{"alg","typ","kid"}`. Whoever
/// holds the result is let in until it expires. [`super::verify`] refuses an empty `iss`, `sub`, `aud` or `jti`, an
/// `exp` before the start, and a lifetime over [`super::MAX_LIFETIME`].
#[must_use]
pub fn issue(key: &SigningKey, claims: &Claims) -> SecretString {
    let alg = key.algorithm().as_str().to_owned();
    sign(key, &json(&Header { alg, typ: TYPE.to_owned(), kid: key.kid().to_owned() }), &json(claims))
}

/// Strings and integers always have a JSON form.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Signs any header and claims.
pub(super) fn sign(key: &SigningKey, header: &str, claims: &str) -> SecretString {
    let signed = format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(claims.as_bytes()));
    let signature = base64url::encode(&key.sign(signed.as_bytes()));
    // What is signed is no secret without its signature; the whole is written into one allocation of its size.
    SecretString::from([signed.as_str(), ".", signature.as_str()].concat())
}
