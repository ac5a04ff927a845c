//! `log --follow`: events as they are written, oldest first, until the reader or Ctrl-C ends it.

use std::ops::ControlFlow;
use std::thread::sleep;
use std::time::Duration;

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
    if filter.since.is_none() {
        filter.after = Some(store.head()?.event);
    }
    let mut printed = 0;
    loop {
        for event in read(store, &filter)? {
            filter.after = Some(event.id);
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
