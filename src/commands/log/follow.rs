//! `log --follow`: events as they are written, oldest first, until the reader or Ctrl-C ends it. Where a copy takes the
//! place of the database, it goes on behind the last event that both have.

use std::collections::{BTreeSet, VecDeque};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::foreign::Events;
use super::line::Lines;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::Format;
use sessionctl_core::model::event::LoggedEvent;
use sessionctl_core::store::{EventFilter, LogHead, Store};

/// How long to wait before the log is read again.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Prints new events; with a time to begin at, the older ones first.
pub(super) fn run(
    mut store: Box<dyn Store>,
    mut filter: EventFilter,
    mut shown: Events<'_>,
    context: &mut Context,
) -> CommandResult<Outcome> {
    require_format_of_lines(context)?;
    let options = context.ui.options();
    // Without columns, so that a long event does not bend to the widths of the first ones.
    let lines = options.format == Format::Table && options.fields.is_none();
    let mut list = if lines { None } else { Some(context.ui.results.detached_list(shown.view())?) };
    let mut position = Position::default();
    if filter.since.is_none() {
        position = Position::behind_what_exists(store.as_ref(), &filter, context)?;
    }
    let (mut printed, mut is_first_read) = (0, true);
    // From the first question on, Ctrl-C is only recorded: no event is printed in part.
    while !context.host.interrupted() {
        filter.after = position.after;
        let events = match read(store.as_ref(), &filter, context) {
            Err(error) if error.is_replaced() => {
                store = reopen(store, &mut position, context)?;
                continue;
            }
            // Ctrl-C can end a read of the database as well: on a network's file system, for instance.
            Err(_) if context.host.interrupted() => break,
            events => events?,
        };
        for event in position.advance(events, store.late_events()) {
            if context.host.interrupted() {
                break;
            }
            if let Some(list) = &mut list {
                if let Some(record) = shown.record(event) {
                    list.push(record)?;
                }
            } else if let Some((event, sessions)) = shown.for_person(event) {
                Lines::behind(printed, context).print(&event, sessions)?;
                printed += 1;
            }
        }
        match &mut list {
            Some(list) => list.catch_up()?,
            None => context.ui.flush()?,
        }
        if std::mem::take(&mut is_first_read) && context.ui.options().stderr_is_terminal {
            context.ui.status("waiting for new events; Ctrl-C ends");
        }
        if context.wait_for_more(POLL_INTERVAL) {
            // As where a write finds out: whoever read has chosen to stop.
            return Ok(Outcome::Done);
        }
    }
    Ok(Outcome::Interrupted)
}

/// Refuses a format that is complete only at the end.
fn require_format_of_lines(context: &mut Context) -> CommandResult<()> {
    let needs_end = |context: &Context| matches!(context.ui.options().format, Format::Json | Format::Count);
    if needs_end(context) {
        context.leave_preset_format();
    }
    if !needs_end(context) {
        return Ok(());
    }
    Err(Failure::usage("--follow never ends, so it needs a format with one line per event")
        .hint("choose --format jsonl, csv, ids or table")
        .into())
}

/// How many of the last heads are all compared with the new file's log; of earlier ones, ever fewer.
const DENSE_HEADS: i64 = 1_000;

/// Opens the file that has the name of the database now, and moves the position to the last event that both logs have.
fn reopen(
    store: Box<dyn Store>,
    position: &mut Position,
    context: &mut Context,
) -> CommandResult<Box<dyn Store>> {
    let heads = heads(store.as_ref())?;
    // Closed first: within a process SQLite shares what it knows of a file, that another WAL has its name included.
    drop(store);
    let store = context.host.open_to_read()?;
    let mut common = None;
    for head in &heads {
        if store.contains_head(head)? {
            common = Some(head.event);
            break;
        }
    }
    let Some(common) = common else {
        return Err(Failure::of(
            Outcome::Failed,
            "another database has taken the place of the one that was followed",
        )
        .hint("run the command again to follow that one; --since shows its older events")
        .into());
    };
    let newest = heads.first().map_or(common, |head| head.event);
    if common < newest {
        context.ui.warn(&format!(
            "a copy has taken the place of the database: it does not have the events after {common}, and has others"
        ));
    }
    position.go_back_to(common);
    Ok(store)
}

/// Heads of the log, the newest first.
fn heads(store: &dyn Store) -> CommandResult<Vec<LogHead>> {
    let newest = store.newest_event()?;
    let (mut heads, mut behind) = (Vec::new(), 0);
    while behind < newest {
        heads.extend(store.head_at(newest - behind)?);
        behind = if behind < DENSE_HEADS { behind + 1 } else { behind + behind / 100 };
    }
    Ok(heads)
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
    fn behind_what_exists(store: &dyn Store, filter: &EventFilter, context: &Context) -> CommandResult<Self> {
        let newest = store.newest_event()?;
        let Some(window) = store.late_events() else {
            return Ok(Position { after: Some(newest), ..Position::default() });
        };
        let mut position = Position { after: Some((newest - EVENTS_BEFORE).max(0)), ..Position::default() };
        let existing = EventFilter { after: position.after, ..filter.clone() };
        position.advance(read(store, &existing, context)?, Some(window));
        Ok(position)
    }

    /// Forgets what is behind an event: other events may have those numbers now.
    fn go_back_to(&mut self, event: i64) {
        self.after = self.after.map(|after| after.min(event));
        self.seen.retain(|seen| *seen <= event);
        self.newest.retain(|(_, newest)| *newest <= event);
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
fn read(store: &dyn Store, filter: &EventFilter, context: &Context) -> CommandResult<Vec<LoggedEvent>> {
    let mut events = Vec::new();
    store.events(filter, &mut |event| {
        events.push(event);
        if context.host.interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    events.reverse();
    Ok(events)
}
