//! A signed cookie of Rails (ActiveSupport::MessageVerifier): base64 of JSON, two hyphens, an HMAC in hexadecimal
//! digits.

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use subtle::ConstantTimeEq as _;

use super::hash::{KeyedHash, hmac_sha1, hmac_sha256, pbkdf2};
use crate::codec::{Codec, Node};

/// The message that the cookie carries, as text; the signature is not checked.
pub(super) fn message(token: &str) -> Option<String> {
    let (body, _) = token.rsplit_once("--")?;
    let json = from_base64(body)?;
    let Ok(payload) = Codec::Json.decode(&json) else { return plain(&json) };
    let envelope = payload.data.get("_rails")?;
    match (envelope.get("data"), envelope.get("message")) {
        // Rails 7.1 and later hold the value itself, earlier ones its text in base64.
        (Some(data), _) => shown(data),
        (None, Some(Node::Text(text))) => plain(&from_base64(text)?),
        _ => None,
    }
}

fn shown(node: &Node) -> Option<String> {
    match node {
        Node::Text(text) => Some(text.clone()),
        Node::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A bare JSON text: a number, or a text in quotes.
fn plain(json: &[u8]) -> Option<String> {
    match serde_json::from_slice::<serde_json::Value>(json).ok()? {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    Base64::decode_vec(text).or_else(|_| Base64UrlUnpadded::decode_vec(text.trim_end_matches('='))).ok()
}

/// Whether a cookie was signed with a key derived from this `secret_key_base`. The hash of the derivation and of
/// the signature are settings of the program: each pair that Rails had as its default is tried.
pub(super) fn is_signed_with(token: &str, secret_key_base: &str) -> bool {
    const SALT: &[u8] = b"signed cookie";
    const ROUNDS: u32 = 1_000;
    const KEY_BYTES: usize = 64;
    let Some((body, signature)) = token.rsplit_once("--") else { return false };
    let hashes: [KeyedHash; 2] = [hmac_sha1, hmac_sha256];
    hashes.iter().any(|derivation| {
        let key = pbkdf2(*derivation, secret_key_base.as_bytes(), SALT, ROUNDS, KEY_BYTES);
        hashes.iter().any(|hash| {
            let expected = hex::encode(hash(&key, body.as_bytes()));
            bool::from(expected.as_bytes().ct_eq(signature.as_bytes()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_reads_the_envelopes_of_old_and_new_versions() {
        let cookie = |json: &str| format!("{}--00", Base64::encode_string(json.as_bytes()));
        let old = format!(r#"{{"_rails":{{"message":"{}","pur":"x"}}}}"#, Base64::encode_string(b"12"));
        for json in
            [old.as_str(), r#"{"_rails":{"data":12}}"#, r#"{"_rails":{"data":"12"}}"#, "12", r#""12""#]
        {
            assert_eq!(message(&cookie(json)).as_deref(), Some("12"), "{json}");
        }
        for json in ["{}", "[]", r#"{"_rails":{}}"#] {
            assert_eq!(message(&cookie(json)), None, "{json}");
        }
        assert_eq!(message("abc"), None);
    }

    #[test]
    fn is_signed_with_accepts_each_default_of_rails_and_no_other_key() {
        for derivation in [hmac_sha1 as KeyedHash, hmac_sha256] {
            let key = pbkdf2(derivation, b"base", b"signed cookie", 1_000, 64);
            let cookie = format!("MQ==--{}", hex::encode(hmac_sha1(&key, b"MQ==")));
            assert!(is_signed_with(&cookie, "base") && !is_signed_with(&cookie, "other"));
        }
        assert!(!is_signed_with("MQ==", "base"));
    }
}
