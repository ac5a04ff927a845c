//! Why a JWT or a key is refused. No message holds anything of the JWT but times and names known beforehand.

use crate::UnixSeconds;
use std::fmt;

use thiserror::Error;

/// A part of the compact form `header.claims.signature` (RFC 7515 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What tells the algorithm and the key.
    Header,
    /// What is said.
    Claims,
    /// What proves it.
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
pub enum JwtError {
    /// Not three parts between dots (RFC 7515 §7.1).
    #[error("not a JWT: expected header.claims.signature")]
    NotAJwt,
    /// Five parts: encrypted (RFC 7516 §7.1), which sessions are not.
    #[error("an encrypted JWT, which cannot be read here: give a signed one")]
    Encrypted,
    /// Over [`super::MAX_LENGTH`].
    #[error("the JWT is too long: at most 8192 bytes")]
    TooLong,
    /// Not base64url without padding in its one canonical form (RFC 7515 §2, RFC 4648 §3.5).
    #[error("the JWT's {0} is not unpadded base64url")]
    BadEncoding(Part),
    /// Not one JSON object, or not UTF-8 (RFC 7519 §7.2).
    #[error("the JWT's {0} is not a JSON object")]
    BadJson(Part),
    /// A member twice: programs disagree on which counts (RFC 7515 §4, RFC 8725 §2.4).
    #[error("the JWT's {0} names a member twice")]
    DuplicateMember(Part),
    /// A header member that could bring in a key or change the rules: `jku`, `jwk`, `x5u`, `x5c`, `crit` and
    /// the like (RFC 8725 §3.10, RFC 7515 §4.1.11).
    #[error("the JWT's header has the member {0}, which is never trusted")]
    ForbiddenHeader(&'static str),
    /// A header member other than `alg`, `typ` and `kid`.
    #[error("the JWT's header has a member other than alg, typ and kid")]
    UnexpectedHeader,
    /// `typ` is absent or not `JWT`: a token of another kind (RFC 8725 §3.11).
    #[error("the JWT's type is not JWT: it was made for something else")]
    WrongType,
    /// `alg` is absent, `none`, unknown, or not that of the key (RFC 8725 §3.1, §3.2).
    #[error("the JWT's algorithm is not the one of its key")]
    WrongAlgorithm,
    /// `kid` is absent or names none of the keys handed in (RFC 7515 §4.1.4, RFC 8725 §3.10).
    #[error("the JWT is signed with a key that is not known here")]
    UnknownKey,
    /// The signature is not that of the key over this header and these claims (RFC 7515 §5.2).
    #[error("the JWT's signature is wrong: it was changed, or signed with another key")]
    BadSignature,
    /// A claim that must be there is not (RFC 8725 §3.8 to §3.10).
    #[error("the JWT lacks the claim {0}")]
    MissingClaim(&'static str),
    /// A claim is of the wrong type or out of range: a time must be a whole number, never a string
    /// (RFC 7519 §2 NumericDate; CVE-2026-25537).
    #[error("the JWT's claim {0} is not of the right kind")]
    BadClaim(&'static str),
    /// The time of `exp` is reached (RFC 7519 §4.1.4).
    #[error("the JWT expired at {}", rfc3339(*at))]
    Expired {
        /// Its `exp`.
        at: UnixSeconds,
    },
    /// `nbf` or `iat` lies ahead (RFC 7519 §4.1.5, §4.1.6).
    #[error("the JWT is not good before {}", rfc3339(*at))]
    NotYet {
        /// The later of its `nbf` and `iat`.
        at: UnixSeconds,
    },
    /// `iss` is another (RFC 8725 §3.8).
    #[error("the JWT was issued by another party than expected")]
    WrongIssuer,
    /// `aud` is another (RFC 8725 §3.9).
    #[error("the JWT is meant for another audience than expected")]
    WrongAudience,
    /// The caller asks for more leeway than [`super::MAX_LEEWAY`].
    #[error("the leeway is too long: at most 60s")]
    LeewayTooLong,
}

/// Why bytes or a JWK are not a key.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum KeyError {
    /// Not bytes that a key was exported to, or damaged since.
    #[error("not an exported signing key, or a damaged one")]
    NotAKey,
    /// Not a point of the curve, or one that signs anything (RFC 8032 §5.1.3, §8).
    #[error("not an Ed25519 public key")]
    NotAPublicKey,
    /// Not a public Ed25519 JWK (RFC 8037 §2), or its `kid` is not its thumbprint.
    #[error("not a public Ed25519 JWK whose kid is its thumbprint")]
    NotAJwk,
    /// The JWK holds a private part.
    #[error("the JWK holds a private key: publish and hand on the public one only")]
    PrivateJwk,
}

/// A moment as RFC 3339 in UTC, as in `2026-01-31T23:59:59Z`.
fn rfc3339(at: UnixSeconds) -> String {
    let moment = chrono::DateTime::from_timestamp(at, 0).unwrap_or_default();
    moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
