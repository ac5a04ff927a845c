//! Collects what the readers of each form find, and chooses the one that is meant.

use secrecy::{ExposeSecret as _, SecretString};

use super::found::{FindError, Form, Found, IsToken};
use crate::cookie::DEFAULT_NAME;
use crate::jwt::looks_like_jwt;

/// Hexadecimal digits in a row that are more likely a damaged token than anything else.
const MIN_SECRET_DIGITS: usize = 32;

/// What was found so far. A word counts once, however often the text repeats it.
pub(super) struct Finds<'a> {
    pub(super) is_token: IsToken<'a>,
    /// In a place for the session's token.
    expected: Vec<Found>,
    /// In a cookie of another name, which counts only if there is nothing better.
    possible: Vec<Found>,
    /// Words in text of no known form that look like a token or a part of one.
    suspects: Vec<SecretString>,
}

impl<'a> Finds<'a> {
    pub(super) fn new(is_token: IsToken<'a>) -> Self {
        Finds { is_token, expected: Vec::new(), possible: Vec::new(), suspects: Vec::new() }
    }

    /// Takes `word` if it is a token or a JWT. Returns whether it is one.
    pub(super) fn take(&mut self, word: &str, form: Form) -> bool {
        add(&mut self.expected, word, form, self.is_token)
    }

    /// Takes the value of a cookie if it is a token or a JWT. Returns whether it is one.
    pub(super) fn take_cookie(&mut self, name: &str, value: &str, form: Form) -> bool {
        let finds = if name == DEFAULT_NAME { &mut self.expected } else { &mut self.possible };
        add(finds, value, form, self.is_token)
    }

    /// Notes text in which nothing was recognised, and that may hold a token nevertheless.
    pub(super) fn pass_over(&mut self, text: &str) {
        self.suspects.extend(suspects(text, self.is_token).map(SecretString::from));
    }

    /// Notes the tokens in text where none is expected; other digits there mean nothing.
    pub(super) fn pass_over_tokens(&mut self, text: &str) {
        let is_token = self.is_token;
        let tokens = suspects(text, is_token).filter(|word| is_token(word));
        self.suspects.extend(tokens.map(SecretString::from));
    }

    /// Whether there is a suspect that is not just a repetition of what was found.
    fn is_unclear(&self) -> bool {
        let found = || self.expected.iter().chain(&self.possible).map(|found| found.value.expose_secret());
        self.suspects.iter().any(|suspect| found().all(|value| value != suspect.expose_secret()))
    }

    pub(super) fn choose(
        self,
        is_wanted: impl Fn(&Found) -> bool,
        other_kind: FindError,
    ) -> Result<Found, FindError> {
        let is_empty = self.expected.is_empty() && self.possible.is_empty();
        let is_unclear = self.is_unclear();
        for finds in [self.expected, self.possible] {
            let mut wanted: Vec<Found> = finds.into_iter().filter(&is_wanted).collect();
            match (wanted.len(), is_unclear) {
                (0, _) => {}
                (1, false) => return wanted.pop().ok_or(FindError::NotAToken),
                (1, true) => return Err(FindError::Unclear),
                (several, _) => return Err(FindError::Several(several)),
            }
        }
        Err(match (is_empty, is_unclear) {
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

/// The words of `text` that are a token, or have enough digits to be a damaged one.
fn suspects<'t>(text: &'t str, is_token: IsToken<'_>) -> impl Iterator<Item = &'t str> {
    let has_digits = |word: &str| {
        word.split(|c: char| !c.is_ascii_hexdigit()).any(|digits| digits.len() >= MIN_SECRET_DIGITS)
    };
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(move |word| is_token(word) || has_digits(word))
}
