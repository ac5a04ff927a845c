//! A pasted log, or any text from which tokens are taken in: each token found stands in it, whole.

use sessionctl_core::model::token::find_tokens;

pub(crate) fn holds(bytes: &[u8]) {
    for token in find_tokens(bytes) {
        let written = token.expose();
        assert!(bytes.windows(written.len()).any(|part| part == written.as_bytes()));
    }
}
