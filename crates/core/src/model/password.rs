//! The conditions under which a password may be set. Hashing is in `ops::password`; asking for a password is a front's
//! task.

mod guess;

use thiserror::Error;
use zeroize::Zeroizing;

use guess::{Words, is_pattern, little_more_than, unit};

/// The fewest characters of a password that is the only factor (NIST 800-63B-4 §3.1.1.2: each Unicode code point is one
/// character).
pub const MIN_CHARACTERS: usize = 15;
/// The most bytes: enough for a passphrase, and few enough that reading one costs little.
pub const MAX_BYTES: usize = 1024;

/// Why a password cannot be set.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PasswordError {
    /// Under [`MIN_CHARACTERS`] characters.
    #[error("the password is too short: at least 15 characters; several words are easy to remember")]
    TooShort,
    /// Over [`MAX_BYTES`] bytes.
    #[error("the password is too long: at most 1024 bytes")]
    TooLong,
    /// A short text that is repeated, or characters in the order of the alphabet or of the keyboard.
    #[error("the password is a repetition or a sequence; several words are easy to remember")]
    Pattern,
    /// The name of the user or of the program, with little more.
    #[error("the password is little more than a name that anyone would try; choose words that do not belong")]
    Name,
    /// One of the commonest passwords, with little more.
    #[error("the password is one of the commonest, or little more; choose words that do not belong together")]
    Common,
}

/// Checks whether `password` may be set for the user named `user_name`. It is taken exactly as typed: no rule
/// requires digits or symbols, nothing is cut off, and only passwords that attackers try first are refused, in upper
/// or lower case (NIST 800-63B-4 §3.1.1.2).
///
/// # Errors
/// [`PasswordError`] for the first condition that fails.
pub fn check(password: &[u8], user_name: &str) -> Result<(), PasswordError> {
    if password.len() > MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    let text = Zeroizing::new(String::from_utf8_lossy(password).into_owned());
    if text.chars().count() < MIN_CHARACTERS {
        return Err(PasswordError::TooShort);
    }
    let folded = fold(&text);
    // A repeated part counts once.
    let unit = unit(&folded);
    if unit.len() < MIN_CHARACTERS || is_pattern(unit) {
        return Err(PasswordError::Pattern);
    }
    let words = Words::with_names(names(user_name));
    if little_more_than(unit, |part| words.is_name(part)) {
        return Err(PasswordError::Name);
    }
    if little_more_than(unit, |part| words.is_known(part)) {
        return Err(PasswordError::Common);
    }
    Ok(())
}

/// The names that a password must not consist of: the user's, its part before an `@`, and the program's.
fn names(user_name: &str) -> Vec<Zeroizing<Vec<char>>> {
    let local = user_name.split('@').next().unwrap_or_default();
    [user_name, local, "sessionctl"].iter().map(|name| fold(name)).collect()
}

/// `text` in lower case, without a copy of it that stays in memory.
fn fold(text: &str) -> Zeroizing<Vec<char>> {
    // A character has at most three characters in lower case.
    let mut folded = Zeroizing::new(Vec::with_capacity(3 * text.len()));
    folded.extend(text.chars().flat_map(char::to_lowercase));
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(password: &str) -> Result<(), PasswordError> {
        check(password.as_bytes(), "Bob.Miller@example.com")
    }

    #[test]
    fn check_counts_characters_up_to_a_limit_in_bytes() {
        assert_eq!(verdict("correct horse "), Err(PasswordError::TooShort));
        assert_eq!(verdict("correct horse b"), Ok(()));
        assert_eq!(verdict("ключ от сарая"), Err(PasswordError::TooShort));
        assert_eq!(verdict("ключ от сарая 🐎"), Ok(()));
        let long = "the quick brown fox jumps over a lazy dog, ".repeat(24);
        let mut long = long[..1023].to_owned();
        long.push('!');
        assert_eq!(verdict(&long), Ok(()));
        assert_eq!(verdict(&(long + "x")), Err(PasswordError::TooLong));
    }

    #[test]
    fn check_accepts_bytes_that_are_not_utf8() {
        assert_eq!(check(b"\xffcorrect\xfe horse\x80", "bob"), Ok(()));
        assert_eq!(check(b"\xff\xfe", "bob"), Err(PasswordError::TooShort));
    }

    #[test]
    fn check_has_no_rule_of_composition() {
        for password in ["correct horse battery staple", "eleven purple teapots", "zq8w1mfk2vjx7ht"] {
            assert_eq!(verdict(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn check_rejects_repetitions_and_sequences() {
        for password in [
            "aaaaaaaaaaaaaaa",
            "abcabcabcabcabcab",
            "123456789012345",
            "987654321098765",
            "abcdefghijklmno",
            "AbcDefGhijKlmnop",
            "qwertyuiopasdfgh",
            "1qaz2wsx3edc4rfv",
            "111222333444555",
            "passwordPASSWORD",
            "bobmillerbobmiller",
            "абвгдежзийклмноп",
        ] {
            assert_eq!(verdict(password), Err(PasswordError::Pattern), "{password}");
        }
    }

    #[test]
    fn check_rejects_names() {
        for password in [
            "bob.miller@example.com",
            "BOB.MILLER@EXAMPLE.COM",
            "Bob.Miller12345",
            "sessionctl12345",
            "bob.millersessionctl",
            "bob.miller@example.combob.miller@example.com",
        ] {
            assert_eq!(verdict(password), Err(PasswordError::Name), "{password}");
        }
        assert_eq!(check("bob.miller@example.com".as_bytes(), "alice"), Ok(()));
    }

    #[test]
    fn check_rejects_the_commonest_passwords() {
        for password in [
            "frankiegoestohollywood",
            "SpongebobSquarepants",
            "spongebobsquarepantsspongebobsquarepants",
            "spongebobsquarepants1",
            "football1234567",
            "1234567football",
            "passwordfootball",
        ] {
            assert_eq!(verdict(password), Err(PasswordError::Common), "{password}");
        }
    }
}
