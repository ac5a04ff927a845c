//! Reads a table page by page, and hands over the records that match.

use std::ops::ControlFlow;

use super::OpsError;
use crate::filter::{Matcher, Verdict};
use crate::plan::{Plan, Reading};
use crate::record::{Record, State};
use crate::source::{Source, Window};
use crate::time::Moment;
use crate::value::Row;

/// What is done with a record that matches; a break ends the reading.
pub(super) type EachRecord<'a> = dyn FnMut(Row, Record) -> Result<ControlFlow<()>, OpsError> + 'a;

/// Which rows are handed over.
pub(super) struct Wanted<'a> {
    /// The filter.
    pub(super) matcher: &'a Matcher<'a>,
    /// Rows that an index can name; none where all must be read.
    pub(super) window: Option<Window>,
    /// Which of the rows whose state is wanted are counted only, and not decoded; none of them.
    pub(super) passes_over: Option<&'a dyn Fn(&Row) -> bool>,
}

impl<'a> Wanted<'a> {
    /// What a filter selects at a time.
    pub(super) fn new(matcher: &'a Matcher<'a>, plan: &Plan, now: Moment) -> Self {
        let window = match matcher.states() {
            [State::Active] => plan.alive_at(now),
            [State::Expired] => plan.expired_by(now),
            _ => None,
        };
        Wanted { matcher, window, passes_over: None }
    }
}

/// What was read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scanned {
    /// Rows.
    pub(super) rows: u64,
    /// Rows on which the filter could not be evaluated.
    pub(super) unreadable: u64,
    /// Rows that were passed over.
    pub(super) passed_over: u64,
}

/// Reads the wanted rows that are there when reading begins. Each row is decoded, judged and handed over before the
/// next: a page of decoded rows does not fit the cache, and decoding on a second thread cost more than it gained,
/// because what one thread allocates the other frees.
pub(super) fn scan(
    source: &dyn Source,
    plan: &Plan,
    reading: &mut Reading<'_>,
    wanted: &Wanted<'_>,
    each: &mut EachRecord<'_>,
) -> Result<Scanned, OpsError> {
    let mut scanned = Scanned::default();
    let any_state = wanted.matcher.states().len() == State::NAMES.len();
    let other_state = |row: &Row, now: Moment| {
        plan.state_in_columns(row, now).is_some_and(|state| !wanted.matcher.allows(state))
    };
    let mut place = Some(source.start(&plan.query, wanted.window.as_ref())?);
    while let Some(at) = place {
        let page = source.page(&plan.query, &at)?;
        for row in page.rows {
            scanned.rows += 1;
            // Where the columns alone show another state, the payload is not decoded.
            if !any_state && other_state(&row, reading.now) {
                continue;
            }
            if wanted.passes_over.is_some_and(|passes_over| passes_over(&row)) {
                scanned.passed_over += 1;
                continue;
            }
            let record = plan.record(&row, reading)?;
            match wanted.matcher.verdict(&record) {
                Verdict::Yes => {
                    if each(row, record)?.is_break() {
                        return Ok(scanned);
                    }
                }
                Verdict::Unreadable => scanned.unreadable += 1,
                Verdict::No => {}
            }
        }
        place = page.next;
    }
    Ok(scanned)
}
