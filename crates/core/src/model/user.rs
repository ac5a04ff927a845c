//! A user: a name, and what was decided about the account. Passwords are another file's matter.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

use super::time::Timestamp;

/// The row number of a user; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub i64);

/// A user's name as it was given, without the white space around it. Two names that differ only in case or in
/// surrounding space are one user, so that no alias escapes a throttle or a revocation (CVE-2025-6004).
#[derive(Clone, Debug)]
pub struct UserName(Arc<str>);

/// The longest name, in bytes.
pub const MAX_NAME_BYTES: usize = 256;

/// Why a text is no user name.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum UserNameError {
    /// Nothing, or only white space.
    #[error("a user name must not be empty")]
    Empty,
    /// Over [`MAX_NAME_BYTES`] bytes.
    #[error("a user name has at most 256 bytes")]
    TooLong,
    /// It holds a NUL byte, which no later program would show.
    #[error("a user name holds no NUL byte")]
    Nul,
}

impl UserName {
    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which two spellings of one name are equal.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for UserName {
    type Err = UserNameError;

    fn from_str(text: &str) -> Result<Self, UserNameError> {
        let name = text.trim();
        match name {
            "" => Err(UserNameError::Empty),
            _ if name.len() > MAX_NAME_BYTES => Err(UserNameError::TooLong),
            _ if name.contains('\0') => Err(UserNameError::Nul),
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

/// A user as stored, without the password's hash.
#[derive(Clone, Debug)]
pub struct User {
    /// The row number.
    pub id: UserId,
    /// The name as it was first given.
    pub name: UserName,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the password was last set; none for a user who cannot log in with one.
    pub password_changed_at: Option<Timestamp>,
    /// Since when the account is disabled.
    pub disabled_at: Option<Timestamp>,
    /// Failed logins since the last success.
    pub failed_logins: u32,
    /// Before this moment no password is tried.
    pub throttled_until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one() {
        let name = |text: &str| text.parse::<UserName>().unwrap();
        assert_eq!(name("Bob "), name("bob"));
        assert_eq!(name(" Bob ").as_str(), "Bob");
        assert_ne!(name("bob"), name("bobby"));
        assert_eq!(name("\"; DROP TABLE").as_str(), "\"; DROP TABLE");
    }

    #[test]
    fn bad_names_are_refused() {
        assert_eq!("".parse::<UserName>(), Err(UserNameError::Empty));
        assert_eq!(" \t".parse::<UserName>(), Err(UserNameError::Empty));
        assert_eq!("a\0b".parse::<UserName>(), Err(UserNameError::Nul));
        assert_eq!("x".repeat(257).parse::<UserName>(), Err(UserNameError::TooLong));
    }
}
