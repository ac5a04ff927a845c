//! Why a JWT or a key is refused. No message contains anything of the JWT but times and known names.

use std::fmt;

use thiserror::Error;

use crate::UnixSeconds;

/// A part of the compact form `header.claims.signature` (RFC 7515 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The algorithm, the type and the key.
    Header,
    /// The statements about the session.
    Claims,
    /// The proof.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Header => "header",
            Part::Claims => "claims",
            Part::Signature => "signature",
        })
    }
}

/// Why a JWT cannot be read or is not accepted.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum JwtError {
    /// Not three parts between dots (RFC 7515 §7.1).
    #[error("not a JWT: expected header.claims.signature")]
    NotAJwt,
    /// Five parts: encrypted (RFC 7516 §7.1), which session JWTs are not.
    #[error("the JWT is encrypted and cannot be read here; give a signed one")]
    Encrypted,
    /// Longer than [`super::MAX_LENGTH`].
    #[error("the JWT is too long: at most 8192 bytes")]
    TooLong,
    /// Not base64url without padding in its one canonical form (RFC 7515 §2, RFC 4648 §3.5).
    #[error("the JWT is damaged: its {0} part is not unpadded base64url")]
    BadEncoding(Part),
    /// Not one JSON object, or not UTF-8 (RFC 7519 §7.2).
    #[error("the JWT is damaged: its {0} part is not a JSON object")]
    BadJson(Part),
    /// Two members of one name: programs disagree on which of them counts (RFC 7515 §4, RFC 8725 §2.4).
    #[error("the {0} part of the JWT has two members of the same name")]
    DuplicateMember(Part),
    /// A member that session JWTs do not have.
    #[error("the {0} part of the JWT has a member that session JWTs do not have")]
    UnexpectedMember(Part),
    /// A header member that could bring in a key or change the rules: `jku`, `jwk`, `x5u`, `x5c`, `crit` and others
    /// (RFC 8725 §3.10, RFC 7515 §4.1.11).
    #[error("the JWT's header has the member {0}, which is never trusted")]
    ForbiddenHeader(&'static str),
    /// A header member is absent.
    #[error("the JWT's header has no {0}")]
    MissingHeader(&'static str),
    /// A header member is not a string.
    #[error("the JWT's header member {0} is not a string")]
    BadHeader(&'static str),
    /// `typ` is not [`super::TYPE`] (RFC 8725 §3.11).
    #[error("the JWT's type is not session+jwt: it was issued for another purpose, or by an older version")]
    WrongType,
    /// `alg` is `none`, unknown, or not the algorithm of the key (RFC 8725 §3.1, §3.2).
    #[error("the JWT's algorithm is not the one of its key")]
    WrongAlgorithm,
    /// `kid` names none of the keys (RFC 7515 §4.1.4, RFC 8725 §3.10).
    #[error("the JWT is signed with a key that is not known here")]
    UnknownKey,
    /// The key was revoked: nothing that it signed is accepted.
    #[error("the JWT is signed with a key that was revoked")]
    RevokedKey,
    /// `iat` is after the retirement of the key.
    #[error("the JWT was issued after its key was retired, at {}", rfc3339(*at))]
    RetiredKey {
        /// When the key was retired.
        at: UnixSeconds,
    },
    /// The signature is not that of the key over this header and these claims (RFC 7515 §5.2).
    #[error("the JWT's signature is wrong: it was changed, or signed with another key")]
    BadSignature,
    /// A required claim is absent (RFC 8725 §3.8 to §3.10).
    #[error("the JWT has no claim {0}")]
    MissingClaim(&'static str),
    /// A claim is of the wrong type or out of range. A time must be a whole number, never a string
    /// (RFC 7519 §2 NumericDate; CVE-2026-25537).
    #[error("the JWT's claim {0} has a wrong type or value")]
    BadClaim(&'static str),
    /// More than [`super::MAX_LIFETIME`] between `iat` and `exp`.
    #[error("the JWT's lifetime is longer than any that is issued: at most 1h from iat to exp")]
    LifetimeTooLong,
    /// The time of `exp` is reached (RFC 7519 §4.1.4).
    #[error("the JWT expired at {}", rfc3339(*at))]
    Expired {
        /// Its `exp`.
        at: UnixSeconds,
    },
    /// `nbf` or `iat` is in the future (RFC 7519 §4.1.5, §4.1.6).
    #[error("the JWT is not valid before {}", rfc3339(*at))]
    NotYet {
        /// The later of its `nbf` and `iat`.
        at: UnixSeconds,
    },
    /// `iss` is not the expected one (RFC 8725 §3.8).
    #[error("the JWT was issued by another party than expected")]
    WrongIssuer,
    /// `aud` is not the expected one (RFC 8725 §3.9).
    #[error("the JWT is intended for another audience than expected")]
    WrongAudience,
    /// The caller asks for more leeway than [`super::MAX_LEEWAY`].
    #[error("the leeway is too long: at most 60s")]
    LeewayTooLong,
}

/// Why bytes or a JWK are not a key.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// Not the bytes of an exported key, or damaged ones.
    #[error("not an exported signing key, or a damaged one")]
    NotAKey,
    /// Not a point of the curve, or one of small order (RFC 8032 §5.1.3, §8).
    #[error("not an Ed25519 public key")]
    NotAPublicKey,
    /// Not a public Ed25519 JWK (RFC 8037 §2), or its `kid` is not its thumbprint.
    #[error("not a public Ed25519 JWK whose kid is its thumbprint")]
    NotAJwk,
    /// The JWK contains a private part.
    #[error("the JWK contains a private key; publish and pass on the public one only")]
    PrivateJwk,
}

/// A time as RFC 3339 in UTC, as in `2026-01-31T23:59:59Z`.
fn rfc3339(at: UnixSeconds) -> String {
    let time = chrono::DateTime::from_timestamp(at, 0).unwrap_or_default();
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
