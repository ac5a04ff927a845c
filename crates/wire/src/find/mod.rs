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

mod command;
mod finds;
mod found;
mod json;
mod line;

pub use found::{FindError, Form, Found, IsToken};

use zeroize::Zeroizing;

use crate::cookie::begins_http_message;
use crate::text::{decode, unwrapped};
use finds::Finds;

/// Finds the one token in `text`. The name [`crate::cookie::DEFAULT_NAME`] decides between several cookies.
///
/// # Errors
/// [`FindError`], by what the text holds instead.
pub fn find_token(text: &[u8], is_token: IsToken<'_>) -> Result<Found, FindError> {
    find(text, is_token, |found| !found.is_jwt, FindError::IsJwt)
}

/// Finds the one JWT in `text`. Its content is not checked.
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
    let text = decode(bytes).ok_or(FindError::NotText)?;
    let text = unwrapped(&text);
    if text.is_empty() {
        return Err(FindError::Empty);
    }
    let mut finds = Finds::new(is_token);
    if begins_http_message(text.lines().next().unwrap_or_default()) {
        collect_http(text, &mut finds);
    } else if !json::collect(text, &mut finds) && !command::collect_command(text, &mut finds) {
        text.lines().for_each(|line| line::collect(line, &mut finds));
    }
    finds.choose(is_wanted, other_kind)
}

/// Collects from HTTP messages with their redirects: from each head, and from a body that is JSON. Any other body is a
/// page, and may hold any digits.
fn collect_http(text: &str, finds: &mut Finds<'_>) {
    let mut lines = text.lines().peekable();
    while lines.peek().is_some_and(|line| begins_http_message(line)) {
        let head = lines.by_ref().take_while(|line| !line.trim().is_empty());
        head.for_each(|line| line::collect(line, finds));
    }
    let body = Zeroizing::new(lines.collect::<Vec<_>>().join("\n"));
    json::collect(unwrapped(&body), finds);
}

#[cfg(test)]
mod tests;
