//! The characters that a cookie's parts may have. Only the grammar: no parsing belongs here.

/// Whether `text` is a token (RFC 9110 §5.6.2), as a cookie's name must be.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// Whether `text` has only cookie-octets (RFC 6265bis §4.1.1): printable ASCII without space, double quote,
/// comma, semicolon and backslash.
pub(super) fn is_cookie_value(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic() && !b"\",;\\".contains(&b))
}

/// Whether `text` has only av-octets (RFC 6265bis §4.1.1): printable ASCII with space, without semicolon.
pub(super) fn is_attribute_value(text: &str) -> bool {
    text.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b';')
}

/// Whether `text` has a control character, for which user agents ignore the whole line. A tab is white space
/// (RFC 6265bis §5.6).
pub(super) fn has_control(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_control() && b != b'\t')
}

/// Whether `text` is a host name of letters, digits and hyphens (RFC 1034 §3.5 with RFC 1123 §2.1), at most
/// 253 bytes. An IPv4 address has this form too.
pub(super) fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// Removes the white space of the cookie grammar: spaces and tabs, and no others of Unicode.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grammar_is_exact_for_every_ascii_character() {
        for byte in 0..=127u8 {
            let text = char::from(byte).to_string();
            let octet = matches!(byte, 0x21 | 0x23..=0x2B | 0x2D..=0x3A | 0x3C..=0x5B | 0x5D..=0x7E);
            assert_eq!(is_cookie_value(&text), octet, "{byte:#x}");
            assert_eq!(is_attribute_value(&text), matches!(byte, 0x20..=0x3A | 0x3C..=0x7E), "{byte:#x}");
            assert_eq!(has_control(&text), matches!(byte, 0..=8 | 0x0A..=0x1F | 0x7F), "{byte:#x}");
            let separator = b"\"(),/:;<=>?@[\\]{}".contains(&byte);
            assert_eq!(is_token(&text), (0x21..=0x7E).contains(&byte) && !separator, "{byte:#x}");
        }
        assert!(!is_token("") && is_cookie_value("") && !is_cookie_value("é") && !is_token("é"));
    }

    #[test]
    fn host_name_has_letters_digits_and_hyphens() {
        for good in ["site.example", "a", "127.0.0.1", "x-y.example", "localhost"] {
            assert!(is_host_name(good), "{good}");
        }
        for bad in ["", ".", ".site.example", "a..b", "-a.example", "a-.example", "a_b", "a b", "é.example"]
        {
            assert!(!is_host_name(bad), "{bad}");
        }
        assert!(!is_host_name(&"a".repeat(64)) && !is_host_name(&"a.".repeat(127)));
    }
}
