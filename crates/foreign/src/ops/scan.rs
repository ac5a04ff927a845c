//! Reads a table page by page, and hands over the records that match. Payloads are decoded on the cores that are
//! free, because this is most of the work; the database and the users are read by the caller's thread alone.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, available_parallelism};

use super::OpsError;
use crate::filter::{Matcher, Verdict};
use crate::plan::{Draft, Plan, Reading};
use crate::record::{Record, State};
use crate::source::{Place, Source, Window};
use crate::time::Moment;
use crate::value::Row;

/// The most threads that decode beside the caller's: each holds a page.
const MAX_DECODERS: usize = 3;

/// What is done with a record that matches; a break ends the reading.
pub(super) type EachRecord<'a> = dyn FnMut(Row, Record) -> Result<ControlFlow<()>, OpsError> + 'a;

/// Which rows are handed over.
pub(super) struct Wanted<'a> {
    /// The filter.
    pub(super) matcher: &'a Matcher<'a>,
    /// Rows that an index can name; none where all must be read.
    pub(super) window: Option<Window>,
}

impl<'a> Wanted<'a> {
    /// What a filter selects at a time.
    pub(super) fn new(matcher: &'a Matcher<'a>, plan: &Plan, now: Moment) -> Self {
        let window = match matcher.states() {
            [State::Active] => plan.alive_at(now),
            [State::Expired] => plan.expired_by(now),
            _ => None,
        };
        Wanted { matcher, window }
    }
}

/// What was read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scanned {
    /// Rows.
    pub(super) rows: u64,
    /// Rows on which the filter could not be evaluated.
    pub(super) unreadable: u64,
}

/// Reads the wanted rows that are there when reading begins.
pub(super) fn scan(
    source: &dyn Source,
    plan: &Plan,
    reading: &mut Reading<'_>,
    wanted: &Wanted<'_>,
    each: &mut EachRecord<'_>,
) -> Result<Scanned, OpsError> {
    let mut pages =
        Pages { source, plan, place: Some(source.start(&plan.query, wanted.window.as_ref())?), rows: 0 };
    let Some(first) = pages.next()? else { return Ok(Scanned::default()) };
    let decoding = Decoding { plan, now: reading.now, states: wanted.matcher.states() };
    let mut hand_over = HandOver { plan, reading, matcher: wanted.matcher, each, unreadable: 0 };
    let decoders = if pages.place.is_some() { free_cores() } else { 0 };
    if decoders == 0 {
        let mut page = Some(first);
        while let Some(rows) = page {
            if hand_over.all(decoding.all(rows))?.is_break() {
                break;
            }
            page = pages.next()?;
        }
    } else {
        std::thread::scope(|scope| {
            side_by_side(scope, decoders, first, &mut pages, &decoding, &mut hand_over)
        })?;
    }
    Ok(Scanned { rows: pages.rows, unreadable: hand_over.unreadable })
}

/// Reads, decodes and hands over at the same time. The pages keep their order, because each decoder has a queue of
/// its own and they take turns.
fn side_by_side<'scope>(
    scope: &'scope Scope<'scope, '_>,
    decoders: usize,
    first: Vec<Row>,
    pages: &mut Pages<'_>,
    decoding: &'scope Decoding<'_>,
    hand_over: &mut HandOver<'_, '_>,
) -> Result<(), OpsError> {
    let queues: Vec<Queue> = (0..decoders).map(|_| Queue::start(scope, decoding)).collect();
    let (mut sent, mut received) = (0, 0);
    let mut page = Some(first);
    loop {
        while let Some(rows) = page.take_if(|_| sent - received <= decoders) {
            // A decoder ends only when this function does.
            let _ = queues[sent % decoders].rows.send(rows);
            sent += 1;
            page = pages.next()?;
        }
        if sent == received {
            return Ok(());
        }
        let Ok(drafts) = queues[received % decoders].drafts.recv() else { return Ok(()) };
        received += 1;
        if hand_over.all(drafts)?.is_break() {
            return Ok(());
        }
    }
}

struct Queue {
    rows: SyncSender<Vec<Row>>,
    drafts: Receiver<Vec<Draft>>,
}

impl Queue {
    fn start<'scope>(scope: &'scope Scope<'scope, '_>, decoding: &'scope Decoding<'_>) -> Self {
        let (rows, taken) = sync_channel::<Vec<Row>>(1);
        let (done, drafts) = sync_channel(1);
        scope.spawn(move || {
            for rows in taken {
                if done.send(decoding.all(rows)).is_err() {
                    return;
                }
            }
        });
        Queue { rows, drafts }
    }
}

fn free_cores() -> usize {
    available_parallelism().map_or(0, |cores| NonZero::get(cores) - 1).min(MAX_DECODERS)
}

/// The pages of a table.
struct Pages<'a> {
    source: &'a dyn Source,
    plan: &'a Plan,
    place: Option<Place>,
    rows: u64,
}

impl Pages<'_> {
    fn next(&mut self) -> Result<Option<Vec<Row>>, OpsError> {
        let Some(place) = self.place.take() else { return Ok(None) };
        let page = self.source.page(&self.plan.query, &place)?;
        self.place = page.next;
        self.rows += page.rows.len() as u64;
        Ok(Some(page.rows))
    }
}

/// What decoding a row needs.
struct Decoding<'a> {
    plan: &'a Plan,
    now: Moment,
    states: &'a [State],
}

impl Decoding<'_> {
    /// The rows that can match by their state. Others are not decoded where their columns alone show it.
    fn all(&self, rows: Vec<Row>) -> Vec<Draft> {
        let allowed = |row: &Row| {
            let state = self.plan.state_in_columns(row, self.now);
            state.is_none_or(|state| self.states.contains(&state))
        };
        rows.into_iter().filter(allowed).map(|row| self.plan.draft(row, self.now)).collect()
    }
}

/// What is done with decoded rows.
struct HandOver<'a, 'r> {
    plan: &'a Plan,
    reading: &'a mut Reading<'r>,
    matcher: &'a Matcher<'a>,
    each: &'a mut EachRecord<'a>,
    unreadable: u64,
}

impl HandOver<'_, '_> {
    fn all(&mut self, drafts: Vec<Draft>) -> Result<ControlFlow<()>, OpsError> {
        for draft in drafts {
            let (row, record) = self.plan.complete(draft, self.reading)?;
            match self.matcher.verdict(&record) {
                Verdict::Yes => {
                    if (self.each)(row, record)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                Verdict::Unreadable => self.unreadable += 1,
                Verdict::No => {}
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
