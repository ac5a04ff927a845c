//! How many passwords are hashed at once. A hash takes tens of megabytes for a good part of a second, and strangers
//! decide how many logins arrive together: without a limit, 256 of them would need 16 GiB at the default cost. How a
//! machine counts its processes does not belong here.

/// Grants permits to hash a password.
pub trait HashLimit: Send + Sync {
    /// Waits until fewer than `max` permits are held, and returns one. A machine that cannot count grants it at once:
    /// a limit never prevents a login.
    fn acquire(&self, max: u64) -> HashPermit;
}

/// A permit to hash one password, until it is dropped.
pub struct HashPermit {
    _held: Option<Box<dyn Send>>,
}

impl HashPermit {
    /// A permit that ends when `held` is dropped.
    #[must_use]
    pub fn holding(held: Box<dyn Send>) -> Self {
        HashPermit { _held: Some(held) }
    }

    /// A permit that counts nowhere.
    #[must_use]
    pub fn uncounted() -> Self {
        HashPermit { _held: None }
    }
}

/// No limit: for a program whose own design bounds how many logins run at once.
pub struct Unlimited;

impl HashLimit for Unlimited {
    fn acquire(&self, _max: u64) -> HashPermit {
        HashPermit::uncounted()
    }
}
