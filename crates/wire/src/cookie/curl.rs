//! Reads the lines of a curl configuration that carry a cookie or a header field. The writer is in `format`.

use crate::text::unwrapped;

/// Options whose value is a cookie, a header field or a token.
const OPTIONS: [&str; 5] = ["cookie", "b", "header", "H", "oauth2-bearer"];

/// The value of a line such as `cookie = "a=b"` or `-H "Cookie: a=b"`, without its quotes. curl separates an option
/// from its value by `=`, `:` or white space, and accepts dashes before it.
pub(crate) fn curl_value(line: &str) -> Option<&str> {
    let line = unwrapped(line);
    let line = line.strip_prefix("curl ").unwrap_or(line).trim_start_matches('-');
    let (name, rest) = line.split_at(line.find([' ', '\t', '=', ':'])?);
    if !OPTIONS.contains(&name) {
        return None;
    }
    let rest = rest.trim_start_matches([' ', '\t']);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    // "cookie: a=b" without quotes is a header field.
    (rest.starts_with('=') || value.trim_start().starts_with(['"', '\''])).then(|| unwrapped(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curl_value_is_read_in_each_notation() {
        for line in [
            "cookie = \"a=b\"",
            "cookie=\"a=b\"",
            "cookie: \"a=b\"",
            "cookie \"a=b\"",
            "  --cookie \"a=b\"\r",
            "-b 'a=b'",
            "curl -b 'a=b'",
            "cookie = a=b",
        ] {
            assert_eq!(curl_value(line), Some("a=b"), "{line}");
        }
        for line in ["", "cookie: a=b", "Cookie: a=b", "url = \"https://a.example\"", "cookies = a", "a=b"] {
            assert_eq!(curl_value(line), None, "{line}");
        }
    }
}
