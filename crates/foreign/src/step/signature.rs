//! Signatures of tokens whose row is found without checking them.

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding as _};
use subtle::ConstantTimeEq as _;

use super::{hash, rails, url_decode};

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// `value.base64(HMAC-SHA-256)`, after `s:` or nothing: cookie-signature and better-auth.
    HmacSha256Base64,
    /// A JWT with HS256 (RFC 7515).
    JwtHs256,
    /// A signed cookie of Rails.
    RailsSigned,
}

impl Signature {
    /// The names, as a layout writes them.
    pub const NAMES: [&str; 3] = ["hmac-sha256-b64", "jwt-hs256", "rails-signed"];

    /// The signature with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "hmac-sha256-b64" => Some(Signature::HmacSha256Base64),
            "jwt-hs256" => Some(Signature::JwtHs256),
            "rails-signed" => Some(Signature::RailsSigned),
            _ => None,
        }
    }

    /// Whether the token was signed with this secret.
    #[must_use]
    pub fn check(self, token: &str, secret: &str) -> bool {
        let Ok(token) = url_decode(token) else { return false };
        match self {
            Signature::HmacSha256Base64 => {
                let text = token.strip_prefix("s:").unwrap_or(&token);
                let Some((value, signature)) = text.rsplit_once('.') else { return false };
                let expected = hash::hmac_sha256(secret.as_bytes(), value.as_bytes());
                let expected = Base64Unpadded::encode_string(&expected);
                expected.as_bytes().ct_eq(signature.trim_end_matches('=').as_bytes()).into()
            }
            Signature::JwtHs256 => {
                let Some((text, signature)) = token.rsplit_once('.') else { return false };
                let expected = hash::hmac_sha256(secret.as_bytes(), text.as_bytes());
                Base64UrlUnpadded::encode_string(&expected).as_bytes().ct_eq(signature.as_bytes()).into()
            }
            Signature::RailsSigned => rails::is_signed_with(&token, secret),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64ct::Base64;

    use super::*;

    #[test]
    fn check_accepts_its_own_secret_only() {
        let mac = hash::hmac_sha256(b"key", b"value");
        for cookie in [
            format!("s:value.{}", Base64Unpadded::encode_string(&mac)),
            format!("value.{}", Base64::encode_string(&mac).replace('=', "%3D").replace('+', "%2B")),
        ] {
            assert!(Signature::HmacSha256Base64.check(&cookie, "key"), "{cookie}");
            assert!(!Signature::HmacSha256Base64.check(&cookie, "other"), "{cookie}");
        }
        let mac = Base64UrlUnpadded::encode_string(&hash::hmac_sha256(b"key", b"e30.e30"));
        assert!(Signature::JwtHs256.check(&format!("e30.e30.{mac}"), "key"));
        assert!(!Signature::JwtHs256.check("e30.e30.", "key") && !Signature::JwtHs256.check("", "key"));
    }
}
