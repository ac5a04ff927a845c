//! What a session's JWT says, with a type for each claim. A time is a whole number and nothing else: a library
//! that skipped an `exp` written as a string let expired tokens through (CVE-2026-25537).

use crate::{MAX_UNIX_SECONDS, UnixSeconds};
use serde_json::{Map, Value, json};

use super::error::JwtError;

/// The claims of a session's JWT (RFC 7519 §4.1; `sid` and `scope` as in RFC 8693 §4.2 and OpenID logout).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// Whose session it is.
    pub sub: String,
    /// For whom it is meant: one party.
    pub aud: String,
    /// When it was issued.
    pub iat: UnixSeconds,
    /// From when it is good.
    pub nbf: UnixSeconds,
    /// When it dies; at that second it is dead.
    pub exp: UnixSeconds,
    /// The JWT's own id.
    pub jti: String,
    /// The session's id, at least 1.
    pub sid: i64,
    /// What it may be used for, parted by spaces (RFC 8693 §4.2); empty for no limit said.
    pub scope: String,
}

impl Claims {
    pub(super) fn to_json(&self) -> Value {
        let mut claims = json!({
            "iss": self.iss,
            "sub": self.sub,
            "aud": self.aud,
            "iat": self.iat,
            "nbf": self.nbf,
            "exp": self.exp,
            "jti": self.jti,
            "sid": self.sid,
        });
        if !self.scope.is_empty() {
            claims["scope"] = Value::String(self.scope.clone());
        }
        claims
    }

    /// Reads claims whose signature was found good. Others than these are passed over (RFC 7519 §4).
    pub(super) fn from_json(members: &Map<String, Value>) -> Result<Self, JwtError> {
        Ok(Claims {
            iss: text(members, "iss")?,
            sub: text(members, "sub")?,
            aud: text(members, "aud")?,
            iat: moment(members, "iat")?,
            nbf: moment(members, "nbf")?,
            exp: moment(members, "exp")?,
            jti: text(members, "jti")?,
            sid: match whole(members, "sid")? {
                sid @ 1.. => sid,
                _ => return Err(JwtError::BadClaim("sid")),
            },
            scope: match members.get("scope") {
                None => String::new(),
                Some(_) => text(members, "scope")?,
            },
        })
    }
}

fn claim<'a>(members: &'a Map<String, Value>, name: &'static str) -> Result<&'a Value, JwtError> {
    members.get(name).ok_or(JwtError::MissingClaim(name))
}

fn text(members: &Map<String, Value>, name: &'static str) -> Result<String, JwtError> {
    let value = claim(members, name)?.as_str().filter(|text| !text.is_empty());
    value.map(str::to_owned).ok_or(JwtError::BadClaim(name))
}

fn whole(members: &Map<String, Value>, name: &'static str) -> Result<i64, JwtError> {
    claim(members, name)?.as_i64().ok_or(JwtError::BadClaim(name))
}

/// A time out of range is refused and not clamped: what was signed must be what is understood.
fn moment(members: &Map<String, Value>, name: &'static str) -> Result<UnixSeconds, JwtError> {
    let seconds = whole(members, name)?;
    if (0..=MAX_UNIX_SECONDS).contains(&seconds) { Ok(seconds) } else { Err(JwtError::BadClaim(name)) }
}
