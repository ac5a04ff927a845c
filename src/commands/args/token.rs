//! A token as an argument. It is never a parse error, unless it is empty: the parser repeats what it refuses, so every
//! text is accepted here and checked where nothing is repeated ([`crate::commands::input`]).

use std::ffi::OsString;
use std::fmt;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser, ValueParser, ValueParserFactory};
use zeroize::Zeroizing;

use super::list_value::EmptyValue;

/// Where a token, or a value in its place, is read from.
#[derive(Clone)]
pub struct TokenValue(pub(in crate::commands) TokenSource);

/// The places a token is read from.
#[derive(Clone)]
pub(in crate::commands) enum TokenSource {
    Literal(Zeroizing<Vec<u8>>),
    Stdin,
    File(PathBuf),
    Environment,
}

/// What stands for a value that is left out behind an option: no argument can hold a NUL.
pub(crate) const LEFT_OUT: &str = "\0";

impl TokenValue {
    /// Whether the value is left out.
    pub(in crate::commands) fn is_left_out(&self) -> bool {
        matches!(self.0, TokenSource::Environment)
    }

    /// The argument, where it holds the value itself. It may be a secret: whoever copies it must know that it is none.
    pub(in crate::commands) fn written(&self) -> Option<&[u8]> {
        match &self.0 {
            TokenSource::Literal(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl From<OsString> for TokenValue {
    fn from(argument: OsString) -> Self {
        TokenValue(match argument.as_bytes() {
            _ if argument == LEFT_OUT => TokenSource::Environment,
            b"-" => TokenSource::Stdin,
            [b'@', path @ ..] if !path.is_empty() => {
                TokenSource::File(OsString::from_vec(path.to_vec()).into())
            }
            _ => TokenSource::Literal(Zeroizing::new(argument.into_vec())),
        })
    }
}

/// Refuses no value but an empty one, which is no secret: the parser names the argument that it was given for.
impl ValueParserFactory for TokenValue {
    type Parser = ValueParser;

    fn value_parser() -> ValueParser {
        OsStringValueParser::new().try_map(TokenValue::not_empty).into()
    }
}

impl TokenValue {
    /// The value, unless it is empty.
    ///
    /// # Errors
    /// [`EmptyValue`].
    pub(super) fn not_empty(argument: OsString) -> Result<Self, EmptyValue> {
        if argument.as_bytes().trim_ascii().is_empty() { Err(EmptyValue) } else { Ok(argument.into()) }
    }
}

/// Shows where the value comes from, never the value.
impl fmt::Debug for TokenValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            TokenSource::Literal(_) => "TokenValue(..)",
            TokenSource::Stdin => "TokenValue(-)",
            TokenSource::File(_) => "TokenValue(@..)",
            TokenSource::Environment => "TokenValue($)",
        })
    }
}

/// A token that may be left out where `SESSIONCTL_TOKEN` is set.
#[derive(Debug, Args)]
pub struct TokenArg {
    /// The token: - reads standard input, @FILE a file; without it, SESSIONCTL_TOKEN
    #[arg(value_name = "TOKEN")]
    pub(in crate::commands) token: Option<TokenValue>,
}

impl TokenArg {
    /// Whether the arguments name one.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.token.is_some()
    }
}
