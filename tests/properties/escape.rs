//! Escaped text holds no byte that a terminal interprets.

use sessionctl::output::escape::{escape_controls, escape_text};

pub(crate) fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    assert!(!escape_text(text).chars().any(obeyed));
    assert!(!escape_controls(text).chars().any(|c| obeyed(c) && c != '\n' && c != '\t'));
}

fn obeyed(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
