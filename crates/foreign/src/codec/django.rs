//! Django's session payload (django/core/signing.py, contrib/sessions/serializers.py): `[.]value:time:signature`,
//! the value being JSON in base64url, after a leading point compressed with zlib; the time in base 62.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Node, PayloadError, inflate, json};
use crate::time::Moment;

/// The three parts of a signed value.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// The value with its leading point, if it has one.
    pub value: &'a str,
    /// The time in base 62.
    pub time: &'a str,
    /// The signature in base64url.
    pub signature: &'a str,
}

/// Splits a signed value.
#[must_use]
pub fn split_signed(text: &str) -> Option<Signed<'_>> {
    let (rest, signature) = text.rsplit_once(':')?;
    let (value, time) = rest.rsplit_once(':')?;
    Some(Signed { value, time, signature })
}

pub(super) fn decode(bytes: &[u8]) -> Result<(Node, Option<Moment>), PayloadError> {
    let text = std::str::from_utf8(bytes).map_err(|_| PayloadError::Unreadable)?;
    let signed = split_signed(text).ok_or(PayloadError::Unreadable)?;
    let (compressed, value) = match signed.value.strip_prefix('.') {
        Some(rest) => (true, rest),
        None => (false, signed.value),
    };
    let bytes = Base64UrlUnpadded::decode_vec(value).map_err(|_| PayloadError::Unreadable)?;
    let bytes = if compressed { inflate::zlib(&bytes).ok_or(PayloadError::Unreadable)? } else { bytes };
    // `JSONSerializer` writes and reads Latin-1.
    Ok((json::decode_latin1(&bytes)?, signed_at(signed.time)))
}

/// When a stored payload was signed, without decoding it.
#[must_use]
pub fn signed_at_of(text: &str) -> Option<Moment> {
    split_signed(text).and_then(|signed| signed_at(signed.time))
}

/// The time of a signature: whole seconds in base 62 (digits, capitals, small letters).
fn signed_at(time: &str) -> Option<Moment> {
    if time.is_empty() || time.len() > 8 {
        return None;
    }
    let seconds = time.bytes().try_fold(0_i64, |sum, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return None,
        };
        Some(sum * 62 + i64::from(digit))
    })?;
    seconds.checked_mul(1_000_000).map(Moment)
}

/// Whether a payload was signed with this SECRET_KEY (`Signer.signature` with the salt of the session store).
#[must_use]
pub fn check_signature(text: &str, secret: &str) -> bool {
    const SALT: &str = "django.contrib.sessions.SessionStoresigner";
    let Some((signed, signature)) = text.rsplit_once(':') else { return false };
    let expected = Base64UrlUnpadded::encode_string(&salted_hmac(SALT, secret, signed));
    expected.as_bytes().ct_eq(signature.as_bytes()).into()
}

/// Whether `hash` is `AbstractBaseUser.get_session_auth_hash` of the stored password under this SECRET_KEY.
#[must_use]
pub fn check_auth_hash(hash: &str, password: &str, secret: &str) -> bool {
    const SALT: &str = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash";
    let expected = hex::encode(salted_hmac(SALT, secret, password));
    expected.as_bytes().ct_eq(hash.as_bytes()).into()
}

/// `django.utils.crypto.salted_hmac` with SHA-256: the key is the hash of salt and secret.
fn salted_hmac(salt: &str, secret: &str, value: &str) -> Vec<u8> {
    let key = Sha256::new().chain_update(salt).chain_update(secret).finalize();
    let mut mac = match Hmac::<Sha256>::new_from_slice(&key) {
        Ok(mac) => mac,
        // HMAC takes keys of every length.
        Err(_) => return Vec::new(),
    };
    mac.update(value.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(json: &str) -> String {
        format!("{}:1vb66h:c2ln", Base64UrlUnpadded::encode_string(json.as_bytes()))
    }

    #[test]
    fn decode_reads_plain_and_compressed_values_with_their_time() {
        let (node, at) = decode(plain(r#"{"_auth_user_id":"7"}"#).as_bytes()).unwrap();
        assert_eq!(node.get("_auth_user_id"), Some(&Node::Text("7".to_owned())));
        assert_eq!(at.map(|at| at.timestamp().to_string()).as_deref(), Some("2025-12-31T23:59:59Z"));
        let zipped = inflate::tests::zipped(br#"{"a":1}"#);
        let text = format!(".{}:1vb66h:c2ln", Base64UrlUnpadded::encode_string(&zipped));
        assert_eq!(decode(text.as_bytes()).unwrap().0.get("a"), Some(&Node::Integer(1)));
    }

    #[test]
    fn decode_stops_at_the_limit_of_an_inflated_payload() {
        let bomb = inflate::tests::zipped(&vec![b' '; 8 * crate::codec::MAX_INFLATED_BYTES]);
        let text = format!(".{}:1vb66h:c2ln", Base64UrlUnpadded::encode_string(&bomb));
        assert_eq!(decode(text.as_bytes()), Err(PayloadError::Unreadable));
        for text in ["", "::", ".:1vb66h:s", "%%%:1vb66h:s", "e30"] {
            assert_eq!(decode(text.as_bytes()), Err(PayloadError::Unreadable), "{text}");
        }
    }

    #[test]
    fn check_signature_knows_another_key() {
        let value = "e30:1vb66h";
        let salt = "django.contrib.sessions.SessionStoresigner";
        let signature = Base64UrlUnpadded::encode_string(&salted_hmac(salt, "key", value));
        let text = format!("{value}:{signature}");
        assert!(check_signature(&text, "key") && !check_signature(&text, "other"));
    }
}
