//! Revokes sessions, immediately and permanently, and their children.

use std::ops::ControlFlow;

use super::bulk::{BulkRequest, OnBatch, Totals, run_batches};
use super::error::RequestError;
use super::step::{BulkAct, Step};
use super::{OpContext, OpsError};
use crate::model::event::Action;
use crate::model::selector::Selector;
use crate::model::session::SessionId;

/// Bytes of a reason.
pub const MAX_REASON_BYTES: usize = 1_024;

/// The reason kept with sessions whose tokens reached nobody.
pub const UNDELIVERED: &str = "undelivered";

/// Sessions revoked together where their tokens were not delivered.
const UNDELIVERED_BATCH: usize = 1_000;

/// Revokes what a request selects. A session that has ended is reported and stays as it was, so that revoking again
/// changes nothing. It works whatever the clock shows.
///
/// # Errors
/// [`RequestError::NothingSelected`], [`RequestError::TextTooLong`] or the store's; the batches that were reported are
/// revoked all the same.
pub fn revoke(
    cx: &mut OpContext<'_>,
    request: &BulkRequest,
    reason: &str,
    on_batch: OnBatch<'_>,
) -> Result<Totals, OpsError> {
    if request.selector.is_empty() {
        return Err(RequestError::NothingSelected.into());
    }
    check_reason(reason)?;
    let event =
        cx.event(Action::SessionRevoked).user(request.selector.user.as_ref()).detail(reason.to_owned());
    let totals =
        run_batches(cx, request, on_batch, &mut |store, batch| store.revoke(batch, reason, event.clone()))?;
    cx.trace(|| totals.finished_step(BulkAct::Revoke, 0));
    Ok(totals)
}

/// Refuses a reason that is too long to be kept.
///
/// # Errors
/// [`RequestError::TextTooLong`].
pub fn check_reason(reason: &str) -> Result<(), RequestError> {
    if reason.len() > MAX_REASON_BYTES {
        return Err(RequestError::TextTooLong { what: "reason", max: MAX_REASON_BYTES });
    }
    Ok(())
}

/// Revokes sessions whose tokens could not be handed over, and returns how many: nobody could use them, and nobody
/// knows where the tokens went.
///
/// # Errors
/// The store's; the rest is active then.
pub fn revoke_undelivered(cx: &mut OpContext<'_>, ids: &[SessionId]) -> Result<u64, OpsError> {
    let mut revoked = 0;
    for ids in ids.chunks(UNDELIVERED_BATCH) {
        let request = BulkRequest::of(Selector { ids: ids.to_vec(), ..Selector::default() });
        let event = cx.event(Action::SessionRevoked).detail(UNDELIVERED.to_owned());
        let totals = run_batches(cx, &request, &mut |_| ControlFlow::Continue(()), &mut |store, batch| {
            store.revoke(batch, UNDELIVERED, event.clone())
        })?;
        revoked += totals.changed;
    }
    cx.trace(|| Step::UndeliveredRevoked { sessions: revoked });
    Ok(revoked)
}

impl Totals {
    /// The step that sums bulk work up.
    pub(super) fn finished_step(&self, act: BulkAct, clamped: u64) -> Step {
        let Totals { matched, changed, cascaded, .. } = *self;
        Step::BulkFinished { act, matched, changed, cascaded, clamped }
    }
}
