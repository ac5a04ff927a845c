//! Reads the lines of a Netscape cookie jar, the format of `curl --cookie-jar` and of browser extensions. The
//! writer is in `format`.

use secrecy::SecretString;

use super::date::imf_fixdate;
use super::octets::has_control;
use super::parse::{Attribute, ParsedAttribute, ParsedSetCookie};
use crate::{MAX_UNIX_SECONDS, UnixSeconds};

/// The mark of a cookie that scripts cannot read. Older readers take the line for a comment.
pub(super) const HTTP_ONLY_MARK: &str = "#HttpOnly_";

/// A line of a cookie jar.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ParsedJarLine {
    /// The host that set the cookie, or the domain whose hosts it is sent to.
    pub host: String,
    /// The cookie with the attributes that a jar can keep. SameSite is not among them.
    pub cookie: ParsedSetCookie,
}

/// Reads a line of a cookie jar: seven fields between tabs. `None` for a comment and for any other text.
#[must_use]
pub fn parse_jar_line(line: &str) -> Option<ParsedJarLine> {
    let line = line.trim_end_matches(['\r', '\n']);
    let (is_http_only, line) = match line.strip_prefix(HTTP_ONLY_MARK) {
        Some(rest) => (true, rest),
        None if line.starts_with('#') => return None,
        None => (false, line),
    };
    let fields: Vec<&str> = line.split('\t').collect();
    let (host, subdomains, path, secure, expires, name, value) = match fields.as_slice() {
        [host, subdomains, path, secure, expires, name, value] => {
            (*host, flag(subdomains)?, *path, flag(secure)?, moment(expires)?, *name, *value)
        }
        // curl leaves out the last tab where the value is empty.
        [host, subdomains, path, secure, expires, name] => {
            (*host, flag(subdomains)?, *path, flag(secure)?, moment(expires)?, *name, "")
        }
        _ => return None,
    };
    let host = host.trim().strip_prefix('.').unwrap_or(host.trim()).to_ascii_lowercase();
    let domain = subdomains.then(|| Attribute::Domain(Some(host.clone()).filter(|host| !host.is_empty())));
    let path_meaning = Attribute::Path(path.starts_with('/').then(|| path.to_owned()));
    let expires = expires.map(|at| attribute("Expires", &imf_fixdate(at), Attribute::Expires(Some(at))));
    let attributes = [
        Some(attribute("Path", path, path_meaning)),
        domain.map(|meaning| attribute("Domain", &host, meaning)),
        secure.then(|| attribute("Secure", "", Attribute::Secure)),
        is_http_only.then(|| attribute("HttpOnly", "", Attribute::HttpOnly)),
        expires,
    ];
    let cookie = ParsedSetCookie {
        name: name.to_owned(),
        value: SecretString::from(value),
        attributes: attributes.into_iter().flatten().collect(),
        has_control: has_control(name) || has_control(value),
        is_folded: false,
    };
    Some(ParsedJarLine { host, cookie })
}

fn attribute(name: &str, value: &str, meaning: Attribute) -> ParsedAttribute {
    ParsedAttribute { name: SecretString::from(name), value: SecretString::from(value), meaning }
}

fn flag(field: &str) -> Option<bool> {
    match field.trim() {
        word if word.eq_ignore_ascii_case("true") => Some(true),
        word if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Unix seconds, which some writers give with a fraction; 0 or nothing for a session cookie.
#[expect(clippy::option_option, reason = "the outer one is whether the field can be read")]
fn moment(field: &str) -> Option<Option<UnixSeconds>> {
    let whole = field.trim().split('.').next()?;
    match whole {
        "" | "0" | "-1" => Some(None),
        _ => Some(Some(whole.parse::<i64>().ok()?.clamp(0, MAX_UNIX_SECONDS))),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn jar_line_keeps_every_field() {
        let line = "#HttpOnly_.Site.Example\tTRUE\t/app\tTRUE\t784111777\tid\tabc\r\n";
        let ParsedJarLine { host, cookie } = parse_jar_line(line).unwrap();
        assert_eq!((host.as_str(), cookie.domain()), ("site.example", Some("site.example")));
        assert_eq!((cookie.name.as_str(), cookie.value.expose_secret()), ("id", "abc"));
        assert!(cookie.is_secure() && cookie.is_http_only());
        assert_eq!((cookie.path(), cookie.expires()), (Some("/app"), Some(784_111_777)));
    }

    #[test]
    fn jar_line_of_one_host_has_no_domain_and_no_end() {
        let ParsedJarLine { host, cookie } =
            parse_jar_line("localhost\tFALSE\t/\tFALSE\t0\t__Host-session\tabc").unwrap();
        assert_eq!((host.as_str(), cookie.domain(), cookie.expires()), ("localhost", None, None));
        assert!(!cookie.is_secure() && !cookie.is_http_only());
        let fraction = parse_jar_line("a\tFALSE\t/\tFALSE\t784111777.25\tid\tabc").unwrap();
        assert_eq!(fraction.cookie.expires(), Some(784_111_777));
        let empty = parse_jar_line("a\tFALSE\t/\tFALSE\t0\tid").unwrap();
        assert_eq!(empty.cookie.value.expose_secret(), "");
    }

    #[test]
    fn other_text_is_no_jar_line() {
        for line in [
            "",
            "# Netscape HTTP Cookie File",
            "# a\tFALSE\t/\tFALSE\t0\tid\tabc",
            "Set-Cookie: a=b",
            "a\tmaybe\t/\tFALSE\t0\tid\tabc",
            "a\tFALSE\t/\tFALSE\tsoon\tid\tabc",
            "a\tFALSE\t/\tFALSE\t0\tid\tabc\tmore",
        ] {
            assert!(parse_jar_line(line).is_none(), "{line}");
        }
    }
}
