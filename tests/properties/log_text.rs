//! Text in which tokens are searched: each candidate occurs in it completely, and each other reading of it is shorter and
//! holds what can be a token.

use sessionctl_core::model::redact::{holds_token, redact_tokens};
use sessionctl_core::model::token::hex_runs;
use sessionctl_wire::readings::{TOKEN_DIGITS, readings};

pub(crate) fn holds(bytes: &[u8]) {
    let runs = hex_runs(bytes);
    for token in runs.flat_map(|run| (0..).map_while(move |start| run.candidates(start)).flatten()) {
        let written = token.expose();
        assert!(bytes.windows(written.len()).any(|part| part == written.as_bytes()));
    }
    for reading in readings(bytes) {
        assert!(reading.len() <= bytes.len());
        let is_hex = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
        assert!(reading.split(|byte| !is_hex(byte)).any(|run| run.len() >= TOKEN_DIGITS));
    }
    // What comes to rest holds none of them.
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(!holds_token(&redact_tokens(text)), "{text:?}");
    }
}
