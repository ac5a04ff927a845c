//! The clock of the sandbox: the system's, moved forward by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::time::Timestamp;

/// A clock that is ahead of another one.
#[derive(Debug)]
pub struct DemoClock {
    base: Arc<dyn Clock>,
    ahead: AtomicU64,
}

impl DemoClock {
    /// A clock that shows what `base` shows, until it is moved.
    #[must_use]
    pub fn new(base: Arc<dyn Clock>) -> Self {
        DemoClock { base, ahead: AtomicU64::new(0) }
    }

    /// Moves it forward.
    pub(super) fn advance(&self, span: Duration) {
        self.ahead.fetch_add(span.as_secs(), Ordering::SeqCst);
    }

    /// By how much it is ahead.
    pub(super) fn ahead(&self) -> Duration {
        Duration::from_secs(self.ahead.load(Ordering::SeqCst))
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        self.base.now().plus(self.ahead())
    }
}
