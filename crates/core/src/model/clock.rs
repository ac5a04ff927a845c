//! The clock as a parameter, so that a test and `--now` can hand in a fixed one. The system's clock is read by the
//! host only.

use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, Ordering};

use super::time::Timestamp;

/// A source of the present.
///
/// A store holds one and reads it inside each write transaction, after it has obtained the lock: a change that
/// waited for the lock is decided by the time at which it holds the lock.
pub trait Clock: Debug + Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;
}

/// A clock that shows the time it was set to.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows `now` until it is set.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        FixedClock(AtomicI64::new(now.unix()))
    }

    /// Sets the time that the clock shows.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.unix(), Ordering::SeqCst);
    }

    /// Moves the clock forward.
    pub fn advance(&self, span: std::time::Duration) {
        self.set(self.now().plus(span));
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}
