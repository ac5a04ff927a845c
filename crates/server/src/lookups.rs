//! Look-ups on threads of their own, where a store waits for a network and cannot be called in the runtime. Each thread
//! takes all tokens that wait and asks for them together, so that a busy front asks its server less often than it is
//! asked. What follows from an answer does not belong here.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use sessionctl_core::model::token::Token;
use sessionctl_core::ops::OpsError;
use sessionctl_core::ops::verify::{Requirements, Verification};
use sessionctl_core::store::StoreError;
use tokio::sync::oneshot;

/// Threads, each of which uses a store.
pub(crate) const LOOKUP_THREADS: usize = 4;
/// Tokens that are asked for together.
const MAX_TOGETHER: usize = 1_000;

/// A token that is to be looked up, and the channel for the answer.
struct Waiting {
    token: Token,
    requirements: Requirements,
    answer: oneshot::Sender<Result<Verification, OpsError>>,
}

/// An answer for each of the tokens.
type Answers = Result<Vec<Result<Verification, OpsError>>, OpsError>;

/// The way to the threads.
pub(crate) struct Lookups(Sender<Waiting>);

impl Lookups {
    /// Starts the threads, which answer by `look_up`. They end with what has these look-ups, or where `look_up` returns
    /// `None` because it has gone.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn start(
        look_up: impl Fn(&[(Token, Requirements)]) -> Option<Answers> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let (sender, receiver) = channel();
        let (look_up, receiver) = (Arc::new(look_up), Arc::new(Mutex::new(receiver)));
        for _ in 0..LOOKUP_THREADS {
            let (look_up, receiver) = (Arc::clone(&look_up), Arc::clone(&receiver));
            thread::Builder::new().name("look-up".to_owned()).spawn(move || run(&*look_up, &receiver))?;
        }
        Ok(Lookups(sender))
    }

    /// Verifies a token together with those that wait as well.
    ///
    /// # Errors
    /// As [`verify_each_in_snapshot`].
    pub(crate) async fn verify(
        &self,
        token: Token,
        requirements: Requirements,
    ) -> Result<Verification, OpsError> {
        let (answer, answered) = oneshot::channel();
        // Where the threads have gone, the answer is dropped with the question.
        let _ = self.0.send(Waiting { token, requirements, answer });
        answered.await.unwrap_or_else(|_| Err(unfinished()))
    }
}

fn unfinished() -> OpsError {
    StoreError::Engine("a look-up did not finish".to_owned()).into()
}

/// Answers until nobody asks any more.
fn run(look_up: &impl Fn(&[(Token, Requirements)]) -> Option<Answers>, receiver: &Mutex<Receiver<Waiting>>) {
    while let Some(waiting) = take(receiver) {
        let (presented, waits): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .map(|Waiting { token, requirements, answer }| ((token, requirements), answer))
            .unzip();
        let Some(found) = look_up(&presented) else { return };
        answer(found, waits);
    }
}

/// Waits for a token, and takes those that have come meanwhile.
fn take(receiver: &Mutex<Receiver<Waiting>>) -> Option<Vec<Waiting>> {
    // A panic while it was locked left the queue whole.
    let receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
    let first = receiver.recv().ok()?;
    Some(std::iter::once(first).chain(receiver.try_iter().take(MAX_TOGETHER - 1)).collect())
}

fn answer(mut found: Answers, waits: Vec<oneshot::Sender<Result<Verification, OpsError>>>) {
    for (at, waits) in waits.into_iter().enumerate() {
        let answer = match &mut found {
            Ok(found) => found
                .get_mut(at)
                .map_or_else(|| Err(unfinished()), |found| std::mem::replace(found, Err(unfinished()))),
            Err(error) => Err(std::mem::replace(error, unfinished())),
        };
        // Whoever has gone needs no answer.
        let _ = waits.send(answer);
    }
}

#[cfg(test)]
mod tests {
    use sessionctl_core::model::session::Kind;
    use sessionctl_core::testing::Fixture;

    use super::*;

    #[test]
    fn tokens_that_wait_are_taken_together_and_in_their_order() {
        let mut fixture = Fixture::new();
        let token = fixture.session(Kind::Web, Some("bob")).token();
        let (sender, receiver) = channel();
        for _ in 0..3 {
            let (answer, _) = oneshot::channel();
            let requirements = Requirements::default();
            sender.send(Waiting { token: token.clone(), requirements, answer }).unwrap();
        }
        let receiver = Mutex::new(receiver);
        assert_eq!(take(&receiver).map(|waiting| waiting.len()), Some(3));
        drop(sender);
        assert!(take(&receiver).is_none(), "the front has gone");
    }
}
