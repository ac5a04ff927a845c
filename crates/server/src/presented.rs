//! The token that a request presents. A cookie carries the token of a browser's session, `Authorization: Bearer` that
//! of an API token; where both are there, the API token counts.

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, COOKIE};
use sessionctl_core::model::token::{API_PREFIX, Token};
use sessionctl_wire::cookie::cookie_values;

/// What a request presents.
#[derive(Debug)]
pub(crate) enum Presented {
    /// No token.
    Nothing,
    /// A token in the session's cookie.
    Cookie(Token),
    /// An API token.
    Bearer(Token),
    /// Something in the place of a token that is none.
    Malformed,
    /// Two session cookies, or two tokens.
    Ambiguous,
}

impl Presented {
    /// Reads the token of a request.
    pub(crate) fn read(headers: &HeaderMap, cookie: &str) -> Self {
        match bearer(headers) {
            Presented::Nothing => in_cookie(headers, cookie),
            bearer => bearer,
        }
    }
}

/// An API token. Other schemes, and a bearer token without our prefix, belong to the application.
fn bearer(headers: &HeaderMap) -> Presented {
    let mut presented = Presented::Nothing;
    for value in headers.get_all(AUTHORIZATION) {
        let Some(token) = bearer_value(value.as_bytes()) else { continue };
        if !token.starts_with(API_PREFIX.as_bytes()) {
            continue;
        }
        if !matches!(presented, Presented::Nothing) {
            return Presented::Ambiguous;
        }
        presented = match Token::parse(token) {
            Some(token) => Presented::Bearer(token),
            None if token.contains(&b',') => Presented::Ambiguous,
            None => Presented::Malformed,
        };
    }
    presented
}

fn bearer_value(value: &[u8]) -> Option<&[u8]> {
    let scheme = value.get(..6)?;
    (scheme.eq_ignore_ascii_case(b"bearer") && value.get(6) == Some(&b' ')).then(|| value[7..].trim_ascii())
}

/// The token in the session's cookie.
pub(crate) fn in_cookie(headers: &HeaderMap, cookie: &str) -> Presented {
    let mut values =
        headers.get_all(COOKIE).iter().flat_map(|field| cookie_values(field.as_bytes(), cookie.as_bytes()));
    let Some(value) = values.next() else { return Presented::Nothing };
    if values.next().is_some() {
        return Presented::Ambiguous;
    }
    match Token::parse(value) {
        // The prefix marks a token for programs, which never belongs into a cookie.
        Some(token) if !value.starts_with(API_PREFIX.as_bytes()) => Presented::Cookie(token),
        _ => Presented::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::{HeaderName, HeaderValue};

    use super::*;

    const COOKIE_NAME: &str = "__Host-Http-session";

    fn kind(fields: &[(HeaderName, String)]) -> &'static str {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        match Presented::read(&headers, COOKIE_NAME) {
            Presented::Nothing => "nothing",
            Presented::Cookie(_) => "cookie",
            Presented::Bearer(_) => "bearer",
            Presented::Malformed => "malformed",
            Presented::Ambiguous => "ambiguous",
        }
    }

    #[test]
    fn token_is_read_from_one_place_and_only_whole() {
        let (token, api) = ("a".repeat(64), format!("sctl_{}", "a".repeat(64)));
        let cookie = |value: &str| (COOKIE, format!("{COOKIE_NAME}={value}"));
        let bearer = |value: &str| (AUTHORIZATION, format!("Bearer {value}"));
        for (fields, expected) in [
            (vec![], "nothing"),
            (vec![cookie(&token)], "cookie"),
            (vec![(COOKIE, format!("a=b; {COOKIE_NAME}={token}; c=d"))], "cookie"),
            (vec![cookie(&token.to_uppercase())], "malformed"),
            (vec![cookie(&token[1..])], "malformed"),
            (vec![cookie(&format!("\"{token}\""))], "malformed"),
            (vec![cookie(&api)], "malformed"),
            (vec![cookie("")], "malformed"),
            (vec![(COOKIE, format!("__host-http-session={token}"))], "nothing"),
            (vec![(COOKIE, format!("x{COOKIE_NAME}={token}"))], "nothing"),
            (vec![(COOKIE, format!("a=b,{COOKIE_NAME}={token}"))], "nothing"),
            (vec![cookie(&format!("{token},{COOKIE_NAME}={token}"))], "malformed"),
            (vec![cookie(&token), cookie(&token)], "ambiguous"),
            (vec![cookie(&format!("{token}; {COOKIE_NAME}={token}"))], "ambiguous"),
            (vec![bearer(&api)], "bearer"),
            (vec![(AUTHORIZATION, format!("bEARER  {api} "))], "bearer"),
            (vec![bearer(&api), cookie(&token)], "bearer"),
            (vec![bearer(&api), bearer(&api)], "ambiguous"),
            (vec![bearer(&format!("{api}, Bearer {api}"))], "ambiguous"),
            (vec![bearer("sctl_short"), cookie(&token)], "malformed"),
            (vec![bearer("eyJhbGciOi.x.y"), cookie(&token)], "cookie"),
            (vec![(AUTHORIZATION, "Basic YTpi".to_owned()), cookie(&token)], "cookie"),
            (vec![(AUTHORIZATION, format!("Bearer{api}"))], "nothing"),
        ] {
            assert_eq!(kind(&fields), expected, "{fields:?}");
        }
    }
}
