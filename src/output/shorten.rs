//! Text cut to a length at which a message can still be read: a message repeats what was written, and that can be a whole
//! file. Results are never cut.

use std::borrow::Cow;

/// Longer words are cut. A path is rarely as long.
const MAX_WORD_CHARS: usize = 512;
/// Longer values of arguments are cut.
const MAX_VALUE_CHARS: usize = 200;
/// Longer messages are cut. The names of all fields fit.
const MAX_MESSAGE_CHARS: usize = 2_000;

/// The value of an argument, without its middle where it is long.
#[must_use]
pub fn shortened_value(text: &str) -> Cow<'_, str> {
    without_middle(text, MAX_VALUE_CHARS)
}

/// A message without the middle of long words, and without its own where it is still long.
#[must_use]
pub fn shortened_message(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_WORD_CHARS {
        return Cow::Borrowed(text);
    }
    let cut = |piece| {
        let word = str::trim_end(piece);
        [without_middle(word, MAX_WORD_CHARS), Cow::Borrowed(&piece[word.len()..])].concat()
    };
    let text: String = text.split_inclusive(char::is_whitespace).map(cut).collect();
    Cow::Owned(without_middle_words(&text, MAX_MESSAGE_CHARS).into_owned())
}

/// The same between words: half a number would look like another one.
fn without_middle_words(text: &str, max: usize) -> Cow<'_, str> {
    let short = without_middle(text, max);
    let Some((begin, end)) = short.split_once('…').filter(|_| matches!(short, Cow::Owned(_))) else {
        return short;
    };
    let begin = begin.rfind(char::is_whitespace).map_or(begin, |at| &begin[..=at]);
    let end = end.find(char::is_whitespace).map_or(end, |at| &end[at..]);
    Cow::Owned(format!("{begin}…{end}"))
}

/// The first and the last characters of a text that has more than `max`: together a third of `max`.
fn without_middle(text: &str, max: usize) -> Cow<'_, str> {
    // Each character has at least one byte.
    if text.len() <= max || text.chars().count() <= max {
        return Cow::Borrowed(text);
    }
    let kept = max / 6;
    let begin = text.char_indices().nth(kept).map_or(text.len(), |(at, _)| at);
    let end = text.char_indices().nth_back(kept).map_or(0, |(at, _)| at);
    Cow::Owned(format!("{}…{}", &text[..begin], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_word_loses_its_middle_and_the_rest_stays() {
        let long = "é".repeat(10_000);
        let short = shortened_message(&format!("no app {long} is\nknown")).into_owned();
        assert!(
            short.starts_with("no app éé") && short.ends_with("é is\nknown") && short.contains('…'),
            "{short}"
        );
        assert!(short.chars().count() < 250);
        assert_eq!(shortened_message("no app a is known"), "no app a is known");
        assert_eq!(shortened_value(&"é".repeat(200)), "é".repeat(200));
        assert_eq!(shortened_value(&format!("a{}b", "é".repeat(10_000))).chars().count(), 68);
    }

    #[test]
    fn long_message_of_short_words_loses_its_middle() {
        let short = shortened_message(&"word ".repeat(5_000)).into_owned();
        assert!(short.chars().count() < 1_000 && short.starts_with("word word") && short.ends_with("word "));
        let ids: String = (1_000_000..1_001_000).map(|id| format!("{id}, ")).collect();
        let short = shortened_message(&ids).into_owned();
        assert!(short.split([',', ' ', '…']).all(|id| id.is_empty() || id.len() == 7), "{short}");
        let fits = "word ".repeat(400);
        assert_eq!(shortened_message(&fits), fits);
    }
}
