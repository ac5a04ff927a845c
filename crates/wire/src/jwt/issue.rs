//! Signs claims into a JWT.

use serde_json::json;

use super::base64url;
use super::claims::Claims;
use super::key::SigningKey;
use secrecy::SecretString;

/// Signs `claims` with `key`, in the compact form of RFC 7515 §7.1 with the header `{"alg","typ","kid"}`. The
/// result opens the session to whoever holds it until it expires. [`super::verify`] refuses what has an empty
/// `iss`, `sub`, `aud` or `jti`, or expires before it is good.
#[must_use]
pub fn issue(key: &SigningKey, claims: &Claims) -> SecretString {
    let header = json!({ "alg": key.algorithm().as_str(), "typ": "JWT", "kid": key.kid() });
    sign(key, &header.to_string(), &claims.to_json().to_string())
}

/// Signs any header and claims, for tests of what must be refused.
pub(super) fn sign(key: &SigningKey, header: &str, claims: &str) -> SecretString {
    let mut jwt =
        format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(claims.as_bytes()));
    let signature = base64url::encode(&key.sign(jwt.as_bytes()));
    jwt.push('.');
    jwt.push_str(&signature);
    SecretString::from(jwt)
}
