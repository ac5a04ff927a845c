//! Tokens in a line of text: bare, in a header field, in a curl configuration, in a Netscape cookie jar, or as
//! `name=value`.

use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::finds::Finds;
use super::found::Form;
use crate::cookie::{Header, curl_value, header_of, parse_cookie_header, parse_jar_line, parse_set_cookie};
use crate::jwt::looks_like_jwt;
use crate::text::unwrapped;

/// Header fields whose whole value is a token.
const TOKEN_FIELDS: [&str; 4] = ["x-auth-token", "x-session-token", "x-api-key", "token"];

/// Collects from one line.
pub(super) fn collect(line: &str, finds: &mut Finds<'_>) {
    if let Some(cookie) = parse_jar_line(line) {
        let cookie = cookie.cookie;
        return collect_cookie(&cookie.name, cookie.value.expose_secret(), Form::Jar, line, finds);
    }
    let line = unwrapped(line);
    if line.is_empty() || line.starts_with('#') {
        return;
    }
    let line = curl_value(line).unwrap_or(line);
    match header_of(line) {
        Some(Header::SetCookie) => {
            let cookie = parse_set_cookie(line);
            collect_cookie(&cookie.name, cookie.value.expose_secret(), Form::Cookie, line, finds);
        }
        Some(Header::Cookie) => collect_pairs(line, finds),
        None => collect_plain(line, finds),
    }
}

fn collect_cookie(name: &str, value: &str, form: Form, line: &str, finds: &mut Finds<'_>) {
    if !finds.take_cookie(name, unwrapped(value), form) {
        finds.pass_over(line);
    }
}

pub(super) fn collect_pairs(line: &str, finds: &mut Finds<'_>) {
    let mut is_taken = false;
    for pair in parse_cookie_header(line).pairs {
        is_taken |= finds.take_cookie(&pair.name, unwrapped(pair.value.expose_secret()), Form::Cookie);
    }
    if !is_taken {
        finds.pass_over(line);
    }
}

/// A line that is no cookie header.
fn collect_plain(line: &str, finds: &mut Finds<'_>) {
    if let Some(value) = behind_bearer(line).or_else(|| token_field(line)) {
        if !finds.take(unwrapped(value), Form::Bearer) {
            finds.pass_over(value);
        }
    } else if header_field(line).is_some() {
        // Other fields may hold digests (ETag), which are no tokens.
    } else if is_words(line, finds) {
        words(line).for_each(|word| {
            finds.take(word, Form::Bare);
        });
    } else if let Some(pairs) = bare_pairs(line) {
        collect_pairs(pairs, finds);
    } else {
        finds.pass_over(line);
    }
}

/// A cookie without its header's name, or a variable of an environment file. A query in an address is neither.
fn bare_pairs(line: &str) -> Option<&str> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let name = line.split_once('=')?.0;
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)).then_some(line)
}

/// Whether the line is tokens and JWTs only.
fn is_words(line: &str, finds: &Finds<'_>) -> bool {
    words(line).all(|word| (finds.is_token)(word) || looks_like_jwt(word))
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || c == ',').map(unwrapped).filter(|word| !word.is_empty())
}

/// What follows the scheme, which is compared without regard to case (RFC 9110 §11.1).
fn behind_bearer(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once([' ', '\t'])?;
    scheme.eq_ignore_ascii_case("bearer").then_some(rest)
}

/// Whether a line is a header field that carries cookies or a token.
pub(super) fn names_field(line: &str) -> bool {
    let carries_token = |(name, _): (&str, &str)| is_authorization(name) || is_token_field(name);
    header_of(line).is_some() || header_field(line).is_some_and(carries_token)
}

/// Whether this is the name of such a field.
pub(super) fn names_field_name(name: &str) -> bool {
    // A literal in the place of a name may be a token: in one allocation, so that growing leaves no copy behind.
    names_field(&Zeroizing::new([name, ":"].concat()))
}

/// The token of a header field that carries one.
fn token_field(line: &str) -> Option<&str> {
    let (name, value) = header_field(line)?;
    if is_authorization(name) {
        return behind_bearer(unwrapped(value));
    }
    is_token_field(name).then_some(value)
}

fn is_authorization(name: &str) -> bool {
    name.eq_ignore_ascii_case("authorization")
}

fn is_token_field(name: &str) -> bool {
    TOKEN_FIELDS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A header field with a plain name, perhaps behind the mark of a trace.
fn header_field(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim_start_matches(['>', '<', ' ', '\t']).split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    // An address begins like a field: https://…
    (is_name && !value.starts_with("//")).then_some((name, value))
}
