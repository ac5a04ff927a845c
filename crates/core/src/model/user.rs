//! A user: a name, and the state of the account. Passwords are in `password`; hashes are in no value of the model.

use std::fmt;
use std::str::FromStr;

use smol_str::SmolStr;
use thiserror::Error;
use unicase::UniCase;
use unicode_normalization::UnicodeNormalization as _;

use super::time::Timestamp;

/// The number of a user; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub i64);

/// A user's name as it was given, without the white space around it. Two names that differ only in case, in Unicode
/// normalization form or in surrounding space are one user, so that no alias escapes a throttle or a revocation
/// (CVE-2025-6004).
///
/// An account that was removed is named `bob (removed 2026-11-25)`, with the date in UTC; the second one that day
/// `bob (removed 2026-11-25, 2)`. That name is equal to no other account's, and no account can be added under it.
///
/// A short name, which most are, is kept in place: a list of many users would allocate each on one thread and free it
/// on another.
#[derive(Clone, Debug)]
pub struct UserName(SmolStr);

/// A control character, or one that shows nothing or turns the direction of the text (UTS #39 §3.1, UTR #36 §2.1).
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}'
                | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Whether a name holds a character that shows nothing. The variation selectors that choose the form of an emoji show
/// nothing behind a letter or a digit.
fn holds_invisible(name: &str) -> bool {
    let mut before = None;
    name.chars().any(|character| {
        let before = before.replace(character);
        let selects = matches!(character, '\u{fe0e}' | '\u{fe0f}');
        is_invisible(character) || selects && before.is_none_or(char::is_alphanumeric)
    })
}

/// The most bytes of a name.
pub const MAX_NAME_BYTES: usize = 256;

/// Why a text is not a user name.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum UserNameError {
    /// It is empty, or only white space.
    #[error("a user name must not be empty")]
    Empty,
    /// Over [`MAX_NAME_BYTES`] bytes.
    #[error("a user name has at most 256 bytes")]
    TooLong,
    /// It holds a control character, or one that is not seen, which could make it look like another name.
    #[error("a user name holds no control characters and no invisible ones")]
    Control,
}

impl UserName {
    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name for an account whose name this program does not accept, because an older one did not look at it: with
    /// `?` in place of what is not shown, or else of its number.
    #[must_use]
    pub fn repaired(text: &str, id: UserId) -> UserName {
        let visible: String = text.chars().map(|c| if is_invisible(c) { '?' } else { c }).collect();
        visible.parse().unwrap_or_else(|_| UserName(format!("user {}", id.0).into()))
    }

    /// The form in which two spellings of one name are equal: full case folding and NFC (Unicode Standard §3.13,
    /// UAX #15). The one key for users, lists, the audit log and the throttle.
    #[must_use]
    pub fn key(&self) -> String {
        if self.0.is_ascii() {
            return self.0.to_ascii_lowercase();
        }
        let normal: String = self.0.nfd().collect();
        let folded = UniCase::unicode(normal).to_folded_case();
        // Folding can leave a form that is not normal.
        folded.nfc().collect()
    }

    /// The key of the name that an account has or had: without the date where it is shown as removed.
    #[must_use]
    pub fn account_key(&self) -> String {
        self.as_removed().map_or_else(|| self.key(), |removed| removed.name.key())
    }

    /// The name of an account that was removed at `at`, as the `ordinal`th of its name that day (from 1).
    #[must_use]
    pub fn removed(&self, at: Timestamp, ordinal: u64) -> UserName {
        let date = at.date();
        UserName(match ordinal {
            0 | 1 => format!("{self} (removed {date})").into(),
            later => format!("{self} (removed {date}, {later})").into(),
        })
    }

    /// What the name of a removed account says: its name before, the date in UTC, and which of that day it is.
    #[must_use]
    pub fn as_removed(&self) -> Option<RemovedName> {
        let (name, rest) = self.0.rsplit_once(" (removed ")?;
        let rest = rest.strip_suffix(')')?;
        let (date, ordinal) = match rest.split_once(", ") {
            None => (rest, 1),
            Some((date, ordinal)) => (date, ordinal.parse().ok().filter(|ordinal| *ordinal > 1)?),
        };
        let midnight = Timestamp::from_date(date)?;
        Some(RemovedName { name: name.parse().ok()?, midnight, ordinal })
    }
}

/// The parts of the name of a removed account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedName {
    /// The name that the account had.
    pub name: UserName,
    /// The beginning of the day, in UTC, on which it was removed.
    pub midnight: Timestamp,
    /// Which of the accounts of that name that were removed that day, from 1.
    pub ordinal: u64,
}

/// An account: one that has its name now, or one that was removed.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its row number.
    pub id: UserId,
    /// Its name as it is shown, which differs from that of every other account.
    pub name: UserName,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
}

impl FromStr for UserName {
    type Err = UserNameError;

    fn from_str(text: &str) -> Result<Self, UserNameError> {
        let name = text.trim();
        match name {
            "" => Err(UserNameError::Empty),
            _ if name.len() > MAX_NAME_BYTES => Err(UserNameError::TooLong),
            // Plain names, which most are, are decided by their bytes: lists read a name with each row.
            _ if !name.bytes().all(|byte| matches!(byte, b' '..=b'~')) && holds_invisible(name) => {
                Err(UserNameError::Control)
            }
            _ => Ok(UserName(name.into())),
        }
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq for UserName {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for UserName {}

/// A user as it is stored, without the hash of the password.
#[derive(Clone, Debug)]
pub struct User {
    /// The user's number.
    pub id: UserId,
    /// The name as it was first given.
    pub name: UserName,
    /// When the account was created.
    pub created_at: Timestamp,
    /// When the password was last set; none for a user without one.
    pub password_changed_at: Option<Timestamp>,
    /// Since when the account is disabled.
    pub disabled_at: Option<Timestamp>,
    /// Failed logins since the last success.
    pub failed_logins: u32,
    /// Before this time no password is checked.
    pub throttled_until: Option<Timestamp>,
    /// When the last of the failed logins was.
    pub last_failed_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_equal() {
        let name = |text: &str| text.parse::<UserName>().unwrap();
        assert_eq!(name("Bob "), name("bob"));
        assert_eq!(name(" Bob ").as_str(), "Bob");
        assert_ne!(name("bob"), name("bobby"));
        assert_eq!(name("\"; DROP TABLE").as_str(), "\"; DROP TABLE");
    }

    #[test]
    fn parse_rejects_empty_long_and_control_names() {
        assert_eq!("".parse::<UserName>(), Err(UserNameError::Empty));
        assert_eq!(" \t".parse::<UserName>(), Err(UserNameError::Empty));
        for control in ["a\0b", "ev\u{1b}[31mil", "a\nb", "a\u{85}b"] {
            assert_eq!(control.parse::<UserName>(), Err(UserNameError::Control), "{control:?}");
        }
        assert_eq!("x".repeat(257).parse::<UserName>(), Err(UserNameError::TooLong));
    }

    #[test]
    fn keys_fold_case_fully_and_normalize() {
        let key = |text: &str| text.parse::<UserName>().unwrap().key();
        for (one, other) in [
            ("ΟΔΟΣ", "οδοσ"),
            ("οδος", "οδοσ"),
            ("Zoë", "ZOË"),
            ("Zoe\u{308}", "zoë"),
            ("STRASSE", "straße"),
            ("ﬁn", "FIN"),
            ("\u{1e9b}\u{323}", "\u{1e61}\u{323}"),
        ] {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
        // A dot above i is a letter of its own in Turkish; nothing is guessed about the language.
        assert_ne!(key("İ"), key("i"));
    }

    #[test]
    fn removed_accounts_are_named_by_their_day_and_read_back() {
        let name: UserName = "Bob".parse().unwrap();
        let at = Timestamp::from_unix(1_795_651_199);
        for (ordinal, text) in [(1, "Bob (removed 2026-11-25)"), (2, "Bob (removed 2026-11-25, 2)")] {
            let removed = name.removed(at, ordinal);
            assert_eq!(removed.as_str(), text);
            assert_ne!(removed, name);
            let read = removed.as_removed().unwrap();
            assert_eq!((read.name.as_str(), read.ordinal), ("Bob", ordinal));
            assert!(at.since(read.midnight).as_secs() < 86_400 && read.midnight <= at);
        }
        for other in [
            "Bob",
            "Bob (removed)",
            "Bob (removed 2026-13-25)",
            "Bob (removed 2026-11-25, 1)",
            "(removed 2026-11-25)",
        ] {
            assert_eq!(other.parse::<UserName>().unwrap().as_removed(), None, "{other}");
        }
    }
}
