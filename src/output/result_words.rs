//! The words of a field `result`: each kind of record has one list of them, from which commands take the words that they
//! print, and documentation what they mean. The lists themselves belong to the commands.

use super::record::Value;

/// The words that `result` can be in one kind of record, each with what it means.
#[derive(Clone, Copy, Debug)]
pub struct ResultWords(&'static [(&'static str, &'static str)]);

/// A word of a list. Nothing else makes one, so that no command prints a word that its documentation lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultWord(&'static str);

impl ResultWords {
    /// The list of these words, each with what it means.
    #[must_use]
    pub const fn new(words: &'static [(&'static str, &'static str)]) -> Self {
        ResultWords(words)
    }

    /// A word of the list.
    ///
    /// # Panics
    /// Where it is not in the list. In a constant that is an error of the compiler.
    #[must_use]
    pub const fn word(self, word: &str) -> ResultWord {
        match self.find(word) {
            Some(found) => found,
            None => panic!("a word of `result` that its list lacks"),
        }
    }

    /// A word of the list, where it is in it.
    #[must_use]
    pub const fn find(self, word: &str) -> Option<ResultWord> {
        let mut at = 0;
        while at < self.0.len() {
            if is_same(self.0[at].0, word) {
                return Some(ResultWord(self.0[at].0));
            }
            at += 1;
        }
        None
    }

    /// Each word, with what it means.
    pub fn iter(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.iter().copied()
    }
}

impl ResultWord {
    /// The word itself.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl From<ResultWord> for Value {
    fn from(word: ResultWord) -> Self {
        Value::Word(word.0)
    }
}

/// `==` of texts, which constants do not have.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_is_one_of_its_list() {
        const WORDS: ResultWords = ResultWords::new(&[("done", "it is done"), ("undone", "it is not")]);
        const DONE: ResultWord = WORDS.word("done");
        assert_eq!(DONE.as_str(), "done");
        assert_eq!(WORDS.find("undone").map(Value::from), Some(Value::Word("undone")));
        for other in ["", "don", "done ", "Done"] {
            assert_eq!(WORDS.find(other), None, "{other}");
        }
        assert_eq!(WORDS.iter().count(), 2);
    }
}
