//! Patterns for labels: `*`, `?` and `[…]`, with the meaning of SQLite's GLOB, so that a store may hand a pattern
//! to its database. The `glob` crate negates a set with `!` and gives `/` a meaning of its own.

use thiserror::Error;

/// Whether the whole text matches the pattern; case-sensitive.
///
/// `*` matches any run of characters, `?` one character, `[abc]` one of these, `[a-z]` one of a range, and `[^abc]`
/// one that is not listed. A `]` directly behind the opening bracket is a member of the set. A set that is never
/// closed matches nothing.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern, text);
    // Where to continue after a mismatch: the pattern behind the last `*`, and the text that it has not taken yet.
    let mut retry: Option<(&str, &str)> = None;
    loop {
        if let Some(rest) = pattern.strip_prefix('*') {
            pattern = rest;
            retry = Some((rest, text));
            continue;
        }
        let mut characters = text.chars();
        let Some(character) = characters.next() else { return pattern.is_empty() };
        if let Some(rest) = match_one(pattern, character) {
            (pattern, text) = (rest, characters.as_str());
            continue;
        }
        let Some((behind_star, untaken)) = retry else { return false };
        let mut untaken = untaken.chars();
        if untaken.next().is_none() {
            return false;
        }
        (pattern, text) = (behind_star, untaken.as_str());
        retry = Some((pattern, text));
    }
}

/// A set of a pattern is never closed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the set that begins with [ is never closed; [[] is the bracket itself")]
pub struct UnclosedSet;

/// Reads a pattern as a person writes it for a shell, where `[!abc]` means what [`matches()`] reads as `[^abc]`.
///
/// # Errors
/// [`UnclosedSet`]: such a pattern matches nothing, and its negation everything.
pub fn read(text: &str) -> Result<String, UnclosedSet> {
    let (mut pattern, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find('[') {
        let (before, mut set) = rest.split_at(start + 1);
        pattern.push_str(before);
        if let Some(members) = set.strip_prefix(['!', '^']) {
            pattern.push('^');
            set = members;
        }
        // A `]` there is a member.
        let first = set.chars().next().map_or(0, char::len_utf8);
        let end = first + set[first..].find(']').ok_or(UnclosedSet)? + 1;
        pattern.push_str(&set[..end]);
        rest = &set[end..];
    }
    pattern.push_str(rest);
    Ok(pattern)
}

/// The pattern behind its first element, if that element matches the character.
fn match_one(pattern: &str, character: char) -> Option<&str> {
    let mut rest = pattern.chars();
    match rest.next()? {
        '?' => Some(rest.as_str()),
        '[' => match_set(rest.as_str(), character),
        literal => (literal == character).then_some(rest.as_str()),
    }
}

/// The pattern behind a set, if the set, whose `[` was read, contains the character.
fn match_set(set: &str, character: char) -> Option<&str> {
    let mut rest = set.chars();
    let mut member = rest.next()?;
    let negated = member == '^';
    if negated {
        member = rest.next()?;
    }
    let mut contained = false;
    if member == ']' {
        contained = character == ']';
        member = rest.next()?;
    }
    let mut low = None;
    while member != ']' {
        let closes = rest.as_str().starts_with(']');
        match low.take() {
            Some(low) if member == '-' && !closes => contained |= (low..=rest.next()?).contains(&character),
            _ => {
                contained |= character == member;
                low = Some(member);
            }
        }
        member = rest.next()?;
    }
    (contained != negated).then_some(rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_negates_as_a_shell_does_and_refuses_a_set_without_an_end() {
        for (text, pattern) in [
            ("[!a-p]*", "[^a-p]*"),
            ("[^a-p]*", "[^a-p]*"),
            ("x[]!]y[!]]z", "x[]!]y[^]]z"),
            ("[a!]", "[a!]"),
            ("a!b]", "a!b]"),
            ("[[]prod]", "[[]prod]"),
            ("[é]", "[é]"),
            ("", ""),
        ] {
            assert_eq!(read(text).as_deref(), Ok(pattern), "{text}");
        }
        for text in ["[", "[prod", "a[]", "[!]", "[^", "[a][b", "[é"] {
            assert_eq!(read(text), Err(UnclosedSet), "{text}");
        }
    }

    #[test]
    fn matches_accepts_and_rejects_as_sqlite_does() {
        for (pattern, accepted, rejected) in [
            ("", &[""][..], &["a"][..]),
            ("ci-*", &["ci-", "ci-7", "ci-*"], &["CI-7", "xci-7", "ci"]),
            ("*", &["", "anything"], &[]),
            ("**a**", &["a", "bab"], &["", "b"]),
            ("a*b*c", &["abc", "axbxbxc", "abcc"], &["acb", "ab"]),
            ("?", &["a", "é"], &["", "ab"]),
            ("*?", &["a", "ab"], &[""]),
            ("[abc]x", &["ax", "cx"], &["dx", "x"]),
            ("[a-c]", &["a", "b", "c"], &["d", "-"]),
            ("[^a-c]", &["d", "-", "^"], &["a", ""]),
            ("[a^]", &["a", "^"], &["b"]),
            ("[]a]", &["]", "a"], &["b", "[]a]"]),
            ("[^]]", &["a"], &["]"]),
            ("[a-]", &["a", "-"], &["b"]),
            ("[-a]", &["a", "-"], &["b"]),
            ("[a-c-e]", &["b", "-", "e"], &["d"]),
            ("*[0-9]", &["a1", "12"], &["a", ""]),
            ("[abc", &[], &["a", "[abc", ""]),
            ("a]", &["a]"], &["a"]),
        ] {
            for text in accepted {
                assert!(matches(pattern, text), "{pattern:?} must accept {text:?}");
            }
            for text in rejected {
                assert!(!matches(pattern, text), "{pattern:?} must reject {text:?}");
            }
        }
    }

    #[test]
    fn matches_takes_no_exponential_time() {
        let text = "a".repeat(200);
        assert!(!matches(&format!("{}b", "a*".repeat(50)), &text));
        assert!(matches(&"a*".repeat(50), &text));
    }
}
