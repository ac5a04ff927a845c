//! Bulk work over sessions in slices: each is committed before it is steps of, so that other writers get their
//! turn, an interruption loses nothing that was reported, and the work can simply be started again.

use std::ops::ControlFlow;

use super::{OpContext, OpsError};
use crate::model::selector::Selector;
use crate::model::session::{SessionId, State};
use crate::store::{Batch, BatchResult, Store, StoreError};

/// Which sessions, and how.
#[derive(Clone, Debug)]
pub struct BulkRequest {
    /// The filter.
    pub selector: Selector,
    /// Change nothing unless so many match.
    pub expect: Option<u64>,
    /// Sessions to a slice, at most; the store may take fewer, so that nobody waits long.
    pub batch: usize,
    /// Stop after so many.
    pub most: Option<u64>,
}

impl BulkRequest {
    /// All that `selector` matches, five thousand at a time: more would let others wait, fewer cost a sync each.
    #[must_use]
    pub fn of(selector: Selector) -> Self {
        BulkRequest { selector, expect: None, batch: 5_000, most: None }
    }
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sessions that matched.
    pub matched: u64,
    /// Sessions that were changed, those that fell with their heads included.
    pub changed: u64,
    /// Sessions changed because their head was, without being selected themselves.
    pub cascaded: u64,
    /// Sessions that matched and were dead before.
    pub already_ended: u64,
    /// Whether the work came to its end; not where it was broken off or reached its most.
    pub finished: bool,
    /// Ids that were named and are no session's.
    pub missing: Vec<SessionId>,
}

/// Told of each slice once it is on disk; breaks the work off.
pub type OnBatch<'a> = &'a mut dyn FnMut(&BatchResult) -> ControlFlow<()>;

/// Runs `act` over slice after slice.
pub(super) fn run_batches(
    cx: &mut OpContext<'_>,
    sweep: &BulkRequest,
    each: OnBatch<'_>,
    act: &mut dyn FnMut(&mut dyn Store, &Batch<'_>) -> Result<BatchResult, StoreError>,
) -> Result<Totals, OpsError> {
    let mut totals = Totals { missing: missing(cx, &sweep.selector)?, ..Totals::default() };
    let Some(up_to) = cx.store.newest()? else {
        return match sweep.expect {
            Some(expected) if expected > 0 => Err(StoreError::Unexpected { expected, found: 0 }.into()),
            _ => Ok(Totals { finished: true, ..totals }),
        };
    };
    cx.trace(|| {
        format!(
            "the newest session is {up_to}: what is made from now on is left alone; the \
        rest is done {} at a time, each slice in one step with its event",
            sweep.batch
        )
    });
    let (mut after, mut expect) = (None, sweep.expect);
    loop {
        let rest = sweep.most.map_or(u64::MAX, |most| most.saturating_sub(totals.matched));
        let limit = sweep.batch.max(1).min(usize::try_from(rest).unwrap_or(usize::MAX));
        if limit == 0 {
            return Ok(totals);
        }
        let slice =
            Batch { selector: &sweep.selector, after, up_to, limit, now: cx.now, expect: expect.take() };
        let swept = act(cx.store, &slice)?;
        totals.add(&swept);
        let broken_off = each(&swept).is_break();
        after = swept.next;
        if after.is_none() {
            totals.finished = true;
            return Ok(totals);
        }
        if broken_off {
            return Ok(totals);
        }
    }
}

impl Totals {
    fn add(&mut self, swept: &BatchResult) {
        for change in &swept.changes {
            let own = change.with.is_none();
            self.matched += u64::from(own);
            self.changed += u64::from(change.changed);
            self.cascaded += u64::from(change.changed && !own);
            self.already_ended += u64::from(own && !change.changed && change.before != State::Active);
        }
    }
}

/// The named ids that are no session's; asked before the work, which may delete.
fn missing(cx: &OpContext<'_>, selector: &Selector) -> Result<Vec<SessionId>, StoreError> {
    let mut missing = Vec::new();
    for id in &selector.ids {
        if cx.store.session(*id)?.is_none() {
            missing.push(*id);
        }
    }
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::Fixture;
    use crate::store::Change;

    #[test]
    fn each_change_counts_as_what_it_is() {
        let id = |number| SessionId::new(number).unwrap();
        let change = |number, before, changed, with: Option<i64>| Change {
            id: id(number),
            before,
            changed,
            with: with.map(id),
        };
        let swept = BatchResult {
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
        totals.add(&swept);
        assert_eq!(totals, once);
        totals.add(&swept);
        let twice = Totals { matched: 14, changed: 10, cascaded: 4, already_ended: 6, ..Totals::default() };
        assert_eq!(totals, twice);
    }

    #[test]
    fn where_there_is_nothing_the_work_is_done_unless_more_was_expected() {
        let mut fixture = Fixture::new();
        for (expect, done) in [(None, true), (Some(0), true), (Some(1), false)] {
            let named = Selector { ids: vec![SessionId::new(1).unwrap()], ..Selector::default() };
            let sweep = BulkRequest { expect, ..BulkRequest::of(named) };
            let mut each = |_: &BatchResult| ControlFlow::Continue(());
            let mut act = |_: &mut dyn Store, _: &Batch<'_>| panic!("there is nothing to work on");
            match fixture.run(|b| run_batches(b, &sweep, &mut each, &mut act)) {
                Ok(totals) => assert!(done && totals.finished && totals.missing.len() == 1, "{totals:?}"),
                Err(error) => {
                    let expected = StoreError::Unexpected { expected: 1, found: 0 }.to_string();
                    assert!(!done && error.to_string() == expected, "{error}");
                }
            }
        }
    }
}
