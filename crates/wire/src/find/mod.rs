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

mod arguments;
mod command;
mod finds;
mod found;
mod json;
mod line;
mod literals;

pub use found::{FindError, Form, Found, IsToken};

use zeroize::Zeroizing;

use crate::http::{Part, parts};
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
    if !json::collect(text, &mut finds) {
        let rest = command::collect_commands(text, &mut finds);
        collect_lines(rest.as_ref().map_or(text, |rest| rest.as_str()), &mut finds);
    }
    match finds.choose(&is_wanted, other_kind) {
        Err(unknown @ (FindError::NotAToken | FindError::Unclear)) => {
            let mut finds = Finds::new(is_token);
            let is_program = literals::collect_literals(text, &mut finds);
            let found = if is_program { finds.choose(is_wanted, other_kind) } else { Err(unknown) };
            found.map_err(|error| if error == FindError::NotAToken { unknown } else { error })
        }
        found => found,
    }
}

/// Collects from lines and from the HTTP messages among them: from each head, and from a body that is JSON. Any other
/// body is a page, and may hold any digits.
fn collect_lines(text: &str, finds: &mut Finds<'_>) {
    let mut body = Vec::new();
    for (_, part, line) in parts(text) {
        match part {
            Part::Outside | Part::Head => line::collect(line, finds),
            Part::Body => body.push(line),
        }
    }
    let body = Zeroizing::new(body.join("\n"));
    json::collect(unwrapped(&body), finds);
}

#[cfg(test)]
mod tests;
