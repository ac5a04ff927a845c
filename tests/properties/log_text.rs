//! Text from which tokens are taken: each token found occurs in it completely.

use sessionctl_core::model::token::find_tokens;

pub(crate) fn holds(bytes: &[u8]) {
    for token in find_tokens(bytes) {
        let written = token.expose();
        assert!(bytes.windows(written.len()).any(|part| part == written.as_bytes()));
    }
}
