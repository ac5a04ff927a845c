//! Lines that were wrapped inside a token: by a mail program, an editor, a terminal or Base64. The end of one line and the
//! beginning of the next are one word then. What is in the word is not decided here.

use zeroize::Zeroizing;

use crate::commands::input::line_stream::is_of_word;
use sessionctl_core::model::session::SessionId;
use sessionctl_wire::wraps::trim_line;

/// More than any escape of a whole token takes.
const MAX_WORD_BYTES: usize = 1024;
/// The digits of a token that can be on one side of the break, behind the prefix of API tokens.
const MAX_SIDE_BYTES: usize = 5 + 63;

/// The end of the line before, to which the next one may belong.
#[derive(Default)]
pub(super) struct Wrapped {
    word: Zeroizing<Vec<u8>>,
    /// Whether the word is all of its lines, so that the next line may belong to it as well.
    continues: bool,
    /// The sessions that were found in the lines of the word.
    pub(super) known: Vec<SessionId>,
}

/// The end of one line and the beginning of the next.
pub(super) struct Joined {
    text: Zeroizing<Vec<u8>>,
    /// Where the second line begins.
    at: usize,
}

impl Joined {
    pub(super) fn whole(&self) -> &[u8] {
        &self.text
    }

    /// The digits on both sides of the break, of which a token may consist. A column of numbers is none: no token is
    /// without letters.
    pub(super) fn around_the_break(&self) -> Option<&[u8]> {
        let end = self.text.len().min(self.at + MAX_SIDE_BYTES);
        let text = &self.text[self.at.saturating_sub(MAX_SIDE_BYTES)..end];
        text.iter().any(|byte| (b'a'..=b'f').contains(byte)).then_some(text)
    }
}

impl Wrapped {
    /// Joins the line with the word before it, and keeps its own last word; `None` where nothing can be wrapped there.
    /// A line that does not end here is a part of one that is too long to be wrapped.
    pub(super) fn join(&mut self, line: &[u8], ends: bool) -> Option<Joined> {
        let line = trim_line(line);
        let head = line.iter().position(|byte| !is_of_word(*byte)).unwrap_or(line.len());
        let tail = line.iter().rposition(|byte| !is_of_word(*byte)).map_or(0, |at| at + 1);
        let is_one_word = head == line.len() && head > 0;
        let at = self.word.len();
        let head = &line[..head.min(MAX_WORD_BYTES)];
        let joined = (at > 0 && !head.is_empty()).then(|| {
            // In one allocation, so that growing leaves no copy behind.
            let mut text = Zeroizing::new(Vec::with_capacity(at + head.len()));
            text.extend_from_slice(&self.word);
            text.extend_from_slice(head);
            Joined { text, at }
        });
        self.continues = is_one_word && joined.is_some();
        let end = match &joined {
            Some(joined) if self.continues => joined.whole(),
            _ => &line[tail..],
        };
        let end = end.strip_suffix(b"=").or_else(|| end.strip_suffix(b"\\")).unwrap_or(end);
        self.word = Zeroizing::new(end[end.len().saturating_sub(MAX_WORD_BYTES)..].to_vec());
        if !ends {
            self.word.clear();
        }
        joined
    }

    /// Remembers what was found in the line that was joined last.
    pub(super) fn remember(&mut self, found: Vec<SessionId>) {
        if !self.continues {
            self.known.clear();
        }
        // As many as a word can hold.
        self.known.truncate(MAX_WORD_BYTES);
        self.known.extend(found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(lines: &[&str]) -> Vec<String> {
        let mut wrapped = Wrapped::default();
        let texts = lines.iter().filter_map(|line| wrapped.join(line.as_bytes(), true));
        texts.map(|joined| String::from_utf8(joined.whole().to_vec()).unwrap()).collect()
    }

    #[test]
    fn join_puts_the_parts_of_a_wrapped_word_together() {
        assert_eq!(joined(&["GET /?t=abc", "def HTTP/1.1"]), ["t=abcdef"]);
        assert_eq!(joined(&["> x abc=", "> def=", "> 123 y"]), ["abcdef=", "abcdef123"]);
        assert_eq!(joined(&["  \"abc\" ", "  \"def\";"]), ["abcdef"]);
        assert_eq!(joined(&["// x abc", "// def"]), ["abcdef"]);
        assert_eq!(joined(&["+ # abc", "+ # def"]), ["abcdef"]);
        assert_eq!(joined(&["\u{a0}\u{a0}abc", "\u{a0}def"]), ["abcdef"]);
        assert_eq!(joined(&["abc", "", "def"]), [] as [&str; 0]);
        assert_eq!(joined(&["abc.", "def"]), [] as [&str; 0]);
    }

    #[test]
    fn join_is_bounded_and_leaves_numbers_out() {
        let mut wrapped = Wrapped::default();
        for number in 0..5_000 {
            let joined = wrapped.join(number.to_string().as_bytes(), true);
            assert!(
                joined.iter().all(|joined| joined.around_the_break().is_none() && joined.text.len() < 2_000)
            );
        }
        assert!(wrapped.join("x".repeat(5_000).as_bytes(), false).is_some());
        assert!(wrapped.join(b"y", true).is_none());
    }
}
