//! Laravel's session payload (Illuminate\Session\DatabaseSessionHandler): base64 of what the store serialized, in
//! PHP's form or in JSON, or of what it encrypted.

use base64ct::{Base64, Base64Unpadded, Encoding as _};

use super::{Node, PayloadError, json, php};

pub(super) fn decode(bytes: &[u8]) -> Result<Node, PayloadError> {
    let text = std::str::from_utf8(bytes).map_err(|_| PayloadError::Unreadable)?;
    let inner = from_base64(text).ok_or(PayloadError::Unreadable)?;
    if is_envelope(&inner) {
        return Err(PayloadError::Encrypted);
    }
    match inner.first() {
        Some(b'{') => json::decode(&inner),
        _ => php::decode(&inner).map_err(|error| {
            let nested = std::str::from_utf8(&inner).ok().and_then(from_base64);
            if nested.is_some_and(|nested| is_envelope(&nested)) { PayloadError::Encrypted } else { error }
        }),
    }
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    Base64::decode_vec(text).or_else(|_| Base64Unpadded::decode_vec(text)).ok()
}

/// The envelope of `Encrypter::encrypt`: an initialisation vector, a value and a check of both.
fn is_envelope(bytes: &[u8]) -> bool {
    bytes.first() == Some(&b'{')
        && json::decode(bytes)
            .is_ok_and(|node| ["iv", "value", "mac"].iter().all(|key| node.get(key).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_reads_both_serializations_and_recognises_encryption() {
        let encoded = |text: &str| Base64::encode_string(text.as_bytes());
        for text in [r#"a:1:{s:1:"a";i:1;}"#, r#"{"a":1}"#] {
            assert_eq!(decode(encoded(text).as_bytes()).unwrap().get("a"), Some(&Node::Integer(1)));
        }
        let envelope = r#"{"iv":"eA==","value":"eQ==","mac":"00","tag":""}"#;
        for text in [encoded(envelope), encoded(&encoded(envelope))] {
            assert_eq!(decode(text.as_bytes()), Err(PayloadError::Encrypted));
        }
        for text in ["%%%", "", "AAAA"] {
            assert_eq!(decode(text.as_bytes()), Err(PayloadError::Unreadable), "{text}");
        }
    }
}
