//! Long lists: the store is read in one thread while the other works on what was read. Either takes about half
//! of the time of an export.

use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;
use std::thread;

use super::{Page, Store, StoreError};
use crate::model::selector::Selector;
use crate::model::session::Session;
use crate::model::time::Timestamp;

/// Shorter lists are not worth a thread.
const MIN_SESSIONS_TO_PREFETCH: u64 = 2000;
/// So many sessions are handed over together.
const SESSIONS_PER_PORTION: usize = 1000;
/// So many portions lie ready at most.
const MAX_READY_PORTIONS: usize = 4;

/// [`super::SessionStore::select`], with the sessions handed to `each` while further ones are read.
///
/// # Errors
/// [`StoreError`]; `each` has had what came before.
pub fn select_prefetched(
    store: &mut dyn Store,
    selector: &Selector,
    page: Page,
    now: Timestamp,
    each: &mut dyn FnMut(Session) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    if page.limit.is_some_and(|limit| limit < MIN_SESSIONS_TO_PREFETCH) {
        return store.select(selector, page, now, each);
    }
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Vec<Session>>(MAX_READY_PORTIONS);
        let reader = scope.spawn(move || {
            let mut portion = Vec::with_capacity(SESSIONS_PER_PORTION);
            let read = store.select(selector, page, now, &mut |session| {
                portion.push(session);
                if portion.len() < SESSIONS_PER_PORTION {
                    return ControlFlow::Continue(());
                }
                let full = std::mem::replace(&mut portion, Vec::with_capacity(SESSIONS_PER_PORTION));
                // Nobody enabled any more: enough was read.
                sender.send(full).map_or(ControlFlow::Break(()), ControlFlow::Continue)
            });
            // The same.
            let _ = sender.send(portion);
            read
        });
        for session in receiver.into_iter().flatten() {
            if each(session).is_break() {
                break;
            }
        }
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
