//! The one place where the system's clock is read.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use sessionctl_core::model::clock::{Clock, FixedClock};
use sessionctl_core::model::time::Timestamp;

/// The system's clock, in whole seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn now(&self) -> Timestamp {
        // A clock set before 1970 reads as 1970; a store refuses a clock that is behind its latest event.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }
}

/// The one clock of a process: the system's, or a fixed one that overrides it.
#[derive(Clone, Debug)]
pub struct HostClock {
    clock: Arc<dyn Clock>,
    /// The system's time when the clock was overridden, if it was.
    overridden_at: Option<Timestamp>,
    /// Whether the time was written as a local one, and nobody knows which zone is meant.
    is_in_unknown_zone: bool,
}

impl HostClock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        HostClock { clock: Arc::new(SystemClock), overridden_at: None, is_in_unknown_zone: false }
    }

    /// A clock that follows another one, such as a server's.
    #[must_use]
    pub fn following(clock: Arc<dyn Clock>) -> Self {
        HostClock { clock, overridden_at: None, is_in_unknown_zone: false }
    }

    /// A clock that always shows `now`.
    #[must_use]
    pub fn fixed(now: Timestamp) -> Self {
        let clock = Arc::new(FixedClock::new(now));
        HostClock { clock, overridden_at: Some(SystemClock.now()), is_in_unknown_zone: false }
    }

    /// The same, where the time was a local one in a zone that is not known: nothing may be changed by it.
    #[must_use]
    pub fn in_unknown_zone(self) -> Self {
        HostClock { is_in_unknown_zone: true, ..self }
    }

    /// Whether the time that it shows may be another one than was meant.
    #[must_use]
    pub fn is_in_unknown_zone(&self) -> bool {
        self.is_in_unknown_zone
    }

    /// What another clock shows: that of a demo, which is moved by hand.
    #[must_use]
    pub fn shown_by(clock: Arc<dyn Clock>) -> Self {
        HostClock { clock, overridden_at: None, is_in_unknown_zone: false }
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether the system's clock is overridden.
    #[must_use]
    pub fn is_overridden(&self) -> bool {
        self.overridden_at.is_some()
    }

    /// Whether the clock shows an earlier time than the system's did when it was overridden.
    #[must_use]
    pub fn is_in_the_past(&self) -> bool {
        self.overridden_at.is_some_and(|at| self.now() < at)
    }

    /// The clock, for a store and for an operation.
    #[must_use]
    pub fn shared(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }
}
