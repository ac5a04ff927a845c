//! What a password must be to be set. Hashing it is another layer's matter, and so is asking for it.

mod guess;

use thiserror::Error;
use zeroize::Zeroizing;

use guess::{Words, is_pattern, little_more_than, unit};

/// The least characters of a password that stands alone (NIST 800-63B-4 §3.1.1.2: each Unicode code point is
/// one character).
pub const MIN_BYTES: usize = 15;
/// The most bytes; a passphrase fits, and hashing stays cheap to start.
pub const MAX_BYTES: usize = 1024;

/// Why a password cannot be set.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PasswordError {
    /// Under [`MIN_BYTES`] characters.
    #[error("the password is too short: at least 15 characters; several words are easy to remember")]
    TooShort,
    /// Over [`MAX_BYTES`] bytes.
    #[error("the password is too long: at most 1024 bytes")]
    TooLong,
    /// Something short over and over, or characters in the order of the alphabet or of the keyboard.
    #[error("the password is a repetition or a sequence; several words are easy to remember")]
    Pattern,
    /// The user's name or the program's, and nothing to speak of beside it.
    #[error("the password is little more than a name that anyone would try; choose words that do not belong")]
    Name,
    /// One of the commonest passwords, and nothing to speak of beside it.
    #[error("the password is one of the commonest, or little more; choose words that do not belong together")]
    Common,
}

/// Whether `password` may be set for the user named `user_name`. It is taken exactly as typed: no rule asks for
/// digits or signs, nothing is cut off, and only what is tried first is refused, in any case of its letters
/// (NIST 800-63B-4 §3.1.1.2).
///
/// # Errors
/// [`PasswordError`] for the first rule it breaks.
pub fn check(password: &[u8], user_name: &str) -> Result<(), PasswordError> {
    if password.len() > MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    let text = Zeroizing::new(String::from_utf8_lossy(password).into_owned());
    if text.chars().count() < MIN_BYTES {
        return Err(PasswordError::TooShort);
    }
    let folded = fold(&text);
    // What is repeated counts once.
    let unit = unit(&folded);
    if unit.len() < MIN_BYTES || is_pattern(unit) {
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

/// The names that a password must not be: the user's, its part before an `@`, and the program's.
fn names(user_name: &str) -> Vec<Zeroizing<Vec<char>>> {
    let local = user_name.split('@').next().unwrap_or_default();
    [user_name, local, "sessionctl"].iter().map(|name| fold(name)).collect()
}

/// `text` in lower case, made without leaving a copy of it in memory.
fn fold(text: &str) -> Zeroizing<Vec<char>> {
    // No character has more than three in lower case.
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
    fn length_is_counted_in_characters_up_to_a_limit_in_bytes() {
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
    fn what_is_no_text_is_taken_too() {
        assert_eq!(check(b"\xffcorrect\xfe horse\x80", "bob"), Ok(()));
        assert_eq!(check(b"\xff\xfe", "bob"), Err(PasswordError::TooShort));
    }

    #[test]
    fn no_rule_of_composition() {
        for password in ["correct horse battery staple", "eleven purple teapots", "zq8w1mfk2vjx7ht"] {
            assert_eq!(verdict(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn repetitions_and_sequences_are_refused() {
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
    fn names_are_refused() {
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
    fn the_commonest_are_refused() {
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
