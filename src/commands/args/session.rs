//! A session as an argument: an id or a token, and for `inspect` also a JWT or a cookie line.

use std::ffi::OsString;

use clap::builder::{OsStringValueParser, TypedValueParser, ValueParser, ValueParserFactory};

use super::TokenValue;
use super::token::TokenSource;

/// An id or a token; a token from the same places as a [`TokenValue`].
#[derive(Clone, Debug)]
pub struct SessionArg(pub(in crate::commands) TokenValue, pub(in crate::commands) Place);

/// Where a session is named, which decides what to write instead of something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) enum Place {
    /// Where one is expected.
    One,
    /// Among the ids of a selector, which may be a list.
    Ids,
    /// Among the exceptions of a selector, which may be a list.
    Except,
}

impl From<OsString> for SessionArg {
    fn from(argument: OsString) -> Self {
        SessionArg(argument.into(), Place::One)
    }
}

/// Refuses no value but an empty one, as for a token.
impl ValueParserFactory for SessionArg {
    type Parser = ValueParser;

    fn value_parser() -> ValueParser {
        OsStringValueParser::new()
            .try_map(|argument| TokenValue::not_empty(argument).map(SessionArg::one))
            .into()
    }
}

impl SessionArg {
    /// The sessions that the argument names: several where it is a list of ids with commas or spaces, as other selectors
    /// take; a shell may pass the lines of a list as one argument.
    pub(super) fn each(&self, place: Place) -> Vec<SessionArg> {
        let list = match &self.0.0 {
            TokenSource::Literal(bytes) => std::str::from_utf8(bytes).ok().and_then(ids_in),
            _ => None,
        };
        let each = list.unwrap_or_else(|| vec![self.clone()]);
        each.into_iter().map(|argument| SessionArg(argument.0, place)).collect()
    }

    /// The session of a token where one is expected.
    pub(in crate::commands) fn one(value: TokenValue) -> Self {
        SessionArg(value, Place::One)
    }
}

/// The ids of a list of at least two, or of one with a comma behind it.
fn ids_in(text: &str) -> Option<Vec<SessionArg>> {
    let is_separator = |letter: char| letter == ',' || letter.is_ascii_whitespace();
    let ids: Vec<&str> = text.split(is_separator).filter(|id| !id.is_empty()).collect();
    let are_ids = ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
    (text.contains(is_separator) && are_ids && !ids.is_empty())
        .then(|| ids.iter().map(|id| OsString::from(id).into()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        SessionArg::from(OsString::from(text)).each(Place::Ids).len()
    }

    #[test]
    fn list_of_ids_names_each_of_them() {
        assert_eq!(count("20,19"), 2);
        assert_eq!(count("20, 19,"), 2);
        assert_eq!(count("20\n19\n3"), 3);
        for single in ["20", "20,x", ",", "sctl_20,19", "-", "@20,19"] {
            assert_eq!(count(single), 1, "{single}");
        }
    }
}
