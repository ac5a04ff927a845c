//! Bulk work over sessions in batches: each is committed before it is reported, so that other writers get their turn,
//! an interruption loses nothing that was reported, and the work can simply be started again.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::step::Step;
use super::{OpContext, OpsError, existence};
use crate::model::selector::{Selector, Sort, StateFilter};
use crate::model::session::{SessionId, State};
use crate::store::{Batch, BatchResult, Page, Store, StoreError};

/// The most sessions of a batch. The store takes fewer where more would keep others waiting.
const MAX_BATCH_SESSIONS: usize = 100_000;

/// Which sessions, and how.
#[derive(Clone, Debug)]
pub struct BulkRequest {
    /// The filter.
    pub selector: Selector,
    /// Change nothing unless this number of sessions matches.
    pub expect: Option<u64>,
    /// Sessions to a batch, at most; the store may take fewer, so that nobody waits long.
    pub batch_size: usize,
    /// Stop after this number of sessions.
    pub limit: Option<u64>,
}

impl BulkRequest {
    /// All that `selector` matches.
    #[must_use]
    pub fn of(selector: Selector) -> Self {
        BulkRequest { selector, expect: None, batch_size: MAX_BATCH_SESSIONS, limit: None }
    }
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sessions that matched.
    pub matched: u64,
    /// Sessions that were changed, those that were changed with their parents included.
    pub changed: u64,
    /// Sessions changed because their parent was, without being selected themselves.
    pub cascaded: u64,
    /// Sessions that matched and had ended before.
    pub already_ended: u64,
    /// Whether the work came to its end; not where it was broken off or reached its limit.
    pub finished: bool,
    /// Ids that were named and belong to no session.
    pub missing: Vec<SessionId>,
}

/// Gets each batch once it is on disk, and may break the work off.
pub type OnBatch<'a> = &'a mut dyn FnMut(&BatchResult) -> ControlFlow<()>;

/// Refuses a number of matching sessions that was not expected, for a preview or a confirmation before the work.
///
/// # Errors
/// [`StoreError::CountMismatch`].
pub fn check_expected(expected: Option<u64>, found: u64) -> Result<(), StoreError> {
    match expected {
        Some(expected) if expected != found => {
            Err(StoreError::CountMismatch { expected, found, active: None })
        }
        _ => Ok(()),
    }
}

/// Adds to the refusal of a number how many of the matching sessions are active, where others are among them: a list
/// without a selector shows those only.
pub(super) fn name_active(cx: &OpContext<'_>, selector: &Selector, mut error: OpsError) -> OpsError {
    let OpsError::Store(StoreError::CountMismatch { found, active, .. }) = &mut error else { return error };
    let states = selector.effective_state();
    // What is deleted has ended, whatever the state that is asked for.
    if selector.ended_by.is_none() && states.accepts(State::Active) && states.accepts(State::Revoked) {
        let only_active = Selector { state: Some(StateFilter::Only(State::Active)), ..selector.clone() };
        // Where this cannot be read, the refusal is returned without it.
        *active = cx.store.count(&only_active, cx.now()).ok().filter(|active| *active < *found);
    }
    error
}

/// What is done to a batch.
type Act<'a> = &'a mut dyn FnMut(&mut dyn Store, &Batch<'_>) -> Result<BatchResult, StoreError>;

/// Runs `act` over batch after batch; and once more over the sessions that were being created when the work began. In a
/// sandbox, whose time can be set back, sessions of a later time are left as they are.
pub(super) fn run_batches(
    cx: &mut OpContext<'_>,
    request: &BulkRequest,
    on_batch: OnBatch<'_>,
    act: Act<'_>,
) -> Result<Totals, OpsError> {
    run_expected(cx, request, on_batch, act).map_err(|error| name_active(cx, &request.selector, error))
}

fn run_expected(
    cx: &mut OpContext<'_>,
    request: &BulkRequest,
    on_batch: OnBatch<'_>,
    act: Act<'_>,
) -> Result<Totals, OpsError> {
    let missing = existence::missing(cx.store, &request.selector.ids, cx.now())?;
    let mut totals = Totals { missing, ..Totals::default() };
    let whole = request;
    let request = &existing(cx, whole)?;
    let fence = if can_be_escaped(&request.selector) { cx.store.set_fence()? } else { None };
    let Some(up_to) = cx.store.newest()?.max(fence.map(|fence| fence.up_to)) else {
        check_expected(request.expect, 0)?;
        return Ok(Totals { finished: true, ..totals });
    };
    cx.trace(|| Step::BulkStarted { up_to, batch_size: request.batch_size });
    let Some(fence) = fence else {
        pass(cx, request, up_to, &mut totals, on_batch, act)?;
        return Ok(totals);
    };
    let mut seen = HashSet::new();
    let mut remember = |result: &BatchResult| {
        seen.extend(result.changes.iter().map(|change| change.id));
        on_batch(result)
    };
    pass(cx, request, up_to, &mut totals, &mut remember, act)?;
    if totals.finished {
        cx.store.pass_fence(&fence)?;
        let request = existing(cx, whole)?;
        let ids = escaped(cx, &request.selector, up_to, &seen)?;
        if !ids.is_empty() {
            let selector = Selector { ids, ..request.selector };
            let last = BulkRequest { selector, expect: None, ..request };
            pass(cx, &last, up_to, &mut totals, on_batch, act)?;
        }
    }
    Ok(totals)
}

/// The same request for the sessions that exist now.
fn existing(cx: &OpContext<'_>, request: &BulkRequest) -> Result<BulkRequest, StoreError> {
    let mut request = request.clone();
    existence::select_existing(cx.store, &mut request.selector, cx.now())?;
    Ok(request)
}

/// Whether a session that is committed while the work goes on could be missed: where active sessions are selected by
/// more than their ids.
fn can_be_escaped(selector: &Selector) -> bool {
    selector.ids.is_empty() && selector.effective_state().accepts(State::Active)
}

/// The active sessions that match and were not seen.
fn escaped(
    cx: &OpContext<'_>,
    selector: &Selector,
    up_to: SessionId,
    seen: &HashSet<SessionId>,
) -> Result<Vec<SessionId>, StoreError> {
    let active = Selector { state: Some(StateFilter::Only(State::Active)), ..selector.clone() };
    let mut ids = Vec::new();
    cx.store.select(&active, Page::whole(Sort::Oldest), cx.now(), &mut |session| {
        if session.id <= up_to && !seen.contains(&session.id) {
            ids.push(session.id);
        }
        ControlFlow::Continue(())
    })?;
    Ok(ids)
}

/// One pass over all sessions up to an id.
fn pass(
    cx: &mut OpContext<'_>,
    request: &BulkRequest,
    up_to: SessionId,
    totals: &mut Totals,
    on_batch: OnBatch<'_>,
    act: Act<'_>,
) -> Result<(), OpsError> {
    totals.finished = false;
    let (mut after, mut expect) = (None, request.expect);
    loop {
        let rest = request.limit.map_or(u64::MAX, |limit| limit.saturating_sub(totals.matched));
        let limit = request.batch_size.max(1).min(usize::try_from(rest).unwrap_or(usize::MAX));
        if limit == 0 {
            return Ok(());
        }
        let batch = Batch { selector: &request.selector, after, up_to, limit, expect: expect.take() };
        let result = act(cx.store, &batch)?;
        totals.add(&result);
        let broken_off = on_batch(&result).is_break();
        after = result.next;
        if after.is_none() {
            totals.finished = true;
            return Ok(());
        }
        if broken_off {
            return Ok(());
        }
    }
}

impl Totals {
    fn add(&mut self, result: &BatchResult) {
        for change in &result.changes {
            let own = change.cascaded_from.is_none();
            self.matched += u64::from(own);
            self.changed += u64::from(change.changed);
            self.cascaded += u64::from(change.changed && !own);
            self.already_ended += u64::from(own && !change.changed && change.before != State::Active);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::session::Kind;
    use crate::model::time::Timestamp;
    use crate::ops::preview::{PlannedAct, preview};
    use crate::ops::revoke::revoke;
    use crate::store::{Change, ChangeSubject};
    use crate::testing::Fixture;

    #[test]
    fn totals_count_each_change_as_what_it_is() {
        let id = |number| SessionId::new(number).unwrap();
        let change = |number, before, changed, parent: Option<i64>| Change {
            id: id(number),
            subject: ChangeSubject { kind: Kind::Web, user: None, ip: None, last_ip: None },
            before,
            changed,
            cascaded_from: parent.map(id),
            deadline: None,
        };
        let result = BatchResult {
            at: Timestamp::from_unix(0),
            changes: vec![
                change(1, State::Active, true, None),
                change(2, State::Active, true, Some(1)),
                change(3, State::Active, true, Some(1)),
                change(4, State::Expired, false, None),
                change(5, State::Revoked, false, None),
                change(6, State::Revoked, false, None),
                // Deleted, though dead; and left alone, though alive: neither was dead already.
                change(7, State::Expired, true, None),
                change(8, State::Active, false, None),
                change(9, State::Revoked, false, Some(1)),
                // More with no head than with one, so that the two are steps apart.
                change(10, State::Active, true, None),
            ],
            next: None,
        };
        let once = Totals { matched: 7, changed: 5, cascaded: 2, already_ended: 3, ..Totals::default() };
        let mut totals = Totals::default();
        totals.add(&result);
        assert_eq!(totals, once);
        totals.add(&result);
        let twice = Totals { matched: 14, changed: 10, cascaded: 4, already_ended: 6, ..Totals::default() };
        assert_eq!(totals, twice);
    }

    #[test]
    fn an_unexpected_number_names_the_active_ones_where_ended_ones_match_too() {
        let mut fixture = Fixture::new();
        let sessions = [(); 3].map(|()| fixture.session(Kind::Web, Some("bob")).id);
        let one = Selector { ids: vec![sessions[0]], ..Selector::default() };
        let mut each = |_: &BatchResult| ControlFlow::Continue(());
        fixture.run(|cx| revoke(cx, &BulkRequest::of(one), "x", &mut each)).unwrap();
        let all = Selector { all: true, ..Selector::default() };
        let only_active = Selector { state: Some(StateFilter::Only(State::Active)), ..all.clone() };
        let named = Selector { ids: sessions[1..].to_vec(), ..Selector::default() };
        for (selector, words) in [
            (all, "3 sessions match (2 active, 1 ended), not 7; nothing was changed"),
            (only_active, "2 sessions match, not 7; nothing was changed"),
            (named, "2 sessions match, not 7; nothing was changed"),
        ] {
            let request = BulkRequest { expect: Some(7), ..BulkRequest::of(selector) };
            let refused = fixture.run(|cx| revoke(cx, &request, "x", &mut each)).unwrap_err();
            assert_eq!(refused.to_string(), words);
            let planned = PlannedAct::Revoke;
            let refused =
                fixture.run(|cx| preview(cx, &request, planned, &mut |_, _| ControlFlow::Continue(())));
            assert_eq!(refused.unwrap_err().to_string(), words);
        }
    }

    #[test]
    fn run_batches_on_an_empty_store_is_finished_unless_more_was_expected() {
        let mut fixture = Fixture::new();
        for (expect, done) in [(None, true), (Some(0), true), (Some(1), false)] {
            let named = Selector { ids: vec![SessionId::new(1).unwrap()], ..Selector::default() };
            let bulk = BulkRequest { expect, ..BulkRequest::of(named) };
            let mut each = |_: &BatchResult| ControlFlow::Continue(());
            let mut act = |_: &mut dyn Store, _: &Batch<'_>| panic!("there is nothing to work on");
            match fixture.run(|b| run_batches(b, &bulk, &mut each, &mut act)) {
                Ok(totals) => assert!(done && totals.finished && totals.missing.len() == 1, "{totals:?}"),
                Err(error) => {
                    let expected =
                        StoreError::CountMismatch { expected: 1, found: 0, active: None }.to_string();
                    assert!(!done && error.to_string() == expected, "{error}");
                }
            }
        }
    }
}
