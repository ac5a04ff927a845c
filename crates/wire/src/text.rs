//! Bytes as text, and what surrounds a token in it: byte order marks, white space and quotes. No form is recognised
//! here.

use zeroize::Zeroizing;

/// Reads UTF-8, or UTF-16 as PowerShell writes it, and drops a byte order mark. `None` for other bytes. The text is
/// wiped when dropped, because it may be a secret.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).ok()?.to_owned(),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        // ASCII without a mark: every second byte is zero, which no token and no header field contains.
        [first, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes)?,
        [0, second, ..] if *second != 0 => utf16(bytes, u16::from_be_bytes)?,
        _ => std::str::from_utf8(bytes).ok()?.to_owned(),
    };
    Some(Zeroizing::new(text))
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Option<String> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let units = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
    // In one allocation, so that growing leaves no copy behind; UTF-8 needs at most three bytes for a unit.
    let mut text = String::with_capacity(bytes.len() / 2 * 3);
    for unit in char::decode_utf16(units) {
        text.push(unit.ok()?);
    }
    Some(text)
}

/// The pairs in which a text is quoted: in programs, in typography, and as an address in mail.
const QUOTES: [(char, char); 12] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('\u{201c}', '\u{201d}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{201d}', '\u{201d}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{201a}', '\u{2018}'),
    ('\u{ab}', '\u{bb}'),
    ('\u{bb}', '\u{ab}'),
    ('\u{2039}', '\u{203a}'),
    ('<', '>'),
];

/// Removes white space and matching quotes from both ends, and the `;` or `,` behind them, in any order and number.
pub(crate) fn unwrapped(text: &str) -> &str {
    let mut inner = trimmed(text);
    let without_quotes = |text| {
        let strip = |(open, close)| str::strip_prefix(text, open)?.strip_suffix(close);
        QUOTES.into_iter().find_map(strip)
    };
    while let Some(rest) = without_quotes(inner) {
        inner = trimmed(rest);
    }
    inner
}

/// Removes white space, what separates a word from the next one, and the characters without width that a copy from a
/// document brings along.
fn trimmed(text: &str) -> &str {
    let is_blank = |c: char| c.is_whitespace() || matches!(c, '\0' | '\u{200B}' | '\u{FEFF}');
    text.trim_start_matches(is_blank).trim_end_matches(|c: char| is_blank(c) || matches!(c, ';' | ','))
}
