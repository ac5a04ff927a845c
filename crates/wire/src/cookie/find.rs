//! Finds the value of one cookie in a line. [`crate::find`] finds a token in any text.

use secrecy::{ExposeSecret as _, SecretString};

use super::parse::{Header, header_of, parse_cookie_header, parse_set_cookie};

/// The result of the search in a line.
#[derive(Clone, Debug)]
pub enum Found {
    /// No cookie of that name with a value.
    Nothing,
    /// The value of the one cookie of that name.
    Value(SecretString),
    /// Several cookies of that name. One may have been planted (RFC 6265bis §4.2.2, §8.6).
    Several,
}

/// Finds the value of the cookie called `name` in a `Cookie` or `Set-Cookie` line, with or without the name of the
/// field. Double quotes around the value are removed.
#[must_use]
pub fn find_session_value(line: &str, name: &str) -> Found {
    // Without the name of a field the line may be either; in both, semicolons separate the pairs.
    let values: Vec<SecretString> = if header_of(line) == Some(Header::SetCookie) {
        let parsed = parse_set_cookie(line);
        if parsed.name == name { vec![parsed.value] } else { Vec::new() }
    } else {
        let pairs = parse_cookie_header(line).pairs.into_iter();
        pairs.filter(|pair| !name.is_empty() && pair.name == name).map(|pair| pair.value).collect()
    };
    match values.as_slice() {
        [] => Found::Nothing,
        [value] if unquoted(value.expose_secret()).is_empty() => Found::Nothing,
        [value] => Found::Value(SecretString::from(unquoted(value.expose_secret()).to_owned())),
        _ => Found::Several,
    }
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_is_found_in_every_kind_of_line() {
        for line in [
            "Cookie: a=1; __Host-session=tok; b=2",
            "cookie:__Host-session=tok",
            "Set-Cookie: __Host-session=tok; Path=/; Secure",
            "__Host-session=tok; Path=/; Secure",
            "__Host-session=\"tok\"\r\n",
            "> Cookie: __Host-session = tok",
        ] {
            let found = find_session_value(line, "__Host-session");
            assert!(matches!(found, Found::Value(value) if value.expose_secret() == "tok"), "{line}");
        }
    }

    #[test]
    fn absent_and_ambiguous_values_are_not_guessed() {
        for line in [
            "",
            "tok",
            "Cookie: session=tok",
            "Cookie: __host-session=tok",
            "Cookie: __Host-session=",
            "Cookie: __Host-session=\"\"",
            "Set-Cookie: a=b; __Host-session=tok",
        ] {
            assert!(matches!(find_session_value(line, "__Host-session"), Found::Nothing), "{line}");
        }
        assert!(matches!(find_session_value("Cookie: tok", ""), Found::Nothing));
        assert!(matches!(find_session_value("Cookie: s=1; s=1", "s"), Found::Several));
    }
}
