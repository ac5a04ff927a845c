//! Long lists: one thread reads the store while the other one works on what was read. Each takes about half of the time
//! of an export.

use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;
use std::thread;

use super::{Page, Store, StoreError};
use crate::model::selector::Selector;
use crate::model::session::Session;
use crate::model::time::Timestamp;

/// The shortest list that is worth a thread.
const MIN_SESSIONS_TO_PREFETCH: u64 = 2000;
/// The sessions that are handed over together.
const SESSIONS_PER_PORTION: usize = 1000;
/// The most portions that wait for the other thread.
const MAX_READY_PORTIONS: usize = 4;

/// [`super::SessionStore::select`], with the sessions handed to `each` while further ones are read.
///
/// # Errors
/// [`StoreError`]; `each` got the sessions that were read before it.
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
                // The receiver is gone where `each` broke off.
                sender.send(full).map_or(ControlFlow::Break(()), ControlFlow::Continue)
            });
            // As above.
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
