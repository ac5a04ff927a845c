//! The answers about many tokens: read by several threads, each with a store of its own, because most of the
//! time goes into waiting for memory.

use std::thread;

use super::evaluate::Verifier;
use super::{OpsError, Requirements, Verification};
use crate::model::policy::Policy;
use crate::ops::{NoTrace, OpContext, Tracer};
use crate::store::Store;

/// Fewer are not worth a thread.
const MIN_TOKENS_PER_THREAD: usize = 128;

/// An answer, or why there is none.
type Answer = Result<Verification, OpsError>;

/// Reads the answers about all of `presented`, in order, with the cx's store and those of the `helpers`, which
/// are open on the same database. The caller has asked [`crate::ops::clock::guard`]. Nothing is written, whatever
/// the requirements say. What could not be steps is the last element, wherever it stood.
pub fn verify_many(
    cx: &mut OpContext<'_>,
    helpers: &mut [Box<dyn Store>],
    policy: &Policy,
    presented: &[&[u8]],
    requirements: &Requirements,
) -> Vec<Answer> {
    let now = cx.now;
    let read = |store: &mut dyn Store, tracer: &mut dyn Tracer, part: &[&[u8]]| {
        let mut answers = Vec::with_capacity(part.len());
        if let Err(error) = read(store, part, &mut answers, |store, token| {
            Verifier { store, now, tracer }.answer(policy, token, requirements)
        }) {
            answers.push(Err(error));
        }
        answers
    };
    // Steps that are steps are steps one after the other.
    if helpers.is_empty() || presented.len() < MIN_TOKENS_PER_THREAD || cx.tracer.enabled() {
        return read(cx.store, cx.tracer, presented);
    }
    let share = presented.len().div_ceil(helpers.len() + 1);
    let (own, others) = presented.split_at(share);
    thread::scope(|scope| {
        let threads: Vec<_> = helpers
            .iter_mut()
            .zip(others.chunks(share))
            .map(|(store, part)| scope.spawn(move || read(store.as_mut(), &mut NoTrace, part)))
            .collect();
        let mut answers = read(cx.store, &mut NoTrace, own);
        for thread in threads {
            let more = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            if answers.last().is_none_or(Result::is_ok) {
                answers.extend(more);
            }
        }
        answers
    })
}

/// One part, read at one moment.
fn read(
    store: &mut dyn Store,
    part: &[&[u8]],
    answers: &mut Vec<Answer>,
    mut answer: impl FnMut(&dyn Store, &[u8]) -> Answer,
) -> Result<(), OpsError> {
    store.hold_still(true)?;
    for token in part {
        let steps = answer(store, token);
        let failed = steps.is_err();
        answers.push(steps);
        if failed {
            break;
        }
    }
    Ok(store.hold_still(false)?)
}
