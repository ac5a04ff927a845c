//! What of a password can be guessed without knowing anything: patterns, and words that are tried first. Only
//! the parts are judged here; what follows from them stands with the rules.

use zeroize::Zeroizing;

/// The commonest passwords, sorted; where they come from is said there.
const COMMONEST: &str = include_str!("commonest.txt");

/// What lies in a row on a keyboard: English, German and French rows, and the columns under the digits.
const ROWS: [&str; 12] = [
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
];

/// Fewer characters in order are no run.
const SHORTEST_RUN: usize = 3;

/// The words that are tried first.
pub(super) struct Words {
    names: Vec<Zeroizing<Vec<char>>>,
    commonest: Vec<&'static str>,
}

impl Words {
    /// The commonest passwords, and `names` in lower case.
    pub(super) fn with_names(names: Vec<Zeroizing<Vec<char>>>) -> Self {
        Words { names, commonest: COMMONEST.lines().filter(|line| !line.starts_with('#')).collect() }
    }

    /// Whether `part` is one of the names.
    pub(super) fn is_name(&self, part: &[char]) -> bool {
        self.names.iter().any(|name| name.as_slice() == part)
    }

    /// Whether `part` is one of the names or of the commonest passwords.
    pub(super) fn is_known(&self, part: &[char]) -> bool {
        let order = |word: &&str| word.chars().cmp(part.iter().copied());
        self.is_name(part) || self.commonest.binary_search_by(order).is_ok()
    }
}

/// What `text` repeats at least twice, the last time perhaps cut short; all of it where nothing is repeated.
pub(super) fn unit(text: &[char]) -> &[char] {
    let repeats = |length: &usize| text[*length..] == text[..text.len() - length];
    let length = (1..=text.len() / 2).find(repeats).unwrap_or(text.len());
    &text[..length]
}

/// Whether `text` is nothing but runs of neighbours, with at most two characters behind them.
pub(super) fn is_pattern(text: &[char]) -> bool {
    let mut rest = text;
    while rest.len() >= SHORTEST_RUN {
        let run = run(rest);
        if run < SHORTEST_RUN {
            return false;
        }
        rest = &rest[run..];
    }
    true
}

/// Whether `text` is a word that `is_word` knows, with nothing but a pattern or a second such word at its side.
pub(super) fn little_more_than(text: &[char], is_word: impl Fn(&[char]) -> bool) -> bool {
    (1..=text.len()).any(|at| {
        let (head, tail) = text.split_at(at);
        is_word(head) && (is_pattern(tail) || is_word(tail)) || is_word(tail) && is_pattern(head)
    })
}

/// How many characters at the start of `text` are equal, or go up or down step by step.
fn run(text: &[char]) -> usize {
    let length = |in_order: fn(char, char) -> bool| {
        1 + text.windows(2).take_while(|pair| in_order(pair[0], pair[1])).count()
    };
    length(|a, b| a == b).max(length(follows)).max(length(|a, b| follows(b, a)))
}

/// Whether `next` comes right after `this`, in an alphabet, among the digits or on a keyboard.
fn follows(this: char, next: char) -> bool {
    let adjacent = this.is_alphanumeric() && next.is_alphanumeric() && u32::from(this) + 1 == u32::from(next);
    let around = matches!((this, next), ('9', '0') | ('z', 'a'));
    let in_row = |row: &&str| row.chars().zip(row.chars().skip(1)).any(|pair| pair == (this, next));
    adjacent || around || ROWS.iter().any(in_row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn the_list_is_sorted_in_lower_case_and_long_enough() {
        let words = Words::with_names(Vec::new()).commonest;
        assert!(words.len() >= 2900, "{}", words.len());
        assert!(words.is_sorted_by(|a, b| a < b));
        assert!(words.iter().all(|word| word.to_lowercase() == **word && word.trim() == *word));
        assert!(words.iter().all(|word| word.chars().count() >= 5));
        assert!(COMMONEST.len() < 60_000);
    }

    #[test]
    fn what_is_repeated_counts_once() {
        for (text, expected) in [("aaaa", "a"), ("abcabca", "abc"), ("abcab", "abcab"), ("abcd", "abcd")] {
            assert_eq!(unit(&chars(text)), chars(expected), "{text}");
        }
    }

    #[test]
    fn patterns_are_made_of_runs() {
        for text in ["", "x", "xy", "890123", "dcba", "aaab", "zyxwv9876", "lkjhgf", "1qaz2wsx", "tzuiop"] {
            assert!(is_pattern(&chars(text)), "{text}");
        }
        for text in ["horse", "abxcd", "12 34 56", "abchorse"] {
            assert!(!is_pattern(&chars(text)), "{text}");
        }
    }
}
