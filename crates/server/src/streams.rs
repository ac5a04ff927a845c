//! How many event streams are open, and for whom: each holds a connection for as long as its page is shown. What a
//! stream reports is in `routes::events`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sessionctl_core::model::user::UserName;
use tokio::sync::watch;

/// Streams of one user. Each further one is refused.
const MAX_STREAMS_PER_USER: usize = 32;
/// Streams of all users: a quarter of the connections, so that pages and the gate always find one.
const MAX_STREAMS: usize = 4_096;

/// The open streams.
#[derive(Debug)]
pub(crate) struct Streams {
    open: Arc<Mutex<Open>>,
    stopping: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Open {
    total: usize,
    by_user: HashMap<String, usize>,
}

impl Default for Streams {
    fn default() -> Self {
        Streams { open: Arc::default(), stopping: watch::Sender::new(false) }
    }
}

impl Streams {
    /// Counts a stream of `user` until the result is dropped; `None` where there are too many.
    pub(crate) fn open(&self, user: &UserName) -> Option<OpenStream> {
        let mut open = locked(&self.open);
        let of_user = open.by_user.get(user.as_str()).copied().unwrap_or_default();
        if of_user >= MAX_STREAMS_PER_USER || open.total >= MAX_STREAMS {
            return None;
        }
        open.total += 1;
        open.by_user.insert(user.as_str().to_owned(), of_user + 1);
        let (open, user) = (Arc::clone(&self.open), user.as_str().to_owned());
        Some(OpenStream { open, user, stopping: self.stopping.subscribe() })
    }

    /// Ends every stream: the front stops.
    pub(crate) fn end_all(&self) {
        self.stopping.send_replace(true);
    }
}

/// One open stream.
#[derive(Debug)]
pub(crate) struct OpenStream {
    open: Arc<Mutex<Open>>,
    user: String,
    stopping: watch::Receiver<bool>,
}

impl OpenStream {
    /// Returns when the front stops.
    pub(crate) async fn stopped(&mut self) {
        // Without a front there is nothing to wait for either.
        let _ = self.stopping.wait_for(|stopping| *stopping).await;
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = locked(&self.open);
        open.total = open.total.saturating_sub(1);
        let left = open.by_user.get(&self.user).copied().unwrap_or_default().saturating_sub(1);
        if left == 0 {
            open.by_user.remove(&self.user);
        } else {
            open.by_user.insert(self.user.clone(), left);
        }
    }
}

/// A panic while it was locked left the counts whole.
fn locked(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_a_user_are_limited_and_freed() {
        let (streams, alice): (Streams, UserName) = (Streams::default(), "alice".parse().unwrap());
        let mut held: Vec<_> = (0..MAX_STREAMS_PER_USER).map(|_| streams.open(&alice).unwrap()).collect();
        assert!(streams.open(&alice).is_none());
        assert!(streams.open(&"bob".parse().unwrap()).is_some());
        held.pop();
        assert!(streams.open(&alice).is_some());
        drop(held);
        assert_eq!(locked(&streams.open).total, 0);
        assert!(locked(&streams.open).by_user.is_empty());
    }
}
