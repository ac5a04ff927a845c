//! Tokens in the arguments of programs that send requests. Only the arguments that carry cookies, header fields and
//! tokens are looked at.

use super::finds::Finds;
use super::found::Form;
use super::json;
use super::line::{collect, collect_pairs, names_field};
use crate::text::unwrapped;

/// A program, by how it reads its arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    Curl,
    Wget,
    Httpie,
}

impl Program {
    /// The program that a word of a command line names, perhaps with its folder and behind the sign of a shell.
    pub(super) fn named(word: &str) -> Option<Program> {
        let name = Some(word)
            .filter(|word| !word.contains("://"))?
            .rsplit(['/', '\\', '(', ';', '&', '|', '`'])
            .next()?;
        match name.strip_suffix(".exe").unwrap_or(name) {
            "curl" | "curlie" => Some(Program::Curl),
            "wget" | "wget2" => Some(Program::Wget),
            "http" | "https" | "xh" | "xhs" => Some(Program::Httpie),
            _ => None,
        }
    }

    fn options(self) -> &'static [(&'static str, Option<char>, Carrier)] {
        match self {
            Program::Curl => &CURL_OPTIONS,
            Program::Wget => &WGET_OPTIONS,
            Program::Httpie => &HTTPIE_OPTIONS,
        }
    }

    /// The letters of options that take a value, which ends a cluster of letters (`curl -sSb VALUE`).
    fn letters_with_value(self) -> &'static str {
        match self {
            Program::Curl => "AbcCdDeEFhHKmoPQrtTuUwxXyYz",
            Program::Wget => "aABDeiIlloOPQRtTUwX",
            Program::Httpie => "aApoPs",
        }
    }
}

/// What the value of an option is.
#[derive(Clone, Copy)]
enum Carrier {
    Cookies,
    Field,
    Token,
    Content,
}

const CURL_OPTIONS: [(&str, Option<char>, Carrier); 9] = [
    ("cookie", Some('b'), Carrier::Cookies),
    ("header", Some('H'), Carrier::Field),
    ("proxy-header", None, Carrier::Field),
    ("oauth2-bearer", None, Carrier::Token),
    ("data", Some('d'), Carrier::Content),
    ("data-raw", None, Carrier::Content),
    ("data-binary", None, Carrier::Content),
    ("data-urlencode", None, Carrier::Content),
    ("json", None, Carrier::Content),
];
const WGET_OPTIONS: [(&str, Option<char>, Carrier); 3] = [
    ("header", None, Carrier::Field),
    ("post-data", None, Carrier::Content),
    ("body-data", None, Carrier::Content),
];
const HTTPIE_OPTIONS: [(&str, Option<char>, Carrier); 3] =
    [("auth", Some('a'), Carrier::Token), ("bearer", None, Carrier::Token), ("raw", None, Carrier::Content)];

/// Collects from the words behind the program's name.
pub(super) fn collect_arguments<'w>(
    program: Program,
    mut words: impl Iterator<Item = &'w str>,
    finds: &mut Finds<'_>,
) {
    while let Some(word) = words.next() {
        match carried(program, word) {
            Some((carrier, Some(value))) => collect_value(carrier, value, finds),
            Some((carrier, None)) => collect_value(carrier, words.next().unwrap_or_default(), finds),
            None if program == Program::Httpie && names_field(word) => collect(word, finds),
            None if program == Program::Httpie => collect_parameter(word, finds),
            None => finds.pass_over_tokens(word),
        }
    }
}

/// What an option carries, and its value where it is in the same word; `None` for another word.
fn carried(program: Program, word: &str) -> Option<(Carrier, Option<&str>)> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        let option = program.options().iter().find(|(known, ..)| *known == name)?;
        return Some((option.2, value));
    }
    let letters = word.strip_prefix('-')?;
    let (at, letter) =
        letters.char_indices().find(|(_, letter)| program.letters_with_value().contains(*letter))?;
    let is_cluster = letters[..at].chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '#');
    let (.., carrier) =
        program.options().iter().find(|(_, short, _)| is_cluster && *short == Some(letter))?;
    let value = &letters[at + letter.len_utf8()..];
    Some((*carrier, Some(value).filter(|value| !value.is_empty())))
}

fn collect_value(carrier: Carrier, value: &str, finds: &mut Finds<'_>) {
    // Of `-b=a=b`, as people write it, and of `$'a=b'`, in whose quotes a shell undoes escapes.
    let value = value.trim_start_matches(['=', '$']);
    match carrier {
        Carrier::Cookies if names_field(value) => collect(value, finds),
        Carrier::Cookies => collect_pairs(value, finds),
        Carrier::Field => collect(value, finds),
        Carrier::Token => {
            if !finds.take(unwrapped(value), Form::Bearer) {
                finds.pass_over_tokens(value);
            }
        }
        Carrier::Content => {
            if !json::collect(value.trim(), finds) {
                value.split('&').for_each(|pair| collect_parameter(pair, finds));
            }
        }
    }
}

/// A parameter of a form, such as the `token` of an introspection (RFC 7662 §2.1).
fn collect_parameter(pair: &str, finds: &mut Finds<'_>) {
    let is_taken = pair.split_once('=').is_some_and(|(name, value)| {
        json::is_member(name.trim()) && finds.take(unwrapped(value), Form::Bearer)
    });
    if !is_taken {
        finds.pass_over_tokens(pair);
    }
}
