//! `log --follow`: events as they are written, oldest first, until the reader or Ctrl-C ends it.

use std::collections::{BTreeSet, VecDeque};
use std::ops::ControlFlow;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::line::Lines;
use super::{EVENT, record};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::Format;
use sessionctl_core::model::event::LoggedEvent;
use sessionctl_core::store::{EventFilter, Store};

/// How long to wait before the log is read again.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Prints new events; with a time to begin at, the older ones first.
pub(super) fn run(
    store: &dyn Store,
    mut filter: EventFilter,
    context: &mut Context,
) -> CommandResult<Outcome> {
    let options = context.ui.options();
    if matches!(options.format, Format::Json | Format::Count) {
        return Err(Failure::usage("--follow never ends, so it needs a format of one line an event")
            .hint("choose --format jsonl, csv or table")
            .into());
    }
    // A table measures its rows before it prints them, and a reader waits for each event.
    let lines = options.format == Format::Table && options.fields.is_none();
    let mut list = if lines { None } else { Some(context.ui.results.detached_list(&EVENT)?) };
    let mut position = Position::default();
    if filter.since.is_none() {
        position = Position::behind_what_exists(store, &filter)?;
    }
    let mut printed = 0;
    loop {
        filter.after = position.after;
        for event in position.advance(read(store, &filter)?, store.late_events()) {
            match &mut list {
                Some(list) => list.push(record(event))?,
                None => Lines::behind(printed, context).print(&event)?,
            }
            printed += 1;
        }
        context.ui.flush()?;
        sleep(POLL_INTERVAL);
    }
}

/// How many of the newest events are looked at when the work begins, where a lower number can appear later.
const EVENTS_BEFORE: i64 = 1_000;

/// How far the log was printed.
#[derive(Default)]
struct Position {
    /// Everything up to this event was printed, or will never appear.
    after: Option<i64>,
    /// The events behind it that were printed.
    seen: BTreeSet<i64>,
    /// The newest event at earlier times.
    newest: VecDeque<(Instant, i64)>,
}

impl Position {
    /// Behind all events that can be seen now; one with a lower number may appear later.
    fn behind_what_exists(store: &dyn Store, filter: &EventFilter) -> CommandResult<Self> {
        let newest = store.newest_event()?;
        let Some(window) = store.late_events() else {
            return Ok(Position { after: Some(newest), ..Position::default() });
        };
        let mut position = Position { after: Some((newest - EVENTS_BEFORE).max(0)), ..Position::default() };
        let existing = EventFilter { after: position.after, ..filter.clone() };
        position.advance(read(store, &existing)?, Some(window));
        Ok(position)
    }

    /// Those of the events that are new; and moves on.
    fn advance(&mut self, events: Vec<LoggedEvent>, late: Option<Duration>) -> Vec<LoggedEvent> {
        let new: Vec<LoggedEvent> = events.into_iter().filter(|event| self.seen.insert(event.id)).collect();
        let newest = self.seen.last().copied();
        self.newest.extend(newest.map(|newest| (Instant::now(), newest)));
        while let Some((at, newest)) = self.newest.front().copied()
            && late.is_none_or(|late| at.elapsed() > late)
        {
            self.newest.pop_front();
            self.after = self.after.max(Some(newest));
            self.seen = self.seen.split_off(&(newest + 1));
        }
        new
    }
}

/// The events behind the last one, oldest first.
fn read(store: &dyn Store, filter: &EventFilter) -> CommandResult<Vec<LoggedEvent>> {
    let mut events = Vec::new();
    store.events(filter, &mut |event| {
        events.push(event);
        ControlFlow::Continue(())
    })?;
    events.reverse();
    Ok(events)
}
