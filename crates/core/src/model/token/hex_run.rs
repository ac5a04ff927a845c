//! Runs of hex digits in a text, in which tokens can be: whatever is written directly before or after a token, the run
//! contains it. Which of the candidates are tokens is the database's to say.

use zeroize::Zeroizing;

use super::{API_PREFIX, HEX_DIGITS, Token};

/// A run of at least 64 lowercase hex digits, as long as it is.
#[derive(Clone, Copy)]
pub struct HexRun<'a> {
    digits: &'a [u8],
    has_prefix: bool,
}

impl HexRun<'_> {
    /// Whether the run has the exact length of a token. A longer one is a token inside other digits, or something else.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.digits.len() == HEX_DIGITS
    }

    /// The tokens that begin at this digit: none behind the last possible place, and two for the first digits behind
    /// the prefix of API tokens.
    #[must_use]
    pub fn candidates(&self, start: usize) -> Option<Vec<Token>> {
        let digits = self.digits.get(start..start + HEX_DIGITS)?;
        let prefixed =
            (start == 0 && self.has_prefix).then(|| Zeroizing::new([API_PREFIX.as_bytes(), digits].concat()));
        let texts = prefixed.as_deref().map(Vec::as_slice).into_iter().chain([digits]);
        Some(texts.filter_map(Token::parse).collect())
    }

    /// Where the next token can begin behind one that began at `start`.
    #[must_use]
    pub fn behind(start: usize) -> usize {
        start + HEX_DIGITS
    }
}

/// The runs of a text, in order.
pub fn hex_runs(text: &[u8]) -> impl Iterator<Item = HexRun<'_>> + '_ {
    let is_hex = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    let mut rest = 0;
    std::iter::from_fn(move || {
        loop {
            let start = rest + text[rest..].iter().position(is_hex)?;
            let length = text[start..].iter().take_while(|byte| is_hex(byte)).count();
            rest = start + length;
            if length >= HEX_DIGITS {
                let has_prefix = text[..start].ends_with(API_PREFIX.as_bytes());
                return Some(HexRun { digits: &text[start..rest], has_prefix });
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGITS: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

    #[test]
    fn candidates_hold_a_token_whatever_touches_it() {
        let token = Token::parse(DIGITS.as_bytes()).unwrap();
        for (before, after) in
            [("", ""), ("%3d", "%26"), ("\\x22", "\\x22"), ("deadbeef", "cafe"), ("sctl_", "")]
        {
            let text = format!("noise {before}{DIGITS}{after} noise");
            let runs: Vec<_> = hex_runs(text.as_bytes()).collect();
            assert_eq!(runs.len(), 1, "{text}");
            let found = (0..).map_while(|start| runs[0].candidates(start)).flatten();
            assert_eq!(found.filter(|found| found.digest().matches(&token.digest())).count(), 1, "{text}");
        }
    }

    #[test]
    fn candidates_hold_an_api_token_behind_its_prefix() {
        let text = format!("{API_PREFIX}{DIGITS}");
        let token = Token::parse(text.as_bytes()).unwrap();
        let run = hex_runs(text.as_bytes()).next().unwrap();
        assert!(run.is_exact());
        assert!(run.candidates(0).unwrap()[0].digest().matches(&token.digest()));
    }

    #[test]
    fn hex_runs_leave_out_shorter_ones() {
        for text in ["", "abc", &DIGITS[1..], &DIGITS.to_uppercase()] {
            assert_eq!(hex_runs(text.as_bytes()).count(), 0, "{text}");
        }
    }
}
