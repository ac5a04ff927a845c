//! Replaces text that has the shape of a token or a JWT, before the text comes to rest as a reason, a label, an app or
//! a user agent: whoever reads a log, a list or a backup later would hold the token. Also what decides that shape for
//! names, which are refused instead, because two replaced names would be one. What a message repeats of the arguments
//! belongs to the front.

use std::borrow::Cow;

use sessionctl_wire::jwt::looks_like_jwt;
use sessionctl_wire::readings::{TOKEN_DIGITS, readings};

/// What is written in place of a secret.
pub const HIDDEN: &str = "[hidden]";

/// The lengths of a token that was copied with a slip: a digit lost, doubled or mistyped, or the prefix damaged.
const SLIPPED_TOKEN_BYTES: std::ops::RangeInclusive<usize> = 60..=72;

/// A word with more characters that are no hex digits is no token with a slip.
const MAX_SLIPS: usize = 4;

/// The text with [`HIDDEN`] in place of each word that holds a token, a token with a slip in it, or a JWT.
#[must_use]
pub fn redact_tokens(text: &str) -> Cow<'_, str> {
    // Nearly every text is shorter than the shortest secret, and this is asked for each event.
    if text.len() < *SLIPPED_TOKEN_BYTES.start() && !text.contains("eyJ") {
        return Cow::Borrowed(text);
    }
    match replace_words(text, is_secret) {
        Cow::Borrowed(text) => redact_hidden(text),
        Cow::Owned(text) => Cow::Owned(redact_hidden(&text).into_owned()),
    }
}

/// The text without tokens whose digits are escaped or encoded: whoever holds the text has them in a moment.
fn redact_hidden(text: &str) -> Cow<'_, str> {
    if readings(text.as_bytes()).is_empty() {
        return Cow::Borrowed(text);
    }
    let hides = |part: &str| !readings(part.as_bytes()).is_empty();
    let parts = text.split_inclusive(char::is_whitespace).map(|part| {
        let word = part.trim_end();
        if hides(word) { format!("{HIDDEN}{}", &part[word.len()..]) } else { part.to_owned() }
    });
    let clean: String = parts.collect();
    Cow::Owned(if hides(&clean) { HIDDEN.to_owned() } else { clean })
}

/// Whether [`redact_tokens`] would replace a part of the text.
#[must_use]
pub fn holds_token(text: &str) -> bool {
    matches!(redact_tokens(text), Cow::Owned(_))
}

fn is_secret(word: &str) -> bool {
    holds_hex_run(word) || is_slipped_token(word, SLIPPED_TOKEN_BYTES) || looks_like_jwt(word)
}

/// Whether the word holds as many hex digits in a row as a token has. Upper case counts: it is undone in a moment.
fn holds_hex_run(word: &str) -> bool {
    let runs = word.split(|letter: char| !letter.is_ascii_hexdigit());
    runs.into_iter().any(|run| run.len() >= TOKEN_DIGITS)
}

/// Whether the word has one of these lengths in bytes, and only a few of its characters keep it from being hex digits.
#[must_use]
pub fn is_slipped_token(word: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&word.len())
        && word.chars().filter(|letter| !letter.is_ascii_hexdigit()).count() <= MAX_SLIPS
}

/// The text with [`HIDDEN`] in place of each word that is a secret. A word is a run of ASCII letters, digits, `_`, `-`
/// and `.`; the dashes before an option and the full stop of a sentence are no part of a secret.
#[must_use]
pub fn replace_words(text: &str, is_secret: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut clean = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let inside = of_word(first);
        let end = rest.find(|c| of_word(c) != inside).unwrap_or(rest.len());
        let whole = rest[..end].trim_start_matches('-');
        let core = whole.trim_end_matches('.');
        // An unsigned JWT ends with a full stop.
        if inside && (is_secret(core) || is_secret(whole)) {
            let start = at + end - whole.len();
            clean.push_str(&text[copied..start]);
            clean.push_str(HIDDEN);
            copied = start + core.len();
        }
        at += end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    clean.push_str(&text[copied..]);
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

    #[test]
    fn redact_tokens_replaces_a_token_whatever_touches_it() {
        for frame in
            ["{}", "leak of {}.", "a%3d{}%26b", "sctl_{}", "xyz{}xyz", "--t={}", "é{}é", "app-{}", "{}0"]
        {
            for token in [TOKEN.to_owned(), TOKEN.to_uppercase()] {
                let clean = redact_tokens(&frame.replace("{}", &token)).into_owned();
                assert!(!clean.contains(&token) && clean.contains(HIDDEN), "{clean}");
            }
        }
        assert_eq!(
            redact_tokens(&format!("same leak as {TOKEN}, and {TOKEN}.")),
            "same leak as [hidden], and [hidden]."
        );
        assert_eq!(redact_tokens("x eyJhbGciOiJub25lIn0.eyJhIjoxfQ. y"), "x [hidden]. y");
    }

    #[test]
    fn redact_tokens_replaces_a_token_with_a_slip() {
        for slip in [
            format!("O{}", &TOKEN[1..]),
            format!("{}-{}", &TOKEN[..32], &TOKEN[32..]),
            format!("sctl{TOKEN}"),
            TOKEN[..62].to_owned(),
        ] {
            assert!(holds_token(&slip), "{slip}");
        }
    }

    #[test]
    fn redact_tokens_replaces_a_token_that_is_encoded() {
        let percent: String = TOKEN.bytes().map(|digit| format!("%{digit:02x}")).collect();
        assert_eq!(redact_tokens(&format!("a leak: /?t={percent} of today")), "a leak: [hidden] of today");
        let wrapped = |by: &str| format!("{}{by}{}", &TOKEN[..30], &TOKEN[30..]);
        for digits in [
            hex::encode(TOKEN),
            percent.replace('%', "\\x"),
            percent.replace('%', "%25"),
            wrapped("\n> "),
            wrapped("\\r\\n"),
            wrapped("%0A"),
        ] {
            assert!(holds_token(&digits), "{digits}");
        }
        // "user:" and the token, as HTTP's Basic authentication sends them.
        let basic =
            "dXNlcjphMWIyYzNkNGU1ZjZhN2I4YzlkMGUxZjJhM2I0YzVkNmU3ZjhhOWIwYzFkMmUzZjRhNWI2YzdkOGU5ZjBhMWIy";
        assert_eq!(redact_tokens(&format!("Authorization: Basic {basic}")), "Authorization: Basic [hidden]");
    }

    #[test]
    fn redact_tokens_keeps_other_text() {
        for text in [
            "",
            "lost phone",
            "deployed 3f2a9c1e5b7d8f60a1b2c3d4e5f60718293a4b5c",
            "550e8400-e29b-41d4-a716-446655440000",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
            "a-very-long-name-of-a-user-who-has-a-hyphen-everywhere-and-more-letters",
        ] {
            assert_eq!(redact_tokens(text), text);
            assert!(!holds_token(text));
        }
    }
}
