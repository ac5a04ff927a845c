//! Text in which tokens are searched: each candidate occurs in it completely.

use sessionctl_core::model::token::hex_runs;

pub(crate) fn holds(bytes: &[u8]) {
    let runs = hex_runs(bytes);
    for token in runs.flat_map(|run| (0..).map_while(move |start| run.candidates(start)).flatten()) {
        let written = token.expose();
        assert!(bytes.windows(written.len()).any(|part| part == written.as_bytes()));
    }
}
