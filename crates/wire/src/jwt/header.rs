//! The header of a session's JWT: exactly the members `alg`, `typ` and `kid`. Which key and algorithm are
//! accepted is decided in `verify`.

use serde::{Deserialize, Serialize};

use super::error::{JwtError, Part};
use super::json::{Member, object, structure};

/// The explicit type (RFC 8725 §3.11) of a session's JWT. It keeps JWTs that were issued for another purpose from
/// being accepted as a session, and a session's JWT from being accepted elsewhere.
///
/// Version 0.1.0 wrote the generic `JWT`, which is refused: a JWT is valid for an hour at most, so accepting the
/// old type would save one hour of re-issuing and cost the protection permanently.
pub const TYPE: &str = "session+jwt";

/// Members that bring in keys, or change what is signed or must be understood (RFC 7515 §4.1, RFC 7516 §4.1,
/// RFC 7797). They are known by name so that the refusal can name them.
const FORBIDDEN: [&str; 10] = ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "enc", "zip"];

/// The header with members of the right type. The values are not checked.
#[derive(Debug, Serialize)]
pub(super) struct Header {
    pub(super) alg: String,
    pub(super) typ: String,
    pub(super) kid: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    #[serde(default)]
    alg: Member<String>,
    #[serde(default)]
    typ: Member<String>,
    #[serde(default)]
    kid: Member<String>,
}

impl Header {
    /// Reads the header. A mistyped member is reported before a missing one, and both before a wrong value.
    pub(super) fn read(json: &[u8]) -> Result<Self, JwtError> {
        let members: Members = structure(json, Part::Header).map_err(|error| name_forbidden(json, error))?;
        for (name, member) in [("alg", &members.alg), ("typ", &members.typ), ("kid", &members.kid)] {
            if matches!(member, Member::Mistyped) {
                return Err(JwtError::BadHeader(name));
            }
        }
        // Before the missing members, so that an unsigned JWT is reported as one.
        if matches!(&members.alg, Member::Present(alg) if alg.eq_ignore_ascii_case("none")) {
            return Err(JwtError::WrongAlgorithm);
        }
        let text = |name, member| match member {
            Member::Present(text) => Ok(text),
            _ => Err(JwtError::MissingHeader(name)),
        };
        Ok(Header {
            alg: text("alg", members.alg)?,
            typ: text("typ", members.typ)?,
            kid: text("kid", members.kid)?,
        })
    }
}

fn name_forbidden(json: &[u8], error: JwtError) -> JwtError {
    let Ok(members) = object(json, Part::Header) else { return error };
    let forbidden = FORBIDDEN.into_iter().find(|name| members.contains_key(*name));
    forbidden.map_or(error, JwtError::ForbiddenHeader)
}
