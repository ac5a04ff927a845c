//! New tokens on their way to a client. A token that could not be written to its client is in nobody's hands, or in
//! unknown ones: its session is revoked.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::Issued;
use tokio::sync::Notify;

/// The session of a new token, in the database of an era.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewSession {
    pub(crate) era: u64,
    pub(crate) id: SessionId,
}

/// The sessions whose tokens reached nobody, until they are revoked.
#[derive(Debug, Default)]
pub(crate) struct Undelivered {
    era: Arc<AtomicU64>,
    sessions: Mutex<Vec<NewSession>>,
    added: Notify,
}

impl Undelivered {
    /// Of the databases that follow one another in these eras.
    pub(crate) fn new(era: Arc<AtomicU64>) -> Self {
        Undelivered { era, ..Undelivered::default() }
    }

    fn era(&self) -> u64 {
        self.era.load(Ordering::Acquire)
    }

    pub(crate) fn add(&self, sessions: &[NewSession]) {
        if !sessions.is_empty() {
            locked(&self.sessions).extend_from_slice(sessions);
            self.added.notify_one();
        }
    }

    /// Takes all of them. Those of another database than the present one are dropped: its sessions cannot be reached.
    pub(crate) fn take(&self) -> Vec<NewSession> {
        let era = self.era();
        let mut sessions = std::mem::take(&mut *locked(&self.sessions));
        sessions.retain(|new| new.era == era);
        sessions
    }

    /// Returns when there is one.
    pub(crate) async fn added(&self) {
        self.added.notified().await;
    }
}

/// A new token that is not on its way yet. Where it is dropped, its session is revoked.
pub(crate) struct NewToken {
    issued: Option<Issued>,
    era: u64,
    undelivered: Arc<Undelivered>,
}

impl NewToken {
    pub(crate) fn new(issued: Issued, undelivered: Arc<Undelivered>) -> Self {
        NewToken { issued: Some(issued), era: undelivered.era(), undelivered }
    }

    /// The session.
    pub(crate) fn id(&self) -> Option<SessionId> {
        self.issued.as_ref().map(|issued| issued.id)
    }

    /// Hands the token to the answer that `delivery` watches. `None` never happens: the token is taken only here.
    pub(crate) fn hand_over(mut self, delivery: &Delivery) -> Option<Issued> {
        let issued = self.issued.take()?;
        delivery.expect(NewSession { era: self.era, id: issued.id });
        Some(issued)
    }
}

impl Drop for NewToken {
    fn drop(&mut self) {
        if let Some(issued) = &self.issued {
            self.undelivered.add(&[NewSession { era: self.era, id: issued.id }]);
        }
    }
}

/// Watches one connection: the sessions whose new tokens are in answers that are not written yet.
#[derive(Debug)]
pub struct Delivery {
    waiting: Mutex<Vec<NewSession>>,
    any: AtomicBool,
    undelivered: Arc<Undelivered>,
}

impl Delivery {
    pub(crate) fn new(undelivered: Arc<Undelivered>) -> Self {
        Delivery { waiting: Mutex::default(), any: AtomicBool::new(false), undelivered }
    }

    fn expect(&self, new: NewSession) {
        locked(&self.waiting).push(new);
        self.any.store(true, Ordering::Release);
    }

    /// Everything that was answered so far is written.
    pub fn confirm(&self) {
        if self.any.swap(false, Ordering::AcqRel) {
            locked(&self.waiting).clear();
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.undelivered.add(&locked(&self.waiting));
    }
}

/// A panic while it was locked left the list whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use sessionctl_core::model::token::Token;

    use super::*;

    fn issued(number: i64) -> Issued {
        let token = Token::parse(&[b'a'; 64]).unwrap();
        Issued { id: SessionId::new(number).unwrap(), token }
    }

    #[test]
    fn token_is_undelivered_until_its_answer_is_written() {
        let undelivered = Arc::new(Undelivered::default());
        let new = |number| NewToken::new(issued(number), Arc::clone(&undelivered));
        drop(new(1));
        let delivery = Delivery::new(Arc::clone(&undelivered));
        assert!(new(2).hand_over(&delivery).is_some());
        delivery.confirm();
        assert!(new(3).hand_over(&delivery).is_some());
        drop(delivery);
        let ids: Vec<i64> = undelivered.take().into_iter().map(|new| new.id.get()).collect();
        assert_eq!(ids, [1, 3]);
        assert!(undelivered.take().is_empty());
    }

    #[test]
    fn undelivered_token_of_another_database_is_dropped() {
        let era = Arc::<AtomicU64>::default();
        let undelivered = Arc::new(Undelivered::new(Arc::clone(&era)));
        let of_before = NewToken::new(issued(1), Arc::clone(&undelivered));
        era.store(1, Ordering::Release);
        drop(of_before);
        drop(NewToken::new(issued(2), Arc::clone(&undelivered)));
        let ids: Vec<i64> = undelivered.take().into_iter().map(|new| new.id.get()).collect();
        assert_eq!(ids, [2], "session 1 is another one in the present database");
    }
}
