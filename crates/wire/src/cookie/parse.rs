//! Reads cookie lines as tolerantly as user agents do (RFC 6265bis §5.6). Nothing is refused: `lint` reports what is
//! wrong with a line.

use secrecy::{ExposeSecret as _, SecretString};

use super::build::SameSite;
use super::date::parse_cookie_date;
use super::limits::{MAX_ATTRIBUTE, MAX_PAIR};
use super::octets::{has_control, is_token, trim};
use crate::UnixSeconds;

/// The header field that a line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Header {
    /// `Set-Cookie:`, from a server.
    SetCookie,
    /// `Cookie:`, from a client.
    Cookie,
}

/// A `Set-Cookie` line as a user agent reads it. The value is a secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ParsedSetCookie {
    /// The cookie's name. A line without one has an empty name.
    pub name: String,
    /// The cookie's value. Double quotes around it belong to it.
    pub value: SecretString,
    /// The attributes in their order, those without effect included.
    pub attributes: Vec<ParsedAttribute>,
    /// Whether the line has a control character, for which user agents ignore all of it.
    pub has_control: bool,
    /// Whether the line looks like several lines that were joined with commas, as HTTP allows for other fields
    /// (RFC 6265bis §3). User agents read only the first of them.
    pub is_folded: bool,
}

/// One attribute of a `Set-Cookie` line.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ParsedAttribute {
    /// The name as written. It is any text between two semicolons, and may be a secret.
    pub name: SecretString,
    /// The value as written. An attribute without one has an empty value.
    pub value: SecretString,
    /// How a user agent reads it.
    pub meaning: Attribute,
}

/// How a user agent reads an attribute (RFC 6265bis §5.6.1 to §5.6.7). `None` is a value that it ignores.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attribute {
    /// Until when the cookie is kept.
    Expires(Option<UnixSeconds>),
    /// For how many seconds the cookie is kept. Zero or less removes it.
    MaxAge(Option<i64>),
    /// The host whose subdomains get the cookie: without a leading dot, in lower case.
    Domain(Option<String>),
    /// The path under which the cookie is sent. `None` if the value does not begin with a slash.
    Path(Option<String>),
    /// The cookie is sent over secure channels only.
    Secure,
    /// Scripts cannot read the cookie.
    HttpOnly,
    /// The cross-site requests that carry the cookie. `None` if the keyword is unknown.
    SameSite(Option<SameSite>),
    /// The cookie is separate for each site that embeds this one (draft-cutler-httpbis-partitioned-cookies).
    Partitioned,
    /// An attribute that user agents do not know.
    Unknown,
}

/// A `Cookie` line.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ParsedCookieHeader {
    /// The pairs in their order.
    pub pairs: Vec<ParsedPair>,
    /// Whether the line has a control character.
    pub has_control: bool,
    /// Whether the line looks like cookies that are joined with commas. Servers read them as one (RFC 6265bis §4.2.1).
    pub is_folded: bool,
    /// Bytes of the line without the name of the header field.
    pub length: usize,
}

/// One cookie of a `Cookie` line. The value is a secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ParsedPair {
    /// The cookie's name. Without an equals sign it is empty, and all of the text is the value.
    pub name: String,
    /// The cookie's value as written.
    pub value: SecretString,
}

/// The header field that the line names, in upper or lower case. The marks of a trace (`> Cookie: …`, as curl prints
/// it) are ignored.
#[must_use]
pub fn header_of(line: &str) -> Option<Header> {
    split_header(line).0
}

/// Reads a `Set-Cookie` line, with or without the name of the field.
#[must_use]
pub fn parse_set_cookie(line: &str) -> ParsedSetCookie {
    let text = split_header(line).1;
    let (pair, rest) = text.split_once(';').map_or((text, None), |(pair, rest)| (pair, Some(rest)));
    let ParsedPair { name, value } = parse_pair(pair);
    let attributes = rest.map_or_else(Vec::new, |rest| rest.split(';').filter_map(parse_attribute).collect());
    ParsedSetCookie { name, value, attributes, has_control: has_control(text), is_folded: is_folded(text) }
}

/// Reads a `Cookie` line, with or without the name of the field.
#[must_use]
pub fn parse_cookie_header(line: &str) -> ParsedCookieHeader {
    let text = split_header(line).1;
    let pairs = text.split(';').filter(|pair| !trim(pair).is_empty()).map(parse_pair).collect();
    ParsedCookieHeader {
        pairs,
        has_control: has_control(text),
        is_folded: is_folded(text),
        length: text.len(),
    }
}

/// The values of the cookies of one name in a `Cookie` field, exactly as they stand between the equals sign and the
/// semicolon, without white space around them. Nothing is copied: for a server that reads a cookie at each request.
pub fn cookie_values<'a>(field: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    field.split(|byte| *byte == b';').filter_map(move |pair| {
        let value = pair.trim_ascii_start().strip_prefix(name)?.trim_ascii_start().strip_prefix(b"=")?;
        Some(value.trim_ascii())
    })
}

impl ParsedSetCookie {
    /// Bytes of name and value together.
    #[must_use]
    pub fn length(&self) -> usize {
        self.name.len() + self.value.expose_secret().len()
    }

    /// Whether a user agent reads this line at all (RFC 6265bis §5.6). Whether it keeps the cookie also depends on the
    /// attributes.
    #[must_use]
    pub fn is_read(&self) -> bool {
        !self.has_control && self.length() <= MAX_PAIR && self.length() > 0
    }

    /// How a user agent reads the attributes, without those that are too long for it.
    pub fn meanings(&self) -> impl DoubleEndedIterator<Item = &Attribute> {
        self.attributes.iter().filter(|a| !a.is_too_long()).map(|attribute| &attribute.meaning)
    }

    /// Whether the cookie is sent over secure channels only.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.meanings().any(|meaning| *meaning == Attribute::Secure)
    }

    /// Whether scripts cannot read the cookie.
    #[must_use]
    pub fn is_http_only(&self) -> bool {
        self.meanings().any(|meaning| *meaning == Attribute::HttpOnly)
    }

    /// The last SameSite, which counts. `None` if it is absent or its keyword is unknown.
    #[must_use]
    pub fn same_site(&self) -> Option<SameSite> {
        self.last(|meaning| if let Attribute::SameSite(value) = meaning { Some(*value) } else { None })?
    }

    /// The last Domain, which counts. `None` if it is absent or empty: the cookie is limited to its host.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        self.last(
            |meaning| if let Attribute::Domain(value) = meaning { Some(value.as_deref()) } else { None },
        )?
    }

    /// The last Path, which counts. `None` if the user agent takes the folder of the request.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.last(|meaning| if let Attribute::Path(value) = meaning { Some(value.as_deref()) } else { None })?
    }

    /// The last Max-Age that can be read, in seconds.
    #[must_use]
    pub fn max_age(&self) -> Option<i64> {
        self.last(|meaning| if let Attribute::MaxAge(value) = meaning { *value } else { None })
    }

    /// The last Expires that can be read. Max-Age takes precedence (RFC 6265bis §5.7).
    #[must_use]
    pub fn expires(&self) -> Option<UnixSeconds> {
        self.last(|meaning| if let Attribute::Expires(value) = meaning { *value } else { None })
    }

    fn last<'a, T>(&'a self, pick: impl Fn(&'a Attribute) -> Option<T>) -> Option<T> {
        self.meanings().rev().find_map(pick)
    }
}

impl ParsedAttribute {
    /// Whether user agents ignore it because of its length (RFC 6265bis §5.6).
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

/// Whether a comma is followed by `name=`. The comma of a date is not.
fn is_folded(text: &str) -> bool {
    let begins_cookie = |rest: &str| rest.split_once('=').is_some_and(|(name, _)| is_token(trim(name)));
    text.split(',').skip(1).any(begins_cookie)
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

/// Seconds as RFC 6265bis §5.6.2 reads them: digits, perhaps behind one minus. A number beyond the range of the type is
/// its largest.
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
