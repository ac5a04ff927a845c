//! What an attacker guesses first without knowing the user: patterns and common words. Only parts of a password are
//! examined here; the conditions are in `password`.

use zeroize::Zeroizing;

/// The commonest passwords, sorted; the file names their source.
const COMMONEST: &str = include_str!("commonest.txt");

/// Neighbours on a keyboard: English, German and French rows, and the columns below the digits.
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

/// The fewest characters in order that count as a run.
const MIN_RUN_CHARACTERS: usize = 3;

/// The words that attackers try first.
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

/// The part that `text` repeats at least twice, the last time perhaps cut off; all of `text` where nothing is repeated.
pub(super) fn unit(text: &[char]) -> &[char] {
    let repeats = |length: &usize| text[*length..] == text[..text.len() - length];
    let length = (1..=text.len() / 2).find(repeats).unwrap_or(text.len());
    &text[..length]
}

/// Whether `text` consists of runs of neighbours, with at most two characters behind them.
pub(super) fn is_pattern(text: &[char]) -> bool {
    let mut rest = text;
    while rest.len() >= MIN_RUN_CHARACTERS {
        let run = run(rest);
        if run < MIN_RUN_CHARACTERS {
            return false;
        }
        rest = &rest[run..];
    }
    true
}

/// Whether `text` is a word that `is_word` knows, with only a pattern or a second known word beside it.
pub(super) fn little_more_than(text: &[char], is_word: impl Fn(&[char]) -> bool) -> bool {
    (1..=text.len()).any(|at| {
        let (head, tail) = text.split_at(at);
        is_word(head) && (is_pattern(tail) || is_word(tail)) || is_word(tail) && is_pattern(head)
    })
}

/// The number of characters at the start of `text` that are equal, or rise or fall one by one.
fn run(text: &[char]) -> usize {
    let length = |in_order: fn(char, char) -> bool| {
        1 + text.windows(2).take_while(|pair| in_order(pair[0], pair[1])).count()
    };
    length(|a, b| a == b).max(length(follows)).max(length(|a, b| follows(b, a)))
}

/// Whether `next` directly follows `this` in an alphabet, among the digits or on a keyboard.
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
    fn commonest_passwords_are_sorted_in_lower_case() {
        let words = Words::with_names(Vec::new()).commonest;
        assert!(words.len() >= 2900, "{}", words.len());
        assert!(words.is_sorted_by(|a, b| a < b));
        assert!(words.iter().all(|word| word.to_lowercase() == **word && word.trim() == *word));
        assert!(words.iter().all(|word| word.chars().count() >= 5));
        assert!(COMMONEST.len() < 60_000);
    }

    #[test]
    fn unit_is_the_repeated_part() {
        for (text, expected) in [("aaaa", "a"), ("abcabca", "abc"), ("abcab", "abcab"), ("abcd", "abcd")] {
            assert_eq!(unit(&chars(text)), chars(expected), "{text}");
        }
    }

    #[test]
    fn is_pattern_accepts_runs_only() {
        for text in ["", "x", "xy", "890123", "dcba", "aaab", "zyxwv9876", "lkjhgf", "1qaz2wsx", "tzuiop"] {
            assert!(is_pattern(&chars(text)), "{text}");
        }
        for text in ["horse", "abxcd", "12 34 56", "abchorse"] {
            assert!(!is_pattern(&chars(text)), "{text}");
        }
    }
}
