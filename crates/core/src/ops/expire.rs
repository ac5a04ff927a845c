//! Expires sessions, now or at a given time, earlier or later than before.

use super::bulk::{BulkRequest, OnBatch, Totals, run_batches};
use super::error::RequestError;
use super::step::BulkAct;
use super::{OpContext, OpsError};
use crate::model::event::Action;
use crate::model::time::format_duration;
use crate::store::{BatchResult, EndRule};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired {
    /// The counts.
    pub totals: Totals,
    /// Sessions that end before the time asked for, at their absolute limit or with their parent.
    pub clamped: u64,
}

/// Sets the end of what a request selects. No end is set past a session's absolute limit or its parent's end, and what
/// has ended stays ended (NIST 800-63B-4 §5.2).
///
/// # Errors
/// [`RequestError::NothingSelected`], [`RequestError::EndInThePast`], or the store's.
pub fn expire(
    cx: &mut OpContext<'_>,
    request: &BulkRequest,
    end: EndRule,
    on_batch: OnBatch<'_>,
) -> Result<Expired, OpsError> {
    if request.selector.is_empty() {
        return Err(RequestError::NothingSelected.into());
    }
    check_end(cx, end)?;
    let detail = match end {
        EndRule::Now => "now".to_owned(),
        EndRule::In(span) => format!("in {}, or the absolute limit if earlier", format_duration(span)),
        EndRule::At(at) => format!("at {at}, or the absolute limit if earlier"),
    };
    let event = cx.event(Action::ExpirySet).user(request.selector.user.as_ref()).detail(detail);
    let mut clamped = 0;
    let mut count = |result: &BatchResult| {
        let wanted = end.end(result.at);
        let own = result.changes.iter().filter(|change| change.changed && change.cascaded_from.is_none());
        clamped +=
            own.filter(|change| change.deadline.is_some_and(|deadline| deadline < wanted)).count() as u64;
        on_batch(result)
    };
    let totals =
        run_batches(cx, request, &mut count, &mut |store, batch| store.expire(batch, end, event.clone()))?;
    cx.trace(|| totals.finished_step(BulkAct::Expire, clamped));
    Ok(Expired { totals, clamped })
}

/// Refuses an end that is in the past; for a preview, which refuses what the run refuses.
///
/// # Errors
/// [`RequestError::EndInThePast`].
pub fn check_end(cx: &OpContext<'_>, end: EndRule) -> Result<(), RequestError> {
    match end {
        EndRule::At(at) if at < cx.now() => Err(RequestError::EndInThePast),
        _ => Ok(()),
    }
}
