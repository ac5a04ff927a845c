//! JSON as the frameworks read it, which is more than RFC 8259: Python's `json.loads` takes `NaN` and numbers of any
//! length, and all of them take half a character pair. A payload that its program reads must be read here too, or a
//! user could hide a session. Of two equal keys the last counts, as in Python's `json.loads`, PHP's `json_decode` and
//! JavaScript's `JSON.parse`. Lists and what is nested deeper than a path leads are checked and not kept.

use super::{Node, PayloadError};

/// Maps that are kept within one another; no path of a layout is longer.
const KEPT_DEPTH: usize = 8;
/// The deepest nesting that is checked: Python stops at about 1,000.
const MAX_JSON_DEPTH: usize = 10_000;
/// The most entries of all kept maps: one takes more memory than its text.
const MAX_ENTRIES: usize = 200_000;

const UNREADABLE: PayloadError = PayloadError::Unreadable;

/// Decodes JSON text. What is not UTF-8 counts as unknown characters, as in JavaScript.
pub(super) fn decode(bytes: &[u8]) -> Result<Node, PayloadError> {
    decode_text(&String::from_utf8_lossy(bytes))
}

/// Decodes JSON text in Latin-1, in which Django stores it.
pub(super) fn decode_latin1(bytes: &[u8]) -> Result<Node, PayloadError> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => decode_text(text),
        _ => decode_text(&bytes.iter().copied().map(char::from).collect::<String>()),
    }
}

fn decode_text(text: &str) -> Result<Node, PayloadError> {
    let mut scanner = Scanner { text, at: 0, entries: 0 };
    let node = scanner.value(0)?;
    scanner.skip_space();
    if scanner.at == text.len() { Ok(node) } else { Err(UNREADABLE) }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    entries: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes a byte if it is the next after white space.
    fn takes(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), PayloadError> {
        if self.takes(byte) { Ok(()) } else { Err(UNREADABLE) }
    }

    fn value(&mut self, depth: usize) -> Result<Node, PayloadError> {
        self.skip_space();
        match self.peek() {
            Some(b'{') if depth < KEPT_DEPTH => self.map(depth),
            Some(b'{') => self.skip_container().map(|()| Node::Opaque),
            Some(b'[') => self.skip_container().map(|()| Node::List(Vec::new())),
            Some(b'"') => self.string().map(Node::Text),
            _ => self.scalar(),
        }
    }

    fn map(&mut self, depth: usize) -> Result<Node, PayloadError> {
        self.expect(b'{')?;
        let mut entries = Vec::new();
        if self.takes(b'}') {
            return Ok(Node::Map(entries));
        }
        loop {
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                return Err(UNREADABLE);
            }
            self.skip_space();
            let key = self.string()?;
            self.expect(b':')?;
            entries.push((key, self.value(depth + 1)?));
            if !self.takes(b',') {
                self.expect(b'}')?;
                return Ok(Node::Map(entries));
            }
        }
    }

    /// Passes over a list or map without building it, and without a call for each level.
    fn skip_container(&mut self) -> Result<(), PayloadError> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            // A value begins here.
            self.skip_space();
            match self.peek() {
                Some(kind @ (b'{' | b'[')) => {
                    if open.len() == MAX_JSON_DEPTH {
                        return Err(UNREADABLE);
                    }
                    self.at += 1;
                    open.push(kind);
                    if !self.takes(kind + 2) {
                        self.skip_key(kind)?;
                        continue;
                    }
                    open.pop();
                }
                Some(b'"') => self.skip_string()?,
                _ => {
                    self.scalar()?;
                }
            }
            // A value ended; the containers that end with it are left.
            while let Some(kind) = open.last().copied() {
                if self.takes(b',') {
                    self.skip_key(kind)?;
                    break;
                }
                self.expect(kind + 2)?;
                open.pop();
            }
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    /// The key of the next entry, where the container has keys.
    fn skip_key(&mut self, kind: u8) -> Result<(), PayloadError> {
        if kind == b'[' {
            return Ok(());
        }
        self.skip_space();
        self.skip_string()?;
        self.expect(b':')
    }

    fn skip_string(&mut self) -> Result<(), PayloadError> {
        self.text_until_quote(&mut |_| {})
    }

    fn string(&mut self) -> Result<String, PayloadError> {
        let mut text = String::new();
        self.text_until_quote(&mut |part| match part {
            Part::Plain(plain) => text.push_str(plain),
            Part::Char(one) => text.push(one),
        })?;
        Ok(text)
    }

    fn text_until_quote(&mut self, each: &mut dyn FnMut(Part<'a>)) -> Result<(), PayloadError> {
        if self.peek() != Some(b'"') {
            return Err(UNREADABLE);
        }
        self.at += 1;
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let end =
                rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).ok_or(UNREADABLE)?;
            if end > 0 {
                each(Part::Plain(&self.text[self.at..self.at + end]));
            }
            self.at += end + 1;
            match rest[end] {
                b'"' => return Ok(()),
                b'\\' => each(Part::Char(self.escape()?)),
                // A control character must be written as an escape.
                _ => return Err(UNREADABLE),
            }
        }
    }

    fn escape(&mut self) -> Result<char, PayloadError> {
        let kind = self.peek().ok_or(UNREADABLE)?;
        self.at += 1;
        Ok(match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                let low = (0xd800..0xdc00).contains(&first).then(|| self.low_half()).flatten();
                let code = low.map_or(first, |low| 0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00));
                // Half a pair is no character.
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return Err(UNREADABLE),
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, PayloadError> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(UNREADABLE)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(UNREADABLE);
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| UNREADABLE)
    }

    /// The second half of a pair, where it follows.
    fn low_half(&mut self) -> Option<u32> {
        let before = self.at;
        if self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            if let Some(low) = self.unit().ok().filter(|unit| (0xdc00..0xe000).contains(unit)) {
                return Some(low);
            }
        }
        self.at = before;
        None
    }

    fn scalar(&mut self) -> Result<Node, PayloadError> {
        let rest = &self.text[self.at..];
        for (word, node) in [
            ("null", Node::Null),
            ("true", Node::Bool(true)),
            ("false", Node::Bool(false)),
            ("NaN", Node::Real(f64::NAN)),
            ("Infinity", Node::Real(f64::INFINITY)),
            ("-Infinity", Node::Real(f64::NEG_INFINITY)),
        ] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(node);
            }
        }
        self.number()
    }

    fn number(&mut self) -> Result<Node, PayloadError> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let first = self.peek();
        let digits = self.digits();
        if digits == 0 || (digits > 1 && first == Some(b'0')) {
            return Err(UNREADABLE);
        }
        let mut is_whole = true;
        if self.peek() == Some(b'.') {
            (self.at, is_whole) = (self.at + 1, false);
            if self.digits() == 0 {
                return Err(UNREADABLE);
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            (self.at, is_whole) = (self.at + 1, false);
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return Err(UNREADABLE);
            }
        }
        let text = &self.text[start..self.at];
        match text.parse() {
            Ok(number) if is_whole => Ok(Node::Integer(number)),
            // A whole number that does not fit is read as Python's floats are: as infinity at the worst.
            _ => text.parse().map(Node::Real).map_err(|_| UNREADABLE),
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }
}

enum Part<'a> {
    Plain(&'a str),
    Char(char),
}

#[cfg(test)]
mod tests;
