//! Reads the cookies of a whole text: header lines, an HTTP message with other fields and a body, a Netscape cookie
//! jar, or a curl configuration. Single lines are read in `parse`, `jar` and `curl`.

use super::curl::curl_value;
use super::jar::{ParsedJarLine, parse_jar_line};
use super::parse::{
    Header, ParsedCookieHeader, ParsedSetCookie, header_of, parse_cookie_header, parse_set_cookie,
};
use crate::http::{Part, parts};

/// The cookies of a text.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CookieText {
    /// The lines with cookies, in their order.
    pub lines: Vec<CookieLine>,
    /// How many lines were ignored because they hold no cookie. Comments and empty lines are not counted.
    pub ignored: usize,
}

/// A line with one or more cookies.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CookieLine {
    /// The number of the line in the text, from 1.
    pub number: usize,
    /// The cookies.
    pub content: LineContent,
}

/// What a line with cookies is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LineContent {
    /// A `Set-Cookie` field, or the value of one.
    SetCookie(ParsedSetCookie),
    /// A `Cookie` field, or the cookies of a curl configuration.
    Cookie(ParsedCookieHeader),
    /// A line of a Netscape cookie jar.
    Jar(ParsedJarLine),
}

/// Reads a text. If no line names its form and the text is no HTTP message, each line is the value of a `Set-Cookie`
/// field. Bodies of messages are not read.
#[must_use]
pub fn read_cookie_text(text: &str) -> CookieText {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let is_message = parts(text).any(|(_, part, _)| part == Part::Head);
    let content = parts(text).filter(|(_, part, line)| *part != Part::Body && !is_blank_or_comment(line));
    let lines: Vec<(usize, &str)> = content.map(|(number, _, line)| (number, line)).collect();
    let read = |&(number, line)| named(line).map(|content| CookieLine { number, content });
    let mut found: Vec<CookieLine> = lines.iter().filter_map(read).collect();
    if found.is_empty() && !is_message {
        let bare =
            |&(number, line)| CookieLine { number, content: LineContent::SetCookie(parse_set_cookie(line)) };
        found = lines.iter().map(bare).collect();
    }
    CookieText { ignored: lines.len() - found.len(), lines: found }
}

/// The cookies of a line that shows its form.
fn named(line: &str) -> Option<LineContent> {
    if let Some(jar) = parse_jar_line(line) {
        return Some(LineContent::Jar(jar));
    }
    let value = curl_value(line);
    let line = value.unwrap_or(line);
    match header_of(line) {
        Some(Header::SetCookie) => Some(LineContent::SetCookie(parse_set_cookie(line))),
        Some(Header::Cookie) => Some(LineContent::Cookie(parse_cookie_header(line))),
        // curl's option for another header field has the field's name before a colon.
        None if value.is_some() && line.contains('=') && !line.contains(": ") => {
            Some(LineContent::Cookie(parse_cookie_header(line)))
        }
        None => None,
    }
}

fn is_blank_or_comment(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('#') && parse_jar_line(line).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of a line, its kind, and the names of its cookies.
    type Summary = (usize, &'static str, Vec<String>);

    fn read(text: &str) -> (Vec<Summary>, usize) {
        let read = read_cookie_text(text);
        let shown = |line: CookieLine| match line.content {
            LineContent::SetCookie(cookie) => (line.number, "set-cookie", vec![cookie.name]),
            LineContent::Cookie(header) => {
                (line.number, "cookie", header.pairs.into_iter().map(|pair| pair.name).collect())
            }
            LineContent::Jar(jar) => (line.number, "jar", vec![jar.cookie.name]),
        };
        (read.lines.into_iter().map(shown).collect(), read.ignored)
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn http_response_yields_its_set_cookie_lines_only() {
        let response = "HTTP/2 200\r\nDate: Wed, 25 Nov 2026 20:00:00 GMT\r\nset-cookie: a=1; Path=/\r\n\
            Set-Cookie: b=2; Path=/\r\n\r\n<p class=\"x\">c=3</p>\r\nSet-Cookie: d=4\r\n";
        let expected = vec![(3, "set-cookie", names(&["a"])), (4, "set-cookie", names(&["b"]))];
        assert_eq!(read(response), (expected, 2), "the body has no lines of its own");
        assert_eq!(read("HTTP/1.1 204 No Content\r\nServer: a=b\r\n\r\n"), (vec![], 2));
        assert_eq!(read("GET /?a=b HTTP/1.1\r\nHost: a.example\r\n\r\n"), (vec![], 2));
    }

    #[test]
    fn jar_yields_http_only_lines_and_no_comments() {
        let jar = "# Netscape HTTP Cookie File\n\n#HttpOnly_a.example\tFALSE\t/\tTRUE\t0\ta\t1\n\
            b.example\tTRUE\t/\tFALSE\t99\tb\t2\nbroken\tline\n";
        assert_eq!(read(jar), (vec![(3, "jar", names(&["a"])), (4, "jar", names(&["b"]))], 1));
    }

    #[test]
    fn curl_configuration_and_request_yield_their_cookies() {
        let config = "# read with: curl --config FILE URL\ncookie = \"a=1; b=2\"\nheader = \"X-A: c=3\"\n";
        assert_eq!(read(config), (vec![(2, "cookie", names(&["a", "b"]))], 1));
        assert_eq!(read("-H 'Cookie: a=1'"), (vec![(1, "cookie", names(&["a"]))], 0));
        assert_eq!(read("> GET / HTTP/1.1\n> Cookie: a=1\n"), (vec![(2, "cookie", names(&["a"]))], 1));
    }

    #[test]
    fn lines_without_a_form_are_set_cookie_values() {
        let expected = vec![(1, "set-cookie", names(&["a"])), (3, "set-cookie", names(&["b"]))];
        assert_eq!(read("\u{FEFF}a=1; Path=/\n\nb=2\n"), (expected, 0));
        assert_eq!(read(" \n"), (vec![], 0));
    }
}
