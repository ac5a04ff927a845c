//! Reads cookie lines as tolerantly as user agents do (RFC 6265bis §5.6). Nothing is refused and nothing
//! panics: what is wrong with a line is for `lint` to say.

use super::build::SameSite;
use super::date::parse_cookie_date;
use super::octets::{has_control, trim};
use super::{MAX_ATTRIBUTE, MAX_PAIR};
use crate::UnixSeconds;
use secrecy::{ExposeSecret as _, SecretString};

/// Which header field a line says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// `Set-Cookie:`, from a server.
    SetCookie,
    /// `Cookie:`, from a client.
    Cookie,
}

/// A `Set-Cookie` line as a user agent understands it. The value is a secret.
#[derive(Clone, Debug)]
pub struct ParsedSetCookie {
    /// The cookie's name; empty where the line has none.
    pub name: String,
    /// The cookie's value, with its double quotes if it has them: they belong to it.
    pub value: SecretString,
    /// The attributes in the order they stand, also those without effect.
    pub attributes: Vec<ParsedAttribute>,
    /// The line holds a control character, for which user agents ignore all of it.
    pub has_control: bool,
}

/// One attribute of a `Set-Cookie` line.
#[derive(Clone, Debug)]
pub struct ParsedAttribute {
    /// The name as it stands. It is whatever was between two semicolons, a secret perhaps.
    pub name: SecretString,
    /// The value as it stands; empty where there is none.
    pub value: SecretString,
    /// What a user agent makes of it.
    pub meaning: Attribute,
}

/// What a user agent makes of an attribute (RFC 6265bis §5.6.1 to §5.6.7). Where it ignores the value, the
/// content is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// Until when it is kept.
    Expires(Option<UnixSeconds>),
    /// How many seconds it is kept; zero or less takes it away.
    MaxAge(Option<i64>),
    /// The host whose subdomains get it: without a leading dot, in lower case.
    Domain(Option<String>),
    /// Under which path it is sent; `None` where the value does not begin with a slash.
    Path(Option<String>),
    /// Over secure channels only.
    Secure,
    /// Out of reach of scripts.
    HttpOnly,
    /// With which cross-site requests; `None` where the keyword is unknown.
    SameSite(Option<SameSite>),
    /// Kept apart for each site that embeds it (draft-cutler-httpbis-partitioned-cookies).
    Partitioned,
    /// No attribute that user agents know.
    Unknown,
}

/// A `Cookie` line.
#[derive(Clone, Debug)]
pub struct ParsedCookieHeader {
    /// The pairs in the order they stand.
    pub pairs: Vec<ParsedPair>,
    /// The line holds a control character.
    pub has_control: bool,
    /// Bytes of the line without the header's name.
    pub length: usize,
}

/// One cookie of a `Cookie` line. The value is a secret.
#[derive(Clone, Debug)]
pub struct ParsedPair {
    /// The cookie's name; empty where there is no equals sign, because then all of it is the value.
    pub name: String,
    /// The cookie's value as it stands.
    pub value: SecretString,
}

/// Which header field the line names, in whatever case; `None` for a line without a header's name. The marks
/// of a trace (`> Cookie: …`, as curl prints them) are passed over.
#[must_use]
pub fn header_of(line: &str) -> Option<Header> {
    split_header(line).0
}

/// Reads a `Set-Cookie` line, with or without the header's name.
#[must_use]
pub fn parse_set_cookie(line: &str) -> ParsedSetCookie {
    let text = split_header(line).1;
    let (pair, rest) = text.split_once(';').map_or((text, None), |(pair, rest)| (pair, Some(rest)));
    let ParsedPair { name, value } = parse_pair(pair);
    let attributes = rest.map_or_else(Vec::new, |rest| rest.split(';').filter_map(parse_attribute).collect());
    ParsedSetCookie { name, value, attributes, has_control: has_control(text) }
}

/// Reads a `Cookie` line, with or without the header's name.
#[must_use]
pub fn parse_cookie_header(line: &str) -> ParsedCookieHeader {
    let text = split_header(line).1;
    let pairs = text.split(';').filter(|pair| !trim(pair).is_empty()).map(parse_pair).collect();
    ParsedCookieHeader { pairs, has_control: has_control(text), length: text.len() }
}

impl ParsedSetCookie {
    /// Bytes of name and value together.
    #[must_use]
    pub fn length(&self) -> usize {
        self.name.len() + self.value.expose_secret().len()
    }

    /// Whether a user agent reads this line at all; whether it then keeps the cookie also depends on the
    /// attributes (RFC 6265bis §5.6).
    #[must_use]
    pub fn is_read(&self) -> bool {
        !self.has_control && self.length() <= MAX_PAIR && self.length() > 0
    }

    /// What the attributes mean, without those too long to count.
    pub fn meanings(&self) -> impl DoubleEndedIterator<Item = &Attribute> {
        self.attributes.iter().filter(|a| !a.is_too_long()).map(|attribute| &attribute.meaning)
    }

    /// Whether the cookie is sent over secure channels only.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.meanings().any(|meaning| *meaning == Attribute::Secure)
    }

    /// Whether the cookie is out of reach of scripts.
    #[must_use]
    pub fn is_http_only(&self) -> bool {
        self.meanings().any(|meaning| *meaning == Attribute::HttpOnly)
    }

    /// The last SameSite, which counts; `None` for none or an unknown keyword.
    #[must_use]
    pub fn same_site(&self) -> Option<SameSite> {
        self.last(|meaning| if let Attribute::SameSite(value) = meaning { Some(*value) } else { None })?
    }

    /// The last Domain, which counts; `None` for none or an empty one: the cookie stays with its host.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        self.last(
            |meaning| if let Attribute::Domain(value) = meaning { Some(value.as_deref()) } else { None },
        )?
    }

    /// The last Path, which counts; `None` where the user agent takes the folder of the request.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.last(|meaning| if let Attribute::Path(value) = meaning { Some(value.as_deref()) } else { None })?
    }

    /// The last Max-Age that can be read, seconds.
    #[must_use]
    pub fn max_age(&self) -> Option<i64> {
        self.last(|meaning| if let Attribute::MaxAge(value) = meaning { *value } else { None })
    }

    /// The last Expires that can be read; Max-Age goes before it (RFC 6265bis §5.7).
    #[must_use]
    pub fn expires(&self) -> Option<UnixSeconds> {
        self.last(|meaning| if let Attribute::Expires(value) = meaning { *value } else { None })
    }

    fn last<'a, T>(&'a self, pick: impl Fn(&'a Attribute) -> Option<T>) -> Option<T> {
        self.meanings().rev().find_map(pick)
    }
}

impl ParsedAttribute {
    /// Whether user agents pass over it for its length (RFC 6265bis §5.6).
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.value.expose_secret().len() > MAX_ATTRIBUTE
    }
}

fn split_header(line: &str) -> (Option<Header>, &str) {
    let text = line.trim_end_matches(['\r', '\n']);
    let unmarked = text.trim_start_matches(['>', '<', ' ', '\t']);
    if let Some((name, rest)) = unmarked.split_once(':') {
        if trim(name).eq_ignore_ascii_case("set-cookie") {
            return (Some(Header::SetCookie), trim(rest));
        }
        if trim(name).eq_ignore_ascii_case("cookie") {
            return (Some(Header::Cookie), trim(rest));
        }
    }
    (None, trim(text))
}

fn parse_pair(text: &str) -> ParsedPair {
    let (name, value) = text.split_once('=').unwrap_or(("", text));
    ParsedPair { name: trim(name).to_owned(), value: SecretString::from(trim(value).to_owned()) }
}

fn parse_attribute(text: &str) -> Option<ParsedAttribute> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let (name, value) = (trim(name), trim(value));
    if name.is_empty() && value.is_empty() {
        return None;
    }
    let meaning = match name.to_ascii_lowercase().as_str() {
        "expires" => Attribute::Expires(parse_cookie_date(value)),
        "max-age" => Attribute::MaxAge(parse_max_age(value)),
        "domain" => {
            let domain = value.strip_prefix('.').unwrap_or(value).to_ascii_lowercase();
            Attribute::Domain(Some(domain).filter(|domain| !domain.is_empty()))
        }
        "path" => Attribute::Path(value.starts_with('/').then(|| value.to_owned())),
        "secure" => Attribute::Secure,
        "httponly" => Attribute::HttpOnly,
        "samesite" => Attribute::SameSite(value.parse().ok()),
        "partitioned" => Attribute::Partitioned,
        _ => Attribute::Unknown,
    };
    let secret = |text: &str| SecretString::from(text);
    Some(ParsedAttribute { name: secret(name), value: secret(value), meaning })
}

/// Seconds as RFC 6265bis §5.6.2 reads them: digits, at most one minus before them; a number beyond all
/// bounds is the largest.
fn parse_max_age(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse().unwrap_or(i64::MAX);
    Some(if digits.len() == text.len() { size } else { -size })
}

#[cfg(test)]
mod tests;
