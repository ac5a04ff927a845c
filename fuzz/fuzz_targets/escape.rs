#![no_main]

use libfuzzer_sys::fuzz_target;
use sessionctl::output::escape::{escape_controls, escape_text};

fuzz_target!(|text: &str| {
    let obeyed = |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!escape_text(text).chars().any(obeyed));
    assert!(!escape_controls(text).chars().any(|c| obeyed(c) && c != '\n' && c != '\t'));
});
