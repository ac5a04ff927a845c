//! How many passwords are hashed at once by this front.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sessionctl_core::ops::OpsError;
use sessionctl_core::store::StoreError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::metrics::Metrics;

/// Logins that wait for a hash. Each further one is refused.
const MAX_WAITING: usize = 64;

/// The hashes that run at once. Each takes much memory.
pub(crate) struct Hashes {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Hashes {
    pub(crate) fn new(at_once: usize) -> Self {
        Hashes { permits: Arc::new(Semaphore::new(at_once.max(1))), waiting: AtomicUsize::new(0) }
    }

    /// Waits for a permit.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where too many wait.
    pub(crate) async fn permit(&self, metrics: &Metrics) -> Result<OwnedSemaphorePermit, OpsError> {
        struct Waiting<'a>(&'a AtomicUsize, &'a Metrics);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
                self.1.hashes_waiting.dec();
            }
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        metrics.hashes_waiting.inc();
        let _waiting = Waiting(&self.waiting, metrics);
        if before >= MAX_WAITING {
            return Err(StoreError::Busy.into());
        }
        Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StoreError::Busy.into())
    }
}
