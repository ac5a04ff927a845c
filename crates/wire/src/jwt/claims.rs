//! The claims of a session's JWT, with a type for each. A time is a whole number and nothing else: a library that
//! skipped an `exp` written as a string accepted expired tokens (CVE-2026-25537).

use serde::{Deserialize, Serialize};

use super::error::{JwtError, Part};
use super::json::{Member, structure};
use crate::{MAX_UNIX_SECONDS, UnixSeconds};

/// The claims of a session's JWT (RFC 7519 §4.1; `scope` as in RFC 8693 §4.2, `sid` as in OpenID Connect
/// Back-Channel Logout §2.4). The profile has these and no others, so it can be built and matched in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claims {
    /// The issuer.
    pub iss: String,
    /// The user whose session it is.
    pub sub: String,
    /// The one party that the JWT is intended for.
    pub aud: String,
    /// When it was issued.
    pub iat: UnixSeconds,
    /// The first second at which it is valid.
    pub nbf: UnixSeconds,
    /// When it expires. From this second on it is expired.
    pub exp: UnixSeconds,
    /// The id of the JWT.
    pub jti: String,
    /// The id of the session, at least 1.
    pub sid: i64,
    /// The scopes between spaces. Empty for a session without scopes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    #[serde(default)]
    iss: Member<String>,
    #[serde(default)]
    sub: Member<String>,
    #[serde(default)]
    aud: Member<String>,
    #[serde(default)]
    iat: Member<i64>,
    #[serde(default)]
    nbf: Member<i64>,
    #[serde(default)]
    exp: Member<i64>,
    #[serde(default)]
    jti: Member<String>,
    #[serde(default)]
    sid: Member<i64>,
    #[serde(default)]
    scope: Member<String>,
}

impl Claims {
    /// Reads claims whose signature was verified.
    pub(super) fn read(json: &[u8]) -> Result<Self, JwtError> {
        let members: Members = structure(json, Part::Claims)?;
        let text = |name, member| claim(name, member, |text: &String| !text.is_empty());
        // A time out of range is refused, not clamped: what was signed must be what is understood.
        let time = |name, member| claim(name, member, |at| (0..=MAX_UNIX_SECONDS).contains(at));
        Ok(Claims {
            iss: text("iss", members.iss)?,
            sub: text("sub", members.sub)?,
            aud: text("aud", members.aud)?,
            iat: time("iat", members.iat)?,
            nbf: time("nbf", members.nbf)?,
            exp: time("exp", members.exp)?,
            jti: text("jti", members.jti)?,
            sid: claim("sid", members.sid, |sid| *sid >= 1)?,
            scope: match members.scope {
                Member::Absent => String::new(),
                scope => text("scope", scope)?,
            },
        })
    }
}

fn claim<T>(name: &'static str, member: Member<T>, is_valid: impl Fn(&T) -> bool) -> Result<T, JwtError> {
    match member {
        Member::Absent => Err(JwtError::MissingClaim(name)),
        Member::Present(value) if is_valid(&value) => Ok(value),
        _ => Err(JwtError::BadClaim(name)),
    }
}
