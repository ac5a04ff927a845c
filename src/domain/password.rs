//! What a password must be to be set. Hashing it is another layer's matter, and so is asking for it.

use thiserror::Error;

/// The least bytes of a password that stands alone (NIST 800-63B-4 §3.1.1.2).
pub const SHORTEST: usize = 15;
/// The most bytes; a passphrase fits, and hashing stays cheap to start.
pub const LONGEST: usize = 1024;

/// Why a password cannot be set.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PasswordError {
    /// Under [`SHORTEST`] bytes.
    #[error("the password is too short: at least 15 bytes; several words are easy to remember")]
    TooShort,
    /// Over [`LONGEST`] bytes.
    #[error("the password is too long: at most 1024 bytes")]
    TooLong,
}

/// Whether `password` may be set for the user named `user_name`. It is taken exactly as typed: no rule asks for
/// digits or signs, and nothing is cut off (NIST 800-63B-4 §3.1.1.2).
///
/// # Errors
/// [`PasswordError`] for the first rule it breaks.
pub fn check(password: &[u8], user_name: &str) -> Result<(), PasswordError> {
    let _ = user_name;
    match password.len() {
        ..SHORTEST => Err(PasswordError::TooShort),
        SHORTEST..=LONGEST => Ok(()),
        _ => Err(PasswordError::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_bytes() {
        assert_eq!(check(&[b'a'; 14], "bob"), Err(PasswordError::TooShort));
        assert_eq!(check(&[b'a'; 15], "bob"), Ok(()));
        assert_eq!(check(&[b'a'; 1024], "bob"), Ok(()));
        assert_eq!(check(&[b'a'; 1025], "bob"), Err(PasswordError::TooLong));
    }
}
