//! Text made safe to show. Names, labels and user agents come from strangers, who may have put into them what a
//! terminal obeys, what turns a line around, or what cannot be seen. The rules of a format do not belong here.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Shows a stored value: what cannot be seen or would be obeyed, control characters as `\n`, `\x1b`, other invisible ones
/// as `\u{202e}`. Its backslashes are doubled where it needs this, and where one of them would be read as the beginning
/// of an escape: two values never look alike. Any other text is as it was stored, so that `DOMAIN\bob` can be copied. The
/// result holds no control character and no line break.
#[must_use]
pub fn escape_text(text: &str) -> Cow<'_, str> {
    // Every byte is examined, which is faster than to stop at the first that is not plain.
    if text.bytes().fold(true, |plain, byte| plain & (matches!(byte, b' '..=b'~') & (byte != b'\\'))) {
        return Cow::Borrowed(text);
    }
    rewrite(text, is_hidden, looks_escaped(text) || text.chars().any(is_hidden))
}

/// Shows a sentence that may hold values: as [`escape_text`], but a value that was escaped already is not escaped again.
#[must_use]
pub fn escape_sentence(text: &str) -> Cow<'_, str> {
    rewrite(text, is_hidden, text.chars().any(is_hidden))
}

/// Whether text holds what [`escape_text`] writes.
fn looks_escaped(text: &str) -> bool {
    let escapes =
        |pair: &[u8]| pair[0] == b'\\' && matches!(pair[1], b'\\' | b'n' | b'r' | b't' | b'x' | b'u');
    text.as_bytes().windows(2).any(escapes)
}

/// Shows the same characters as [`escape_text`], but leaves the line break, the tab and the backslash as they
/// are: for text that the program itself has laid out, in several lines or in columns.
#[must_use]
pub fn escape_controls(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return Cow::Borrowed(text);
    }
    rewrite(text, |c| !matches!(c, '\n' | '\t') && is_hidden(c), false)
}

/// Shows text where only ASCII can be shown: the signs that this program uses by their usual ASCII forms, every other
/// character as `\u{e9}`.
#[must_use]
pub fn to_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut ascii = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if c.is_ascii() => ascii.push(c),
            '§' => ascii.push_str("section "),
            '…' => ascii.push_str("..."),
            '·' => ascii.push('|'),
            '–' | '—' | '−' => ascii.push('-'),
            '→' => ascii.push_str("->"),
            '“' | '”' => ascii.push('"'),
            '‘' | '’' => ascii.push('\''),
            '≥' => ascii.push_str(">="),
            '≤' => ascii.push_str("<="),
            '×' => ascii.push('x'),
            c => {
                // Writing to a string cannot fail.
                let _ = write!(ascii, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    Cow::Owned(ascii)
}

fn rewrite(text: &str, escaped: impl Fn(char) -> bool, double_backslashes: bool) -> Cow<'_, str> {
    if !double_backslashes && !text.chars().any(&escaped) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        // Writing to a string cannot fail.
        let _ = match c {
            '\\' if double_backslashes => write!(safe, "\\\\"),
            c if !escaped(c) => write!(safe, "{c}"),
            '\n' => write!(safe, "\\n"),
            '\r' => write!(safe, "\\r"),
            '\t' => write!(safe, "\\t"),
            c if c.is_ascii() => write!(safe, "\\x{:02x}", u32::from(c)),
            c => write!(safe, "\\u{{{:x}}}", u32::from(c)),
        };
    }
    Cow::Owned(safe)
}

/// Whether a character is a control (C0, DEL, C1) or leaves nothing to be seen: the format characters (Unicode
/// general category Cf, without those that have a shape), the line and paragraph separators, and the rest of
/// `Default_Ignorable_Code_Point` (variation selectors, fillers, tags).
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5
            | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F
            | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
            | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A
            | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escape_text_shows_what_would_be_obeyed_or_not_seen() {
        for (text, expected) in [
            ("plain text, 100% ~", "plain text, 100% ~"),
            ("Zoë 東京 🦀", "Zoë 東京 🦀"),
            ("a\nb\tc\rd\0", r"a\nb\tc\rd\x00"),
            ("\x1b[31mred\x1b[0m\x07", r"\x1b[31mred\x1b[0m\x07"),
            ("\x7f\u{9b}2J", r"\x7f\u{9b}2J"),
            (r"C:\new", r"C:\\new"),
            (r"a\x1b", r"a\\x1b"),
            (r"\\host\share", r"\\\\host\\share"),
            (r"DOMAIN\bob", r"DOMAIN\bob"),
            (r"end\", r"end\"),
            ("C:\\new\x1b", r"C:\\new\x1b"),
            ("user\u{202e}nimda", r"user\u{202e}nimda"),
            ("a\u{200b}b\u{feff}c\u{ad}d", r"a\u{200b}b\u{feff}c\u{ad}d"),
            ("\u{2028}\u{2029}\u{61c}\u{2066}", r"\u{2028}\u{2029}\u{61c}\u{2066}"),
            ("x\u{fe0f}\u{e0041}\u{e01ef}\u{3164}", r"x\u{fe0f}\u{e0041}\u{e01ef}\u{3164}"),
        ] {
            assert_eq!(escape_text(text), expected);
        }
    }

    #[test]
    fn escape_controls_keeps_lines_and_backslashes() {
        assert_eq!(escape_controls("a\tb\nc\\d"), "a\tb\nc\\d");
        assert_eq!(escape_controls("é\n\x1b[2J\r\u{202e}"), "é\n\\x1b[2J\\r\\u{202e}");
    }

    #[test]
    fn escape_sentence_leaves_a_value_that_was_escaped_already() {
        for (value, expected) in [("a\x1b", r"a\x1b"), (r"a\x1b", r"a\\x1b"), (r"A\bob", r"A\bob")] {
            assert_eq!(escape_sentence(&escape_text(value)), expected);
        }
        assert_eq!(escape_sentence("user a\x1b\\ is"), r"user a\x1b\\ is");
    }

    #[test]
    fn to_ascii_replaces_signs_and_escapes_the_rest() {
        assert_eq!(to_ascii("RFC 6265 §5 · a…b"), "RFC 6265 section 5 | a...b");
        assert_eq!(to_ascii("Zoë"), r"Zo\u{eb}");
    }

    fn unescape(text: &str) -> String {
        let mut plain = String::new();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let hex = |digits: String| char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap();
            plain.push(match c {
                '\\' => match rest.next().unwrap() {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'x' => hex(rest.by_ref().take(2).collect()),
                    'u' => hex(rest.by_ref().skip(1).take_while(|c| *c != '}').collect()),
                    other => other,
                },
                c => c,
            });
        }
        plain
    }

    fn hostile() -> impl Strategy<Value = String> {
        let odd =
            prop::sample::select(vec!['\x1b', '\n', '\\', '\u{85}', '\u{202e}', '\u{200d}', 'x', 'u', '{']);
        prop::collection::vec(prop_oneof![any::<char>(), odd, prop::char::range('\0', '\u{ff}')], 0..40)
            .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn escape_text_hides_nothing_and_loses_nothing(text in hostile()) {
            let shown = escape_text(&text);
            prop_assert!(!shown.chars().any(is_hidden), "{shown:?}");
            // What looks escaped is, so that no other text is shown alike.
            prop_assert_eq!(if looks_escaped(&shown) { unescape(&shown) } else { shown.into_owned() }, text);
        }

        #[test]
        fn escape_controls_leaves_no_other_control(text in hostile()) {
            let shown = escape_controls(&text);
            prop_assert!(!shown.chars().any(|c| is_hidden(c) && !matches!(c, '\n' | '\t')), "{shown:?}");
        }
    }
}
