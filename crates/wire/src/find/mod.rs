//! Finds the one token, or the one JWT, in text that a user hands over: bare, in any form in which this program
//! writes it, or as the web shows it. Only the form of the text is known here. What a token looks like is the
//! caller's to say, and whether it opens a session is the database's.
//!
//! ```
//! use secrecy::ExposeSecret as _;
//! use sessionctl_wire::find::{find_token, FindError, Form};
//!
//! let is_token = |word: &str| word.len() == 4 && word.bytes().all(|b| b.is_ascii_hexdigit());
//! let found = find_token(b"Authorization: Bearer \"beef\"\r\n", &is_token)?;
//! assert_eq!((found.value.expose_secret(), found.form), ("beef", Form::Bearer));
//! assert_eq!(find_token(b"beef\ncafe\n", &is_token).unwrap_err(), FindError::Several(2));
//! # Ok::<(), FindError>(())
//! ```

mod json;
mod line;
mod text;

use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use crate::cookie::DEFAULT_NAME;
use crate::jwt::looks_like_jwt;

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

/// Finds the one token in `text`. The name [`crate::cookie::DEFAULT_NAME`] decides between several cookies.
///
/// # Errors
/// [`FindError`], by what the text holds instead.
pub fn find_token(text: &[u8], is_token: IsToken<'_>) -> Result<Found, FindError> {
    find(text, is_token, |found| !found.is_jwt, FindError::IsJwt)
}

/// Finds the one JWT in `text`, of whatever content.
///
/// # Errors
/// [`FindError`], by what the text holds instead.
pub fn find_jwt(text: &[u8], is_token: IsToken<'_>) -> Result<Found, FindError> {
    find(text, is_token, |found| found.is_jwt, FindError::IsToken)
}

/// Finds the one token or JWT in `text`.
///
/// # Errors
/// [`FindError`], by what the text holds instead.
pub fn find_token_or_jwt(text: &[u8], is_token: IsToken<'_>) -> Result<Found, FindError> {
    find(text, is_token, |_| true, FindError::NotAToken)
}

fn find(
    bytes: &[u8],
    is_token: IsToken<'_>,
    is_wanted: impl Fn(&Found) -> bool,
    other_kind: FindError,
) -> Result<Found, FindError> {
    let text = text::decode(bytes).ok_or(FindError::NotText)?;
    let text = text::unwrapped(&text);
    if text.is_empty() {
        return Err(FindError::Empty);
    }
    let mut finds = Finds::new(is_token);
    if !json::collect(text, &mut finds) {
        text.lines().for_each(|line| line::collect(line, &mut finds));
    }
    finds.choose(is_wanted, other_kind)
}

/// What was found so far. A word counts once, however often the text repeats it.
struct Finds<'a> {
    is_token: IsToken<'a>,
    /// In a place that is made for the session's token.
    expected: Vec<Found>,
    /// In a cookie of another name, which counts only where there is nothing better.
    possible: Vec<Found>,
    is_unclear: bool,
}

impl<'a> Finds<'a> {
    fn new(is_token: IsToken<'a>) -> Self {
        Finds { is_token, expected: Vec::new(), possible: Vec::new(), is_unclear: false }
    }

    /// Takes `word` if it is a token or a JWT. Returns whether it is one.
    fn take(&mut self, word: &str, form: Form) -> bool {
        add(&mut self.expected, word, form, self.is_token)
    }

    /// Takes the value of a cookie if it is a token or a JWT. Returns whether it is one.
    fn take_cookie(&mut self, name: &str, value: &str, form: Form) -> bool {
        let finds = if name == DEFAULT_NAME { &mut self.expected } else { &mut self.possible };
        add(finds, value, form, self.is_token)
    }

    /// Notes text in which nothing was recognised, and that may hold a secret nevertheless.
    fn pass_over(&mut self, text: &str) {
        self.is_unclear |= text::hides_secret(text, self.is_token);
    }

    fn choose(self, is_wanted: impl Fn(&Found) -> bool, other_kind: FindError) -> Result<Found, FindError> {
        let is_empty = self.expected.is_empty() && self.possible.is_empty();
        for finds in [self.expected, self.possible] {
            let mut wanted: Vec<Found> = finds.into_iter().filter(&is_wanted).collect();
            match (wanted.len(), self.is_unclear) {
                (0, _) => {}
                (1, false) => return wanted.pop().ok_or(FindError::NotAToken),
                (1, true) => return Err(FindError::Unclear),
                (several, _) => return Err(FindError::Several(several)),
            }
        }
        Err(match (is_empty, self.is_unclear) {
            (false, _) => other_kind,
            (true, true) => FindError::Unclear,
            (true, false) => FindError::NotAToken,
        })
    }
}

fn add(finds: &mut Vec<Found>, word: &str, form: Form, is_token: IsToken<'_>) -> bool {
    let is_jwt = looks_like_jwt(word);
    if !is_jwt && !is_token(word) {
        return false;
    }
    if finds.iter().all(|found| found.value.expose_secret() != word) {
        finds.push(Found { value: SecretString::from(word), form, is_jwt });
    }
    true
}

#[cfg(test)]
mod tests;
