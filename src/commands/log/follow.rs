//! `log --follow`: events as they are written, oldest first, until the reader or Ctrl-C ends it.

use std::ops::ControlFlow;
use std::thread::sleep;
use std::time::Duration;

use super::{EVENT, record};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::escape::escape_text;
use crate::output::{Format, List};
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
    loop {
        for event in read(store, &filter)? {
            filter.after = Some(event.id);
            print(event, list.as_mut(), context)?;
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

fn print(event: LoggedEvent, list: Option<&mut List<'static>>, context: &mut Context) -> CommandResult<()> {
    match list {
        Some(list) => list.push(record(event))?,
        None => {
            let at = context.ui.options().local_time(event.at);
            context.ui.bare(&format!("{at} {}", describe(&event)))?;
        }
    }
    Ok(())
}

fn describe(event: &LoggedEvent) -> String {
    let mut text = format!("{} by {}", event.action, event.actor);
    let sessions = match event.subjects.bounds() {
        None => None,
        Some((first, last)) if first == last => Some(format!("session {first}")),
        Some((first, last)) => Some(format!("sessions {first}\u{2013}{last}")),
    };
    let parts = [
        event.user.as_ref().map(|user| format!("user {user}")),
        sessions,
        event.ip.map(|ip| format!("from {ip}")),
        event.app.as_ref().map(|app| format!("app {app}")),
        event.detail.clone(),
    ];
    for part in parts.into_iter().flatten() {
        text.push_str(", ");
        text.push_str(&escape_text(&part));
    }
    text
}
