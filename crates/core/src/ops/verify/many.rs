//! The answers about many tokens: read by several threads, each with a store of its own, because most of the time goes
//! into waiting for memory.

use std::thread;

use super::evaluate::Verifier;
use super::{OpsError, Requirements, Verification};
use crate::model::policy::Policy;
use crate::model::time::Timestamp;
use crate::model::token::Token;
use crate::ops::OpContext;
use crate::ops::trace::{NoTrace, Tracer};
use crate::store::Store;

/// With fewer tokens, a thread costs more than it saves.
const MIN_TOKENS_PER_THREAD: usize = 128;

/// An answer, or why there is none.
type Answer = Result<Verification, OpsError>;

/// What all answers of one call have in common.
#[derive(Clone, Copy)]
struct Question<'a> {
    policy: &'a Policy,
    requirements: &'a Requirements,
    now: Timestamp,
}

/// Reads the answers about all of `presented`, in order, with the context's store and those of the `helpers`, which are
/// open on the same database. The caller has called [`crate::ops::clock::guard`]. Nothing is written, whatever the
/// requirements ask. What was no token is `None`, and unknown. An answer that could not be determined is the last
/// element, wherever it was.
pub fn verify_many(
    cx: &mut OpContext<'_>,
    helpers: &mut [Box<dyn Store>],
    policy: &Policy,
    presented: &[Option<Token>],
    requirements: &Requirements,
) -> Vec<Answer> {
    let question = Question { policy, requirements, now: cx.now() };
    // Steps are shown one after the other.
    if helpers.is_empty() || presented.len() < MIN_TOKENS_PER_THREAD || cx.tracer.enabled() {
        return question.ask(cx.store, cx.tracer, presented);
    }
    let share = presented.len().div_ceil(helpers.len() + 1);
    let (own, others) = presented.split_at(share);
    thread::scope(|scope| {
        let threads: Vec<_> = helpers
            .iter_mut()
            .zip(others.chunks(share))
            .map(|(store, part)| scope.spawn(move || question.ask(store.as_mut(), &mut NoTrace, part)))
            .collect();
        let mut answers = question.ask(cx.store, &mut NoTrace, own);
        for thread in threads {
            let more = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            if answers.last().is_none_or(Result::is_ok) {
                answers.extend(more);
            }
        }
        answers
    })
}

impl Question<'_> {
    /// The answers about one part, read at one moment.
    fn ask(self, store: &mut dyn Store, tracer: &mut dyn Tracer, part: &[Option<Token>]) -> Vec<Answer> {
        let mut answers: Vec<Answer> = Vec::with_capacity(part.len());
        let read = store.with_snapshot(&mut |view| {
            let mut verifier = Verifier { store: view, now: self.now, tracer: &mut *tracer };
            // One by one also where it fails together, so that the answers before the one that cannot be determined are
            // given.
            let together =
                view.prefers_many().then(|| view.look_up_many(&part.iter().flatten().collect::<Vec<_>>()));
            let mut found = together.and_then(Result::ok).map(Vec::into_iter);
            for token in part {
                let answer = match (token, &mut found) {
                    (None, _) => Ok(verifier.not_a_token()),
                    (Some(token), None) => verifier.answer(self.policy, token, self.requirements),
                    (Some(token), Some(found)) => {
                        let found = found.next().flatten();
                        verifier.answer_about(self.policy, token, found, self.requirements)
                    }
                };
                let failed = answer.is_err();
                answers.push(answer);
                if failed {
                    break;
                }
            }
            Ok(())
        });
        if let Err(error) = read {
            answers.push(Err(error.into()));
        }
        answers
    }
}
