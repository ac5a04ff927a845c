//! The server's clock, as it is estimated between two questions: the clock that decides for the whole fleet. The offset
//! to this machine's clock is measured when a connection is made.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::time::Timestamp;

/// An estimate of the server's clock.
#[derive(Clone, Debug)]
pub struct ServerClock {
    machine: Arc<dyn Clock>,
    /// By how many seconds the server's clock is ahead of the machine's.
    offset: Arc<AtomicI64>,
}

impl ServerClock {
    /// An estimate that begins with the machine's clock. Its clones share what is measured.
    #[must_use]
    pub fn new(machine: Arc<dyn Clock>) -> Self {
        ServerClock { machine, offset: Arc::default() }
    }

    /// By how many seconds the server's clock is ahead of the machine's.
    pub(crate) fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }

    /// Takes note of what the server's clock showed just now.
    pub(crate) fn measured(&self, server: Timestamp) {
        self.offset.store(server.unix() - self.machine.now().unix(), Ordering::Relaxed);
    }
}

impl Clock for ServerClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.machine.now().unix() + self.offset.load(Ordering::Relaxed))
    }
}
