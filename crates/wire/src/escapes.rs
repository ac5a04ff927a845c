//! The escapes of URLs, C, JSON, HTML, shells and mail, and what a terminal does not print: what one of them at the
//! beginning of a text means. Where they are undone is in `readings`.

/// What an escape at the beginning of a text means, and its length in bytes.
pub(crate) struct Escape {
    /// The character; none where nothing is printed.
    pub(crate) means: Option<u32>,
    pub(crate) length: usize,
}

/// Leading zeros of an entity included.
const MAX_NUMBER_DIGITS: usize = 32;
/// More than any title or link that a terminal is given.
const MAX_TERMINAL_STRING_BYTES: usize = 4096;
const ESC: u8 = 0x1B;
const BACKSPACE: u8 = 0x08;

/// Characters of HTML that have a name, and those without width.
const ENTITIES: [(&[u8], Option<u8>); 9] = [
    (b"&amp;", Some(b'&')),
    (b"&num;", Some(b'#')),
    (b"&percnt;", Some(b'%')),
    (b"&bsol;", Some(b'\\')),
    (b"&equals;", Some(b'=')),
    (b"&shy;", None),
    (b"&zwj;", None),
    (b"&zwnj;", None),
    (b"&ZeroWidthSpace;", None),
];

fn escape(means: Option<u32>, length: usize) -> Option<Escape> {
    Some(Escape { means, length })
}

/// An escape of anything but mail.
pub(crate) fn is_escape(text: &[u8]) -> Option<Escape> {
    match text {
        // Of the older function of browsers, and in the logs of IIS.
        [b'%', b'u' | b'U', rest @ ..] => number(rest, 4, 4, 16, 2),
        [b'%', rest @ ..] => number(rest, 2, 2, 16, 1),
        [b'\\', rest @ ..] => is_backslash_escape(rest),
        [b'&', ..] => is_entity(text),
        [ESC, ..] | [b'^', b'[', b'[', ..] | [0xC2, 0x9B, ..] | [_, BACKSPACE, ..] => is_of_terminal(text),
        _ => is_without_width(text),
    }
}

/// What follows a backslash: in C, JSON, shells, Rust and Perl.
fn is_backslash_escape(rest: &[u8]) -> Option<Escape> {
    match rest {
        // In JSON within JSON.
        [b'\\', ..] => escape(Some(b'\\'.into()), 2),
        [b'n' | b'r', ..] => escape(Some(b'\n'.into()), 2),
        [b'e' | b'E', b'[', ..] => escape(Some(ESC.into()), 2),
        [b'x' | b'X' | b'u', b'{', rest @ ..] => closed(rest, b'}', 16, 3),
        [b'x' | b'X', rest @ ..] => number(rest, 2, 2, 16, 2),
        [b'u', rest @ ..] => number(rest, 4, 4, 16, 2),
        [b'U', rest @ ..] => number(rest, 8, 8, 16, 2),
        // As `printf %b` writes it.
        [b'0', octal @ ..] => number(octal, 3, 3, 8, 2)
            .filter(|escape| escape.means.is_some_and(is_printed))
            .or_else(|| number(rest, 2, 3, 8, 1)),
        _ => number(rest, 2, 3, 8, 1),
    }
}

fn is_printed(means: u32) -> bool {
    (0x21..0x7F).contains(&means)
}

fn is_entity(text: &[u8]) -> Option<Escape> {
    match text {
        [b'&', b'#', b'x' | b'X', rest @ ..] => entity(rest, 16, 3),
        [b'&', b'#', rest @ ..] => entity(rest, 10, 2),
        _ => {
            let (name, means) = ENTITIES.iter().find(|(name, _)| text.starts_with(name))?;
            escape(means.map(u32::from), name.len())
        }
    }
}

/// What a terminal does not print: colours, links, and what is printed over.
fn is_of_terminal(text: &[u8]) -> Option<Escape> {
    match text {
        [ESC, b'[', rest @ ..] | [0xC2, 0x9B, rest @ ..] => control_sequence(rest, 2),
        // As `cat -v` shows it.
        [b'^', b'[', b'[', rest @ ..] => control_sequence(rest, 3),
        [ESC, b']', rest @ ..] => {
            let string = &rest[..rest.len().min(MAX_TERMINAL_STRING_BYTES)];
            let end = string.iter().position(|byte| matches!(*byte, 0x07 | ESC))?;
            let has_two = rest[end] == ESC;
            escape(None, 2 + end + 1 + usize::from(has_two))
        }
        [ESC, 0x20..=0x2F, 0x30..=0x7E, ..] => escape(None, 3),
        // The character before it is printed over, as for underlining.
        [_, BACKSPACE, ..] => escape(None, 2),
        _ => None,
    }
}

fn control_sequence(rest: &[u8], before: usize) -> Option<Escape> {
    let end = rest.iter().position(|byte| (0x40..=0x7E).contains(byte))?;
    escape(None, before + end + 1)
}

/// Whether the character of an escape has no width.
pub(crate) fn has_no_width(means: u32) -> bool {
    matches!(means, 0xAD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF)
}

/// Characters without width, and the full-width forms of ASCII.
fn is_without_width(text: &[u8]) -> Option<Escape> {
    match text {
        // The soft hyphen, the zero-width characters and marks of direction, the word joiner and its like, the
        // variation selectors and the byte order mark.
        [0xC2, 0xAD, ..] => escape(None, 2),
        [0xE2, 0x80, 0x8B..=0x8F | 0xAA..=0xAE, ..]
        | [0xE2, 0x81, 0xA0..=0xAF, ..]
        | [0xEF, 0xB8, 0x80..=0x8F, ..]
        | [0xEF, 0xBB, 0xBF, ..] => escape(None, 3),
        // U+FF01 to U+FF5E.
        [0xEF, third @ (0xBC | 0xBD), last @ 0x80..=0xBF, ..] => {
            let means = 0x20 + (u32::from(*third - 0xBC) << 6) + u32::from(*last & 0x3F);
            escape(Some(means), 3)
        }
        _ => None,
    }
}

/// An escape of quoted-printable mail (RFC 2045 §6.7).
pub(crate) fn is_mail_escape(text: &[u8]) -> Option<Escape> {
    match text {
        [b'=', b'\r', b'\n', ..] => escape(None, 3),
        [b'=', b'\n', ..] => escape(None, 2),
        // Others stand for letters that no token has, or are no escapes.
        [b'=', rest @ ..] => number(rest, 2, 2, 16, 1).filter(|escape| escape.means.is_some_and(is_printed)),
        _ => None,
    }
}

/// A number with this many digits behind `before` other bytes.
pub(crate) fn number(text: &[u8], min: usize, max: usize, base: u32, before: usize) -> Option<Escape> {
    let is_digit = |byte: &&u8| char::from(**byte).is_digit(base);
    let digits = text.iter().take(max).take_while(is_digit).count();
    let value = std::str::from_utf8(&text[..digits]).ok().filter(|_| digits >= min)?;
    let means = u32::from_str_radix(value, base).ok()?;
    escape(Some(means), before + digits)
}

/// The same with an end that must follow.
fn closed(text: &[u8], end: u8, base: u32, before: usize) -> Option<Escape> {
    let escape = number(text, 1, MAX_NUMBER_DIGITS, base, before)?;
    (text.get(escape.length - before) == Some(&end)).then_some(Escape { length: escape.length + 1, ..escape })
}

/// The same with an end that may follow, as browsers read it.
fn entity(text: &[u8], base: u32, before: usize) -> Option<Escape> {
    closed(text, b';', base, before).or_else(|| number(text, 1, MAX_NUMBER_DIGITS, base, before))
}
