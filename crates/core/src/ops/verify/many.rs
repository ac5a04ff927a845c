//! The answers about many tokens: read by several threads, each with a store of its own, because most of the
//! time goes into waiting for memory.

use std::thread;

use super::judge::Reader;
use super::{OpsError, Requirements, Verification};
use crate::model::policy::Policy;
use crate::ops::{Narrator, Quiet, Workbench};
use crate::store::Store;

/// Fewer are not worth a thread.
const WORTHWHILE: usize = 128;

/// An answer, or why there is none.
type Answer = Result<Verification, OpsError>;

/// Reads the answers about all of `presented`, in order, with the bench's store and those of the `helpers`, which
/// are open on the same database. The caller has asked [`crate::ops::clock::guard`]. Nothing is written, whatever
/// the requirements say. What could not be told is the last element, wherever it stood.
pub fn verify_many(
    bench: &mut Workbench<'_>,
    helpers: &mut [Box<dyn Store>],
    policy: &Policy,
    presented: &[&[u8]],
    requirements: &Requirements,
) -> Vec<Answer> {
    let now = bench.now;
    let read = |store: &mut dyn Store, narrator: &mut dyn Narrator, part: &[&[u8]]| {
        let mut answers = Vec::with_capacity(part.len());
        if let Err(error) = read(store, part, &mut answers, |store, token| {
            Reader { store, now, narrator }.answer(policy, token, requirements)
        }) {
            answers.push(Err(error));
        }
        answers
    };
    // Steps that are told are told one after the other.
    if helpers.is_empty() || presented.len() < WORTHWHILE || bench.narrator.listens() {
        return read(bench.store, bench.narrator, presented);
    }
    let share = presented.len().div_ceil(helpers.len() + 1);
    let (own, others) = presented.split_at(share);
    thread::scope(|scope| {
        let threads: Vec<_> = helpers
            .iter_mut()
            .zip(others.chunks(share))
            .map(|(store, part)| scope.spawn(move || read(store.as_mut(), &mut Quiet, part)))
            .collect();
        let mut answers = read(bench.store, &mut Quiet, own);
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
        let told = answer(store, token);
        let failed = told.is_err();
        answers.push(told);
        if failed {
            break;
        }
    }
    Ok(store.hold_still(false)?)
}
