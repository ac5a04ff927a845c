//! A session as an argument: an id or a token, and for `inspect` also a JWT or a cookie line.

use std::ffi::OsString;

use super::TokenValue;

/// An id or a token; a token from the same places as a [`TokenValue`].
#[derive(Clone, Debug)]
pub struct SessionArg(pub(in crate::commands) TokenValue);

impl From<OsString> for SessionArg {
    fn from(argument: OsString) -> Self {
        SessionArg(argument.into())
    }
}
