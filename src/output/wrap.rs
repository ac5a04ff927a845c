//! Lines broken between words, never inside one: a word longer than the line runs over, unless it is cut before. What is
//! wrapped does not belong here.

use std::borrow::Cow;

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Columns by which a message continues behind its first line.
const HANGING_INDENT: &str = "  ";

fn options<'a>(width: usize) -> Options<'a> {
    Options::new(width)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit)
}

/// The lines of a text, at most `width` columns each as far as its words allow. Line breaks in the text are kept.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    textwrap::wrap(text, options(width)).into_iter().map(Cow::into_owned).collect()
}

/// The same with an indent before each line, and a deeper one before the later lines.
#[must_use]
pub fn wrap_indented(text: &str, indent: &str, width: usize) -> Vec<String> {
    let deeper = format!("{indent}{HANGING_INDENT}");
    let options = options(width).initial_indent(indent).subsequent_indent(&deeper);
    textwrap::wrap(text, options).into_iter().map(Cow::into_owned).collect()
}

/// The same with one indent before all lines.
#[must_use]
pub fn wrap_indented_alike(text: &str, indent: &str, width: usize) -> Vec<String> {
    let options = options(width).initial_indent(indent).subsequent_indent(indent);
    textwrap::wrap(text, options).into_iter().map(Cow::into_owned).collect()
}

/// The same as one text whose later lines are indented.
#[must_use]
pub fn wrap_hanging(text: &str, width: usize) -> String {
    textwrap::fill(text, options(width).subsequent_indent(HANGING_INDENT))
}

/// The text with the end of each word cut off that is wider than `width`; borrowed where none is.
#[must_use]
pub fn cut_words(text: &str, width: usize, unicode: bool) -> Cow<'_, str> {
    if text.split(' ').all(|word| word.width() <= width) {
        return Cow::Borrowed(text);
    }
    let mark = if unicode { "…" } else { "..." };
    let room = width.saturating_sub(mark.width());
    let cut = |word: &str| -> String {
        if word.width() <= width {
            return word.to_owned();
        }
        let mut used = 0;
        let is_kept = |c: &char| {
            used += c.width().unwrap_or(0);
            used <= room
        };
        word.chars().take_while(is_kept).chain(mark.chars()).collect()
    };
    Cow::Owned(text.split(' ').map(cut).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_words_takes_the_end_of_long_words_only() {
        assert_eq!(cut_words("alice@example.com", 17, true), "alice@example.com");
        assert_eq!(cut_words("alice@example.com", 10, true), "alice@exa…");
        assert_eq!(cut_words("alice@example.com", 10, false), "alice@e...");
        assert_eq!(cut_words("curl/8 Mozilla/5.0 a", 7, true), "curl/8 Mozill… a");
        assert_eq!(cut_words("東京大阪", 6, true), "東京…");
    }

    #[test]
    fn wrap_breaks_between_words_only() {
        assert_eq!(wrap("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrap("", 9), [""]);
        assert_eq!(wrap("incomprehensible words", 9), ["incomprehensible", "words"]);
        assert_eq!(wrap("well-known 2026-11-24", 12), ["well-known", "2026-11-24"]);
        assert_eq!(wrap("東京 大阪", 5), ["東京", "大阪"]);
    }

    #[test]
    fn wrap_indented_indents_later_lines_deeper() {
        assert_eq!(wrap_indented("one two three", "    ", 12), ["    one two", "      three"]);
    }

    #[test]
    fn wrap_hanging_indents_later_lines() {
        assert_eq!(wrap_hanging("error: no such thing", 12), "error: no\n  such thing");
        assert_eq!(wrap_hanging("error: short", 80), "error: short");
    }
}
