//! Texts that were wrapped at the end of a line: what is at both ends of a line and belongs to none of its words, and a
//! text without its line breaks. What is in the words is not decided here.

use zeroize::Zeroizing;

/// The text without its line breaks and what is around them; `None` where there is none. A text that was wrapped can be
/// in one line of another format, with its breaks escaped.
pub(crate) fn without_breaks(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
    if !text.iter().any(is_break) {
        return None;
    }
    let mut joined = Zeroizing::new(Vec::with_capacity(text.len()));
    for line in text.split(is_break) {
        let line = trim_line(line);
        joined.extend_from_slice(line.strip_suffix(b"\\").unwrap_or(line));
    }
    Some(joined)
}

/// The line without indentation, the marks of a quotation or a comment before it, and the quotes of a string.
#[must_use]
pub fn trim_line(line: &[u8]) -> &[u8] {
    let is_mark = |byte: &u8| {
        // The last two are a space that does not break.
        byte.is_ascii_whitespace() || matches!(byte, b'>' | b'|' | b'*' | b'"' | b'\'' | 0xC2 | 0xA0)
    };
    let line = without_comment_marks(line);
    let start = line.iter().position(|byte| !is_mark(byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|byte| !is_mark(byte)).map_or(start, |at| at + 1);
    &line[start..end.max(start)]
}

/// The line without the marks of comments and of changed lines, each with the space behind it: `//`, `#`, `--`, `+`.
fn without_comment_marks(line: &[u8]) -> &[u8] {
    let mut text = line.trim_ascii_start();
    loop {
        let mark = text.iter().take_while(|byte| byte.is_ascii_punctuation()).count();
        match text.get(mark) {
            Some(b' ') if (1..=3).contains(&mark) => text = text[mark..].trim_ascii_start(),
            _ => return text,
        }
    }
}
