//! The result of a search: what was found in which form, or why nothing was.

use secrecy::SecretString;
use thiserror::Error;

/// The test of whether a word has the exact shape of a token.
pub type IsToken<'a> = &'a dyn Fn(&str) -> bool;

/// The form in which a token was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// The token alone, perhaps in quotes.
    Bare,
    /// Behind `Bearer`, or in a header field that carries a token.
    Bearer,
    /// The value of a cookie: in a header field, in a curl configuration, or as `name=value`.
    Cookie,
    /// The value of a cookie in a Netscape cookie jar.
    Jar,
    /// A string in a JSON document.
    Json,
}

/// A token or a JWT, and where it was. The value is a secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Found {
    /// The token or JWT, without anything around it.
    pub value: SecretString,
    /// The form in which it was found.
    pub form: Form,
    /// Whether the value is a JWT, and not a token.
    pub is_jwt: bool,
}

/// Why no single token was found. No message repeats any part of the text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindError {
    /// There is nothing but white space.
    #[error("no token was given")]
    Empty,
    /// The bytes are neither UTF-8 nor UTF-16.
    #[error("that is not text: it is neither UTF-8 nor UTF-16")]
    NotText,
    /// There is no token in a known form.
    #[error("that does not look like a token")]
    NotAToken,
    /// A part looks like a token, but is damaged or inside other text.
    #[error("a part of that looks like a token, but is damaged or inside other text")]
    Unclear,
    /// This many different tokens, and no way to choose.
    #[error("that holds {0} tokens where one is expected")]
    Several(usize),
    /// There is a JWT, but the caller asked for a token.
    #[error("that is a JWT, not a session token")]
    IsJwt,
    /// There is a token, but the caller asked for a JWT.
    #[error("that is a session token, not a JWT")]
    IsToken,
}
