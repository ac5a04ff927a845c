//! What the demo remembers: the last exchanges, and what a thief copied.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::clock::DemoClock;
use super::exchange::Exchange;

/// The name of the demo's shop where it is alone, for browsers that do not find `shop.localhost`.
pub const LONE_SHOP: &str = "lone-shop";
/// The user of the demo.
pub const DEMO_USER: &str = "alice";
/// The password of the demo's user. It is shown on the pages.
pub const DEMO_PASSWORD: &str = "correct horse battery staple";
/// Exchanges on the pages.
const MAX_EXCHANGES: usize = 8;

/// A demo.
pub struct Demo {
    /// The clock of the sandbox.
    pub(super) clock: Arc<DemoClock>,
    /// The sandbox database, for the commands that the pages show.
    pub(super) database: PathBuf,
    /// This program, as it is called in a terminal.
    pub(super) program: String,
    pub(super) exchanges: Mutex<VecDeque<Exchange>>,
    /// What a thief copied from the browser.
    pub(super) stolen: Mutex<Option<Zeroizing<String>>>,
}

impl Demo {
    /// A demo on the sandbox database at a path, whose time `clock` sets. `program` is how this program is called in a
    /// terminal.
    #[must_use]
    pub fn new(clock: Arc<DemoClock>, database: PathBuf, program: String) -> Self {
        Demo { clock, database, program, exchanges: Mutex::default(), stolen: Mutex::default() }
    }

    pub(super) fn record(&self, exchange: Exchange) {
        let mut exchanges = locked(&self.exchanges);
        exchanges.push_front(exchange);
        exchanges.truncate(MAX_EXCHANGES);
    }
}

/// A panic while it was locked left the value whole.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
