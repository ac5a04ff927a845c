//! A value that must not be shown by accident: a cookie line, a signed token, the bytes of a key. Only the
//! wrapper lives here; what the value means stands with the type that makes it.

use std::fmt;

use zeroize::Zeroize;

/// A secret that is wiped when dropped, cannot be printed, and is read only through [`Secret::expose`], so
/// that each place where it is read can be searched for. Comparing two takes longer the more they agree: a
/// secret is checked against one that is not yet known to fit by other means.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T: Zeroize>(T);

/// Text that is, or contains, a secret.
pub type SecretText = Secret<String>;
/// Bytes that are a secret.
pub type SecretBytes = Secret<Vec<u8>>;

impl<T: Zeroize> Secret<T> {
    /// Wraps `value`.
    #[must_use]
    pub fn new(value: T) -> Self {
        Secret(value)
    }

    /// The value itself.
    #[must_use]
    pub fn expose(&self) -> &T {
        &self.0
    }
}

/// Shows that there is a secret, never what it is.
impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_value() {
        assert_eq!(format!("{:?}", SecretText::new("hunter2".into())), "Secret(..)");
        assert_eq!(SecretText::new("hunter2".into()).expose(), "hunter2");
    }
}
