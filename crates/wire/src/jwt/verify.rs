//! Verifies a session's JWT. The key is chosen by `kid` among those handed in, and the key alone says which
//! algorithm is used; the header is only asked to agree (RFC 8725 §3.1). Claims are read after the signature.

use crate::UnixSeconds;
use std::time::Duration;

use serde_json::{Map, Value};

use super::claims::Claims;
use super::decode::{bytes, object, split};
use super::error::{JwtError, Part};
use super::key::VerifyingKey;

/// The most by which the clocks of issuer and verifier may be thought to differ.
pub const MAX_LEEWAY: Duration = Duration::from_secs(60);

/// Header members that bring in keys, or change what is signed or must be understood (RFC 7515 §4.1, RFC 7516
/// §4.1, RFC 7797): known by name so that the refusal can say which.
const FORBIDDEN: [&str; 10] = ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "enc", "zip"];

/// What a JWT must be to be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectations<'a> {
    /// Who must have issued it, compared byte by byte.
    pub issuer: &'a str,
    /// For whom it must be meant, compared byte by byte.
    pub audience: &'a str,
    /// The present.
    pub now: UnixSeconds,
    /// By how much the clocks may differ, at most [`MAX_LEEWAY`].
    pub leeway: Duration,
}

/// Verifies `jwt` with the one of `keys` that its header names, and returns what it says. This tells that it
/// was issued and has not expired; that the session was not revoked, only the database can tell.
///
/// # Errors
/// [`JwtError`] for the first thing that is wrong: form, header, key, signature, claims, then times.
pub fn verify(jwt: &str, keys: &[VerifyingKey], expected: &Expectations<'_>) -> Result<Claims, JwtError> {
    if expected.leeway > MAX_LEEWAY {
        return Err(JwtError::LeewayTooLong);
    }
    let parts = split(jwt)?;
    let key = choose_key(&object(parts.header, Part::Header)?, keys)?;
    let signature = bytes(parts.signature, Part::Signature)?;
    if !key.accepts(parts.signed.as_bytes(), &signature) {
        return Err(JwtError::BadSignature);
    }
    let claims = Claims::from_json(&object(parts.claims, Part::Claims)?)?;
    check(&claims, expected)?;
    Ok(claims)
}

fn choose_key<'k>(
    header: &Map<String, Value>,
    keys: &'k [VerifyingKey],
) -> Result<&'k VerifyingKey, JwtError> {
    if let Some(name) = FORBIDDEN.into_iter().find(|name| header.contains_key(*name)) {
        return Err(JwtError::ForbiddenHeader(name));
    }
    if header.keys().any(|name| !["alg", "typ", "kid"].contains(&name.as_str())) {
        return Err(JwtError::UnexpectedHeader);
    }
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    // Said before the key is looked for, so that an unsigned JWT is called by its name.
    let algorithm = text("alg").ok_or(JwtError::WrongAlgorithm)?;
    if algorithm.eq_ignore_ascii_case("none") {
        return Err(JwtError::WrongAlgorithm);
    }
    if text("typ") != Some("JWT") {
        return Err(JwtError::WrongType);
    }
    let kid = text("kid").ok_or(JwtError::UnknownKey)?;
    let key = keys.iter().find(|key| key.kid() == kid).ok_or(JwtError::UnknownKey)?;
    if algorithm == key.algorithm().as_str() { Ok(key) } else { Err(JwtError::WrongAlgorithm) }
}

fn check(claims: &Claims, expected: &Expectations<'_>) -> Result<(), JwtError> {
    if claims.iss != expected.issuer {
        return Err(JwtError::WrongIssuer);
    }
    if claims.aud != expected.audience {
        return Err(JwtError::WrongAudience);
    }
    let starts = claims.nbf.max(claims.iat);
    let leeway = i64::try_from(expected.leeway.as_secs()).unwrap_or(i64::MAX);
    // Never good at any time: a mistake of the issuer, not a matter of the clock.
    if claims.exp <= starts {
        return Err(JwtError::BadClaim("exp"));
    }
    if expected.now.saturating_add(leeway) < starts {
        return Err(JwtError::NotYet { at: starts });
    }
    // Subtracted from the present: added to exp, the end of time would be passed and never come.
    if expected.now.saturating_sub(leeway) >= claims.exp {
        return Err(JwtError::Expired { at: claims.exp });
    }
    Ok(())
}
