#![no_main]

use libfuzzer_sys::fuzz_target;
use sessionctl::domain::token::find_tokens;

fuzz_target!(|text: &[u8]| {
    for token in find_tokens(text) {
        let written = token.expose();
        assert!(text.windows(written.len()).any(|part| part == written.as_bytes()));
    }
});
