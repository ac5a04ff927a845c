//! Other readings of a text, in which a token can be hidden although the text does not show it: with the escapes of
//! URLs, C, JSON, HTML and mail undone, with what is not printed left out, and with Base64 and hex dumps decoded. Which
//! of the runs of hex digits in them are tokens is not decided here.

use base64ct::{Base64Unpadded, Encoding as _};
use zeroize::Zeroizing;

use crate::escapes::{Escape, has_no_width, is_escape, is_mail_escape, number};
use crate::wraps::without_breaks;

/// The hex digits of a token. A shorter run of them is none.
pub const TOKEN_DIGITS: usize = 64;
/// The shortest Base64 of a token: four characters for three bytes.
const MIN_BASE64_BYTES: usize = TOKEN_DIGITS * 4 / 3;
/// Escapes of escapes, as logs of logs hold them.
const MAX_ROUNDS: usize = 6;

/// The readings of a text that hold a run of hex digits as long as a token, in lower case. The text itself is one of
/// them only where its digits are in upper case.
#[must_use]
pub fn readings(text: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut readings = Vec::new();
    if text.len() < TOKEN_DIGITS {
        return readings;
    }
    if long_runs(text).any(|run| run.iter().any(u8::is_ascii_uppercase)) {
        keep(text, &mut readings);
    }
    let mut sources = Vec::new();
    sources.extend(unescaped(text, is_escape));
    // A `=` precedes two hex digits in many texts that are no mail, so it is undone apart from the others.
    if let Some(mail) = unescaped(text, is_mail_escape) {
        sources.extend(unescaped(&mail, is_escape));
        sources.push(mail);
    }
    let joined: Vec<_> =
        sources.iter().map(|source| source.as_slice()).chain([text]).filter_map(without_breaks).collect();
    sources.extend(joined);
    for source in &sources {
        keep(source, &mut readings);
    }
    for source in sources.iter().map(|source| source.as_slice()).chain([text]) {
        for_each_dump(source, &mut |decoded| keep(decoded, &mut readings));
    }
    readings
}

/// Keeps a reading in which a token can be.
fn keep(reading: &[u8], readings: &mut Vec<Zeroizing<Vec<u8>>>) {
    if long_runs(reading).next().is_some() {
        readings.push(Zeroizing::new(reading.to_ascii_lowercase()));
    }
}

/// The runs of hex digits that are as long as a token.
fn long_runs(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| !byte.is_ascii_hexdigit()).filter(|run| run.len() >= TOKEN_DIGITS)
}

/// The text with its escapes undone, again and again; `None` where there is none.
fn unescaped(text: &[u8], find: fn(&[u8]) -> Option<Escape>) -> Option<Zeroizing<Vec<u8>>> {
    let mut last = unescaped_once(text, &find)?;
    for _ in 1..MAX_ROUNDS {
        match unescaped_once(&last, &find) {
            Some(next) => last = next,
            None => break,
        }
    }
    Some(last)
}

fn unescaped_once(text: &[u8], find: &dyn Fn(&[u8]) -> Option<Escape>) -> Option<Zeroizing<Vec<u8>>> {
    // In one allocation, so that growing leaves no copy behind.
    let mut undone = Zeroizing::new(Vec::with_capacity(text.len()));
    let (mut at, mut any) = (0, false);
    while at < text.len() {
        match find(&text[at..]) {
            Some(Escape { means, length }) => {
                any = true;
                at += length;
                // Whatever is no printable ASCII character separates what is beside it, unless it begins another
                // escape.
                let means = means.filter(|means| !has_no_width(*means));
                let byte = means.map(|means| match u8::try_from(means) {
                    Ok(byte) if byte.is_ascii_graphic() || byte == 0x1B => byte,
                    Ok(b'\n' | b'\r') => b'\n',
                    _ => b' ',
                });
                undone.extend(byte);
            }
            None => {
                undone.push(text[at]);
                at += 1;
            }
        }
    }
    any.then_some(undone)
}

/// Calls `each` with what the runs of Base64, and of hex digits for bytes, hold. Where a run begins is not known: what
/// stands directly before it can be of the same alphabet.
fn for_each_dump(text: &[u8], each: &mut dyn FnMut(&[u8])) {
    let of_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    for run in text.split(|byte| !of_base64(byte)).filter(|run| run.len() >= MIN_BASE64_BYTES) {
        for start in 0..4 {
            let mut aligned: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::with_capacity(run.len() + 4));
            // RFC 4648 §5 writes two characters in another way.
            aligned.extend(run[start..].iter().map(|byte| match byte {
                b'-' => b'+',
                b'_' => b'/',
                other => *other,
            }));
            // Zero bits behind the end make its last group whole.
            let whole = aligned.len().next_multiple_of(4);
            aligned.resize(whole, b'A');
            let decoded =
                std::str::from_utf8(&aligned).ok().and_then(|text| Base64Unpadded::decode_vec(text).ok());
            let decoded = decoded.map(|mut decoded| {
                // UTF-16 is ASCII without its NUL bytes where it holds a token.
                decoded.retain(|byte| *byte != 0);
                Zeroizing::new(decoded)
            });
            decoded.iter().for_each(|decoded| each(decoded));
        }
    }
    for run in long_runs(text).filter(|run| run.len() >= 2 * TOKEN_DIGITS) {
        for start in 0..2 {
            let pairs = run[start..].chunks_exact(2).filter_map(|pair| number(pair, 2, 2, 16, 0)?.means);
            let bytes: Zeroizing<Vec<u8>> =
                Zeroizing::new(pairs.filter_map(|value| u8::try_from(value).ok()).collect());
            each(&bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

    fn each(escape: impl Fn(u32) -> String) -> String {
        TOKEN.chars().map(|digit| escape(digit.into())).collect()
    }

    fn cut_by(text: &str) -> String {
        format!("{}{text}{}{text}{}", &TOKEN[..5], &TOKEN[5..40], &TOKEN[40..])
    }

    fn shows(text: &[u8]) -> bool {
        let shows = |reading: &Zeroizing<Vec<u8>>| reading.windows(64).any(|part| part == TOKEN.as_bytes());
        readings(text).iter().any(shows)
    }

    #[test]
    fn readings_show_a_token_whose_digits_are_escaped() {
        let percent = each(|digit| format!("%{digit:02x}"));
        for text in [
            percent.replace('%', "%25"),
            percent.replace('%', "%2525"),
            percent,
            each(|digit| format!("%u{digit:04X}")),
            each(|digit| format!("\\u{digit:04x}")),
            each(|digit| format!("\\\\u{digit:04x}")).replace("\\\\", "\\x5c"),
            each(|digit| format!("\\u{{{digit:x}}}")),
            each(|digit| format!("\\U{digit:08x}")),
            each(|digit| format!("\\x{digit:02x}")),
            each(|digit| format!("\\{digit:03o}")),
            each(|digit| format!("&#{digit};")),
            each(|digit| format!("&#X{digit:X};")),
            each(|digit| format!("&#{digit:03}")),
            each(|digit| format!("={digit:02X}")),
            each(|digit| char::from_u32(digit + 0xFEE0).unwrap().to_string()),
            format!("{}%{:02x}{}", &TOKEN[..5], TOKEN.as_bytes()[5], &TOKEN[6..]),
            format!("{}\u{1b}[01;31m\u{1b}[K{}", &TOKEN[..5], &TOKEN[5..]),
            format!("{}\u{200b}{}\u{ad}{}", &TOKEN[..5], &TOKEN[5..9], &TOKEN[9..]),
            format!("{}=\r\n{}", &TOKEN[..5], &TOKEN[5..]),
            TOKEN.to_uppercase(),
            hex::encode(TOKEN),
            format!("a{}", hex::encode_upper(format!("x{TOKEN}"))),
            each(|digit| format!("\\\\u{digit:04x}")),
            each(|digit| format!("\\x{{{digit:x}}}")),
            each(|digit| format!("\\{digit:o}")),
            each(|digit| format!("\\0{digit:o}")),
            each(|digit| format!("&amp;#{digit};")),
            each(|digit| format!("&amp;amp;#x{digit:x};")),
            each(|digit| format!("&#{digit:017};")),
            each(|digit| format!("=3D{digit:02X}")),
            each(|digit| format!("_\u{8}{}", char::from_u32(digit).unwrap())),
            cut_by("\u{1b}]8;;http://a.example\u{1b}\\"),
            cut_by("\u{1b}]8;;http://a.example\u{7}"),
            cut_by("\u{1b}(B"),
            cut_by("\u{9b}31m"),
            cut_by("^[[31m"),
            cut_by("\\033[31m"),
            cut_by("\\x1b[0m"),
            cut_by("\\u001b[1;31m"),
            cut_by("\\e[0m"),
            cut_by("\u{202a}\u{2066}\u{fe0f}"),
            cut_by("&shy;&ZeroWidthSpace;"),
            cut_by("&#173;&#x200b;"),
            cut_by("\\u200b\\ufeff"),
            cut_by("\\r\\n"),
            cut_by("\\n  "),
            cut_by("%0D%0A"),
            cut_by("\r"),
            cut_by("\r\n\t"),
            cut_by("\n\u{a0}\u{a0}"),
            cut_by("\\\n"),
            cut_by("\"\n  \""),
            cut_by("\n// "),
            cut_by("\n> "),
            cut_by("\\n# "),
        ] {
            assert!(shows(format!("GET /?a={text}%0a1 x").as_bytes()), "{text}");
        }
    }

    /// Nothing else in the text is an escape, and nothing is before or behind the token.
    #[test]
    fn readings_show_a_token_that_is_the_whole_text() {
        let upper = TOKEN.to_uppercase();
        let percent = each(|digit| format!("%{digit:02x}"));
        let deep = (1..MAX_ROUNDS).fold(percent.clone(), |text, _| text.replace('%', "%25"));
        for text in [upper.clone(), format!("{TOKEN} {upper}"), format!("{upper} {TOKEN}"), percent, deep] {
            assert!(shows(text.as_bytes()), "{text}");
        }
        let half = format!("{}{}", &TOKEN[..63], "A");
        let reading = readings(half.as_bytes());
        assert!(
            reading.iter().any(|reading| reading.ends_with(b"a")),
            "one digit in upper case: {reading:?}"
        );
    }

    #[test]
    fn readings_show_a_token_in_base64() {
        for before in ["", "u", "us", "user:", "{\"token\":\""] {
            let text = Base64Unpadded::encode_string(format!("{before}{TOKEN}").as_bytes());
            for text in [
                text.replace('+', "-").replace('/', "_"),
                format!("x/{text}"),
                text.replace('b', "%62"),
                text,
            ] {
                assert!(shows(format!("Authorization: Basic {text}== x").as_bytes()), "{before} {text}");
            }
        }
    }

    /// As PowerShell encodes a command.
    #[test]
    fn readings_show_a_token_in_base64_of_utf_16() {
        let bytes: Vec<u8> = format!("x {TOKEN}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(shows(Base64Unpadded::encode_string(&bytes).as_bytes()));
    }

    #[test]
    fn readings_of_other_text_are_none() {
        for text in [
            "",
            TOKEN,
            &format!("session={TOKEN}; Path=/"),
            &"100 % of &c. \\o/ ".repeat(9),
            &"x".repeat(900),
        ] {
            assert!(readings(text.as_bytes()).is_empty(), "{text}");
        }
    }
}
