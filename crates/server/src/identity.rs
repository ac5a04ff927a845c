//! The identity headers: what a proxy passes on to the application about an accepted request.

use std::fmt::Write as _;

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use sessionctl_core::model::session::Session;

/// The names, in the order of SERVE §3. Each recipe must set all of them, so that a client's own never pass.
pub(crate) static NAMES: [HeaderName; 5] = [
    HeaderName::from_static("remote-user"),
    HeaderName::from_static("remote-session"),
    HeaderName::from_static("remote-kind"),
    HeaderName::from_static("remote-scopes"),
    HeaderName::from_static("remote-auth-time"),
];

/// Visible ASCII passes, except for the sign of an escape itself. A user name may contain any letter, and line breaks.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'%');

/// Adds all identity headers, the empty ones too: where one is missing, some proxies pass the client's own on.
pub(crate) fn add(headers: &mut HeaderMap, session: Option<&Session>) {
    let values = match session {
        None => [const { String::new() }; 5],
        Some(session) => [
            session.user.as_ref().map(|name| escape(name.as_str())).unwrap_or_default(),
            session.id.to_string(),
            session.kind.as_str().to_owned(),
            scopes(&session.scopes),
            session.authenticated_at.map(|at| at.unix().to_string()).unwrap_or_default(),
        ],
    };
    for (name, value) in NAMES.iter().zip(values) {
        // What is escaped is always the value of a field.
        headers.insert(name.clone(), HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("")));
    }
}

fn escape(text: &str) -> String {
    percent_encode(text.as_bytes(), ESCAPED).to_string()
}

fn scopes(scopes: &[String]) -> String {
    let mut text = String::new();
    for scope in scopes {
        let separator = if text.is_empty() { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}{}", escape(scope));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_leaves_visible_ascii_and_escapes_the_rest() {
        assert_eq!(escape("alice@example.org"), "alice@example.org");
        assert_eq!(escape("J\u{f6}rg 100%\r\n\u{7f}"), "J%C3%B6rg%20100%25%0D%0A%7F");
    }

    #[test]
    fn all_names_are_there_without_a_session() {
        let mut headers = HeaderMap::new();
        add(&mut headers, None);
        assert!(NAMES.iter().all(|name| headers.get(name).is_some_and(HeaderValue::is_empty)));
    }
}
