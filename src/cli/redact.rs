//! Takes out of a message what may be a secret: otherwise the message that rejects a token typed in the wrong place
//! repeats it, and it stays in a log. Where the text comes from does not belong here.

use std::borrow::Cow;

use sessionctl_core::model::redact::{is_slipped_token, redact_tokens, replace_words};
use sessionctl_core::model::token::looks_like_token;
use sessionctl_wire::jwt::looks_like_jwt;

pub(super) use sessionctl_core::model::redact::HIDDEN;

/// A word of this length with both letters and digits is more likely a credential than a name.
const MIN_CREDENTIAL_BYTES: usize = 20;
/// The lengths of a token with a slip in it, wider than in stored text: a message loses nothing. A UUID is shorter.
const NEAR_TOKEN_BYTES: std::ops::RangeInclusive<usize> = 40..=96;

/// The text without the words that have, or nearly have, the shape of this program's tokens or of a JWT.
pub(super) fn redact_message(text: &str) -> Cow<'_, str> {
    with_stored_rules(replace_words(text, is_token))
}

/// What is not stored is not shown either.
fn with_stored_rules(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => redact_tokens(text),
        Cow::Owned(text) => Cow::Owned(redact_tokens(&text).into_owned()),
    }
}

/// The text also without words that look like the credentials of other programs: for what the user typed and the
/// parser does not know.
pub(super) fn redact_credentials(text: &str) -> Cow<'_, str> {
    with_stored_rules(replace_words(text, |word| {
        is_token(word)
            || word.len() >= MIN_CREDENTIAL_BYTES
                && word.bytes().any(|byte| byte.is_ascii_digit())
                && word.bytes().any(|byte| byte.is_ascii_alphabetic())
    }))
}

fn is_token(word: &str) -> bool {
    looks_like_token(word) || is_slipped_token(word, NEAR_TOKEN_BYTES) || looks_like_jwt(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

    #[test]
    fn redact_message_hides_a_token_in_any_frame() {
        for frame in
            ["{}", "'{}'", "\"{}\" found.", "--token={}", "a {}. b", "Cookie: s={}; x=1", "é{}é", "-{}"]
        {
            for secret in
                [TOKEN, &format!("sctl_{TOKEN}"), &TOKEN.to_uppercase(), "eyJhbGciOiJub25lIn0.eyJhIjoxfQ."]
            {
                if secret.ends_with('.') && !matches!(frame, "{}" | "'{}'") {
                    continue;
                }
                let text = frame.replace("{}", secret);
                let shown = redact_message(&text);
                assert!(!shown.contains(secret.trim_end_matches('.')), "{shown}");
                assert!(shown.contains(HIDDEN), "{shown}");
            }
        }
    }

    #[test]
    fn redact_keeps_plain_words() {
        let text = "no user 'alice'; write 2026-01-31T12:00:00Z, --absolute-expires-at or 42.";
        assert_eq!(redact_message(text), text);
        assert_eq!(redact_credentials(text), text);
        assert_eq!(redact_credentials("'ghp_16C7e42F292c6912E7710c838347Ae178B4a'"), "'[hidden]'");
    }

    #[test]
    fn redact_message_hides_a_token_with_a_slip_and_keeps_other_long_words() {
        for slip in [
            format!("O{}", &TOKEN[1..]),
            format!("{}l{}", &TOKEN[..30], &TOKEN[31..]),
            TOKEN[..50].to_owned() + "-xyz",
        ] {
            assert_eq!(redact_message(&format!("no user '{slip}'")), "no user '[hidden]'");
        }
        let percent: String = TOKEN.bytes().map(|digit| format!("%{digit:02x}")).collect();
        assert_eq!(redact_message(&format!("no user '{percent}' here")), "no user [hidden] here");
        assert_eq!(redact_credentials(&percent), "[hidden]");
        for kept in [
            "550e8400-e29b-41d4-a716-446655440000",
            "a-very-long-name-of-a-user-who-has-a-hyphen-everywhere",
            "authenticated_at,last_seen_at,expires_at,absolute_expires_at",
        ] {
            assert_eq!(redact_message(kept), kept);
        }
    }
}
