//! Where a browser goes after a login: a path of the site itself, and never another site or one of our own pages.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The longest path, in bytes.
const MAX_PATH_BYTES: usize = 2048;
/// Where a browser goes where the path cannot be used.
const ROOT: &str = "/";
const IN_QUERY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What cannot be in the value of a cookie (RFC 6265 §4.1.1), and the sign of an escape itself.
const IN_COOKIE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\').add(b'%');
/// The longest path in a cookie: browsers keep none whose name and value are longer than 4,096 bytes (RFC 6265bis
/// §5.6).
const MAX_IN_COOKIE_BYTES: usize = 3_900;

/// A path that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReturnTo(String);

impl ReturnTo {
    /// The site's first page.
    pub(crate) fn root() -> Self {
        ReturnTo(ROOT.to_owned())
    }

    /// The path in `text`, or the site's first page where it is none: it begins with one `/`, holds visible ASCII only,
    /// and does not lead under `prefix`.
    pub(crate) fn new(text: &str, prefix: &str) -> Self {
        let bytes = text.as_bytes();
        let is_path = bytes.first() == Some(&b'/') && !matches!(bytes.get(1), Some(b'/' | b'\\'));
        let is_visible = bytes.iter().all(|byte| matches!(byte, 0x21..=0x7e));
        if is_path && is_visible && bytes.len() <= MAX_PATH_BYTES && stays_on_site(text, prefix) {
            ReturnTo(text.to_owned())
        } else {
            Self::root()
        }
    }

    /// The path.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The path as a part of a cookie's value, or the site's first page where it would be too long: without its cookie,
    /// the login would fail.
    pub(crate) fn in_cookie(&self) -> String {
        let text = utf8_percent_encode(&self.0, IN_COOKIE).to_string();
        if text.len() > MAX_IN_COOKIE_BYTES { ROOT.to_owned() } else { text }
    }

    /// The path as the value of a query.
    pub(crate) fn in_query(&self) -> String {
        utf8_percent_encode(&self.0, IN_QUERY).to_string()
    }
}

/// Whether a path leads to the site, but not under `prefix`, for anybody who resolves it: with escapes decoded,
/// backslashes turned and dot segments removed, whether empty segments count or not. What begins with two slashes then
/// is another host to a program that resolves it again.
fn stays_on_site(text: &str, prefix: &str) -> bool {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let path = percent_decode_str(path).decode_utf8_lossy().replace('\\', "/");
    let whole = resolved(path.split('/').skip(1));
    let is_other_host = whole.len() > 1 && whole[0].is_empty();
    let is_segment = |segment: &&str| !segment.is_empty();
    let merged = resolved(path.split('/').filter(is_segment));
    let prefix: Vec<&str> = prefix.split('/').filter(is_segment).collect();
    let is_under = |segments: Vec<&str>| {
        segments.into_iter().filter(is_segment).take(prefix.len()).eq(prefix.iter().copied())
    };
    !is_other_host && !is_under(whole) && !is_under(merged)
}

/// Segments without those that are dots.
fn resolved<'a>(segments: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut resolved = Vec::new();
    for segment in segments {
        match segment {
            "." => {}
            ".." => {
                resolved.pop();
            }
            other => resolved.push(other),
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_the_site_is_kept() {
        for text in
            ["/", "/cart?item=1&x=%20#top", "/a/../b", "/_sessions", "/x/_session", "/%C3%B6", "/a//b"]
        {
            assert_eq!(ReturnTo::new(text, "/_session").as_str(), text);
        }
        let long = format!("/{}", "a".repeat(5000));
        for text in [
            "",
            "x",
            "//evil.example",
            "/\\evil.example",
            "https:evil.example",
            "https://evil.example",
            "/\r\nX: y",
            "/a b",
            "/\u{f6}",
            "/_session/logout",
            "/_session",
            "/a/../_session/logout",
            "/./_session/logout",
            "/%5fsession/logout",
            "/x/%2e%2e/_session/logout",
            "/x/..%2f_session/logout",
            "/x\\..\\_session/logout",
            "/a//_session/../..//_session/x",
            "/.//evil.example",
            "/x/..//evil.example",
            "/%2f/evil.example",
            "/%5cevil.example",
            "/%2e/%5c/evil.example",
            &long,
        ] {
            assert_eq!(ReturnTo::new(text, "/_session").as_str(), "/", "{text:?}");
        }
    }

    #[test]
    fn part_of_a_cookie_decodes_to_the_path_and_is_kept_by_browsers() {
        let path = |text: &str| ReturnTo::new(text, "/_session");
        assert_eq!(path("/a?b=c&d=%20;e,f\"g").in_cookie(), "/a?b=c&d=%2520%3Be%2Cf%22g");
        let long = |part: &str| path(&format!("/{}", part.repeat(2_047 / part.len())));
        for part in ["a", "&", "%41"] {
            let text = long(part).in_cookie();
            assert!(text.len() > 1 && text.len() <= MAX_IN_COOKIE_BYTES, "{part}: {}", text.len());
            assert_eq!(percent_decode_str(&text).decode_utf8_lossy(), long(part).as_str());
        }
        assert_eq!(long(",").in_cookie(), "/");
    }

    #[test]
    fn query_value_decodes_to_the_path() {
        let path = ReturnTo::new("/a?b=c&d=%20", "/_session");
        assert_eq!(path.in_query(), "/a%3Fb%3Dc%26d%3D%2520");
    }
}
