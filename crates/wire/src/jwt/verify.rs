//! Verifies a session's JWT. The header's `kid` selects one of the keys passed in, and the key alone decides which
//! algorithm is used; the header's `alg` must agree (RFC 8725 §3.1). Claims are read after the signature.

use std::time::Duration;

use super::claims::Claims;
use super::decode::{bytes, split};
use super::error::{JwtError, Part};
use super::header::{Header, TYPE};
use super::key::VerifyingKey;
use crate::UnixSeconds;

/// The longest difference between the clocks of issuer and verifier that can be allowed for.
pub const MAX_LEEWAY: Duration = Duration::from_secs(60);
/// The longest time from `iat` to `exp`. Offline nothing can revoke a JWT, so its lifetime limits what a stolen one,
/// or a stolen signing key that was retired, is worth.
pub const MAX_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// What a JWT must be to be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expectations<'a> {
    /// The issuer, compared byte by byte.
    pub issuer: &'a str,
    /// The audience, compared byte by byte.
    pub audience: &'a str,
    /// The present.
    pub now: UnixSeconds,
    /// By how much the clocks may differ, at most [`MAX_LEEWAY`].
    pub leeway: Duration,
    /// The names of revoked keys, so that the refusal can give the reason.
    pub revoked_kids: &'a [String],
}

impl<'a> Expectations<'a> {
    /// A JWT of this issuer for this audience that is valid at `now`, without leeway.
    #[must_use]
    pub fn new(issuer: &'a str, audience: &'a str, now: UnixSeconds) -> Self {
        Expectations { issuer, audience, now, leeway: Duration::ZERO, revoked_kids: &[] }
    }

    /// Allows for clocks that differ by `leeway`, at most [`MAX_LEEWAY`].
    #[must_use]
    pub fn leeway(self, leeway: Duration) -> Self {
        Expectations { leeway, ..self }
    }

    /// Names the keys that were revoked.
    #[must_use]
    pub fn revoked_kids(self, revoked_kids: &'a [String]) -> Self {
        Expectations { revoked_kids, ..self }
    }
}

/// Verifies `jwt` with the one of `keys` that its header names, and returns its claims. They show that the JWT was
/// issued and has not expired. Whether the session was revoked since, only the database can tell.
///
/// # Errors
/// [`JwtError`] for the first thing that is wrong: form, header, key, signature, claims, then times.
pub fn verify(jwt: &str, keys: &[VerifyingKey], expected: &Expectations<'_>) -> Result<Claims, JwtError> {
    if expected.leeway > MAX_LEEWAY {
        return Err(JwtError::LeewayTooLong);
    }
    let parts = split(jwt)?;
    let header = Header::read(&bytes(parts.header, Part::Header)?)?;
    let key = choose_key(&header, keys, expected.revoked_kids)?;
    let signature = bytes(parts.signature, Part::Signature)?;
    if !key.accepts(parts.signed.as_bytes(), &signature) {
        return Err(JwtError::BadSignature);
    }
    let claims = Claims::read(&bytes(parts.claims, Part::Claims)?)?;
    check_key_life(&claims, key)?;
    check(&claims, expected)?;
    Ok(claims)
}

fn choose_key<'k>(
    header: &Header,
    keys: &'k [VerifyingKey],
    revoked_kids: &[String],
) -> Result<&'k VerifyingKey, JwtError> {
    if header.typ != TYPE {
        return Err(JwtError::WrongType);
    }
    if revoked_kids.contains(&header.kid) {
        return Err(JwtError::RevokedKey);
    }
    let key = keys.iter().find(|key| key.kid() == header.kid).ok_or(JwtError::UnknownKey)?;
    if header.alg == key.algorithm().as_str() { Ok(key) } else { Err(JwtError::WrongAlgorithm) }
}

/// A retired key signs nothing more: what it signs afterwards was signed by a thief. One who sets `iat` back gains
/// at most [`MAX_LIFETIME`] after the retirement.
fn check_key_life(claims: &Claims, key: &VerifyingKey) -> Result<(), JwtError> {
    match key.retired_at() {
        Some(retired_at) if claims.iat > retired_at => Err(JwtError::RetiredKey { at: retired_at }),
        _ => Ok(()),
    }
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
    // Never valid at any time: a mistake of the issuer, not a matter of the clock.
    if claims.exp <= starts {
        return Err(JwtError::BadClaim("exp"));
    }
    if claims.exp - claims.iat > i64::try_from(MAX_LIFETIME.as_secs()).unwrap_or(i64::MAX) {
        return Err(JwtError::LifetimeTooLong);
    }
    if expected.now.saturating_add(leeway) < starts {
        return Err(JwtError::NotYet { at: starts });
    }
    // Subtracted from the present: a sum with exp could pass the end of time.
    if expected.now.saturating_sub(leeway) >= claims.exp {
        return Err(JwtError::Expired { at: claims.exp });
    }
    Ok(())
}
