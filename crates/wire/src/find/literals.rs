//! Tokens in program text, as browsers copy a request ("Copy as fetch", "Copy as PowerShell") and as people paste one:
//! header fields and cookies in string literals. No language is parsed: names, literals and the signs between them are
//! enough.

use zeroize::Zeroizing;

use super::finds::Finds;
use super::found::Form;
use super::json;
use super::line::{collect, names_field, names_field_name};
use crate::cookie::DEFAULT_NAME;
use crate::text::unwrapped;

/// What text for PowerShell holds, in lower case: there a backslash escapes nothing.
const POWERSHELL_MARKS: [&str; 5] =
    ["-headers", "-websession", "invoke-webrequest", "invoke-restmethod", "new-object"];

/// What other program text with a request holds.
const MARKS: [&str; 8] =
    ["fetch(", "header", "axios", "requests.", ".cookie", "cookies", "curlopt_cookie", "[\"cookie\"]"];

/// Collects from program text. Returns `false` for other text.
pub(super) fn collect_literals(text: &str, finds: &mut Finds<'_>) -> bool {
    let lower = Zeroizing::new(text.to_ascii_lowercase());
    let is_powershell = POWERSHELL_MARKS.iter().any(|mark| lower.contains(mark));
    if !is_powershell && !MARKS.iter().any(|mark| lower.contains(mark)) {
        return false;
    }
    let mut reader = Reader { name: None, sign: None, container: Zeroizing::default(), finds };
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            // At the end of a line it continues the command.
            '`' if is_powershell => &rest[1..],
            '"' | '\'' | '`' => {
                let (literal, behind) = read_literal(&rest[1..], first, is_powershell);
                reader.literal(&literal);
                behind
            }
            _ if is_of_word(first) => {
                let (word, behind) = rest.split_at(rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()));
                reader.word(word);
                behind
            }
            _ => {
                reader.sign(first);
                &rest[first.len_utf8()..]
            }
        };
    }
    reader.flush();
    true
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '$')
}

/// The content of a literal whose first quote was read, and what is behind it.
fn read_literal(text: &str, quote: char, is_powershell: bool) -> (Zeroizing<String>, &str) {
    let escape = if is_powershell { '`' } else { '\\' };
    let mut is_escaped = false;
    let is_end = |(_, char): &(usize, char)| {
        let is_end = *char == quote && !is_escaped;
        is_escaped = *char == escape && !is_escaped;
        is_end
    };
    let end = text.char_indices().find(is_end).map_or(text.len(), |(at, _)| at);
    // In one allocation, so that growing leaves no copy behind.
    let mut literal = Zeroizing::new(String::with_capacity(end));
    let mut chars = text[..end].chars();
    while let Some(char) = chars.next() {
        literal.push(if char == escape { chars.next().unwrap_or(char) } else { char });
    }
    (literal, text[end..].strip_prefix(quote).unwrap_or_default())
}

/// What was read last.
struct Reader<'r, 'f> {
    /// A name or a literal that may be the name of what follows.
    name: Option<Zeroizing<String>>,
    /// The sign behind it.
    sign: Option<char>,
    /// The name before the innermost bracket, such as `cookies` in `cookies={`.
    container: Zeroizing<String>,
    finds: &'r mut Finds<'f>,
}

impl Reader<'_, '_> {
    fn word(&mut self, word: &str) {
        self.flush();
        self.name = Some(Zeroizing::new(word.to_owned()));
    }

    fn literal(&mut self, literal: &str) {
        let is_of_cookie = self.container.contains("cookie");
        match (self.name.take(), self.sign.take()) {
            (Some(name), Some(':' | '=')) => self.pair(&name, literal),
            (Some(name), Some(',')) if is_of_cookie || *name == DEFAULT_NAME => self.cookie(&name, literal),
            (Some(name), Some(',')) if name.eq_ignore_ascii_case("CURLOPT_COOKIE") => {
                self.pair("cookie", literal)
            }
            // headers.set("Cookie", "…")
            (Some(name), Some(',')) if names_field_name(&name) => self.pair(&name, literal),
            // -Token (ConvertTo-SecureString "…")
            (Some(name), None) if name.eq_ignore_ascii_case("ConvertTo-SecureString") => {
                self.pair("token", literal);
            }
            (name, _) => {
                self.name = name;
                self.flush();
                self.name = Some(Zeroizing::new(literal.to_owned()));
            }
        }
    }

    fn sign(&mut self, sign: char) {
        match sign {
            ':' | '=' | ',' if self.name.is_some() && self.sign.is_none() => self.sign = Some(sign),
            '(' | '{' | '[' => {
                let name = self.name.take().unwrap_or_default();
                self.container = Zeroizing::new(name.to_ascii_lowercase());
                self.sign = None;
            }
            // headers["Cookie"] = "…"
            ']' => self.container = Zeroizing::default(),
            ')' | '}' => {
                self.flush();
                self.container = Zeroizing::default();
            }
            ';' => self.flush(),
            _ => {}
        }
    }

    /// A name and its value: a header field, a cookie, or content.
    fn pair(&mut self, name: &str, value: &str) {
        let name = name.rsplit('.').next().unwrap_or(name).trim_start_matches('$');
        let field = Zeroizing::new([name, ": ", value].concat());
        let is_cookie = name == DEFAULT_NAME || self.container.ends_with("cookies");
        match Zeroizing::new(name.to_ascii_lowercase()).as_str() {
            _ if is_cookie => self.cookie(name, value),
            _ if names_field(&field) => collect(&field, self.finds),
            "body" | "data" if json::collect(value.trim(), self.finds) => {}
            "body" | "data" | "uri" | "url" | "referrer" | "referer" => self.finds.pass_over_tokens(value),
            // Other fields may hold digests (ETag), which are no tokens.
            _ => {}
        }
    }

    fn cookie(&mut self, name: &str, value: &str) {
        if !self.finds.take_cookie(name, unwrapped(value), Form::Cookie) {
            self.finds.pass_over(value);
        }
    }

    /// A literal without a name: a whole header field, or anything.
    fn flush(&mut self) {
        self.sign = None;
        if let Some(text) = self.name.take() {
            if names_field(&text) {
                collect(&text, self.finds);
            } else {
                self.finds.pass_over_tokens(&text);
            }
        }
    }
}
