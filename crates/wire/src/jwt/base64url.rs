//! Base64url without padding (RFC 7515 §2), in its one canonical form: each byte string has exactly one text.

use base64ct::{Base64UrlUnpadded, Encoding};

/// Writes `bytes`.
pub(super) fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Reads `text`. Padding, white space, the other alphabet and bits left over at the end (RFC 4648 §3.5) are
/// refused.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let bytes = Base64UrlUnpadded::decode_vec(text).ok()?;
    // The signature check relies on this, however strict the library is.
    (encode(&bytes) == text).then_some(bytes)
}

/// Whether `text` has only characters of the alphabet.
pub(super) fn is_alphabet(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_accepts_the_canonical_form_only() {
        assert_eq!(decode("-_8"), Some(vec![0xFB, 0xFF]));
        assert_eq!(decode(""), Some(vec![]));
        for bad in ["A", "AB", "-_9", "-_8=", "+/8", "AA A", "AAA\n", " AAAA", "é", "AAAAA", "====", "AA=="]
        {
            assert_eq!(decode(bad), None, "{bad}");
        }
        assert!(is_alphabet("az-_09") && !is_alphabet("a+b") && !is_alphabet("a="));
    }
}
