//! Takes out of a message what may be a secret: a token typed in the wrong place is otherwise repeated by the
//! message that refuses it, and stays in a log. Only text is known here, not where it came from.

use sessionctl_core::model::token::looks_like_token;
use sessionctl_wire::jwt::looks_like_jwt;

/// What stands in place of a secret.
pub(super) const HIDDEN: &str = "[hidden]";
/// Words of this length with both letters and digits are more likely a credential than a name.
const LONG_WORD: usize = 20;

/// The text without the words that have the shape of this program's tokens or of a JWT.
pub(super) fn redact_tokens(text: &str) -> String {
    replace_words(text, |word| looks_like_token(word) || looks_like_jwt(word))
}

/// The text also without words that look like the credentials of other programs: for what the user typed and
/// nobody could make sense of.
pub(super) fn redact_credentials(text: &str) -> String {
    replace_words(text, |word| {
        looks_like_token(word)
            || looks_like_jwt(word)
            || word.len() >= LONG_WORD
                && word.bytes().any(|byte| byte.is_ascii_digit())
                && word.bytes().any(|byte| byte.is_ascii_alphabetic())
    })
}

fn replace_words(text: &str, is_secret: impl Fn(&str) -> bool) -> String {
    let of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let inside = of_word(first);
        let end = rest.find(|c| of_word(c) != inside).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        rest = behind;
        // A flag's dashes and a sentence's full stop are no part of a secret.
        let whole = run.trim_start_matches('-');
        let core = whole.trim_end_matches('.');
        // An unsigned JWT does end with one.
        if inside && (is_secret(core) || is_secret(whole)) {
            clean.push_str(&run[..run.len() - whole.len()]);
            clean.push_str(HIDDEN);
            clean.push_str(&whole[core.len()..]);
        } else {
            clean.push_str(run);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

    #[test]
    fn tokens_are_hidden_wherever_they_stand() {
        for frame in
            ["{}", "'{}'", "\"{}\" found.", "--token={}", "a {}. b", "Cookie: s={}; x=1", "é{}é", "-{}"]
        {
            for secret in
                [TOKEN, &format!("sctl_{TOKEN}"), &TOKEN.to_uppercase(), "eyJhbGciOiJub25lIn0.eyJhIjoxfQ."]
            {
                if secret.ends_with('.') && !matches!(frame, "{}" | "'{}'") {
                    continue;
                }
                let shown = redact_tokens(&frame.replace("{}", secret));
                assert!(!shown.contains(secret.trim_end_matches('.')), "{shown}");
                assert!(shown.contains(HIDDEN), "{shown}");
            }
        }
    }

    #[test]
    fn plain_words_stay() {
        let text = "no user 'alice'; write 2026-01-31T12:00:00Z, --absolute-expires-at or 42.";
        assert_eq!(redact_tokens(text), text);
        assert_eq!(redact_credentials(text), text);
        assert_eq!(redact_credentials("'ghp_16C7e42F292c6912E7710c838347Ae178B4a'"), "'[hidden]'");
    }
}
