//! `list --watch`: the list again and again, until Ctrl-C or the end of the reader.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::time::Duration;

use super::{ListArgs, view};
use crate::commands::args::SelectorArgs;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Format, List, Record, SESSION, session_record};
use sessionctl_core::counted;
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Session, SessionId};
use sessionctl_core::model::time::parse_duration;
use sessionctl_core::store::{Page, Store};

const DEFAULT_INTERVAL: Duration = Duration::from_secs(2);
const MAX_INTERVAL: Duration = Duration::from_secs(86_400);

/// Clears the screen once; later screens are drawn over it, which does not flicker.
const CLEAR: &str = "\u{1b}[2J";
const HOME: &str = "\u{1b}[H";
const CLEAR_LINE_END: &str = "\u{1b}[K";
const CLEAR_SCREEN_END: &str = "\u{1b}[J";

/// Lines of the screen that hold no session: the time, an empty one, the columns' names, the others, and the cursor's.
const OTHER_LINES: u16 = 5;

/// Reads the interval: a number of seconds, or a duration.
pub(super) fn interval(text: &str) -> Result<Duration, String> {
    let interval = match text.parse::<u32>() {
        Ok(seconds) => Duration::from_secs(seconds.into()),
        Err(_) => parse_duration(text)
            .map_err(|_| "not an interval: write seconds, as in --watch=5, or a length of time, as in 2m")?,
    };
    match interval {
        Duration::ZERO => Err("the interval is at least a second".to_owned()),
        interval if interval > MAX_INTERVAL => Err("the interval is at most a day".to_owned()),
        interval => Ok(interval),
    }
}

/// The highest id behind `--watch` that may have been meant as an interval.
const MAX_MISTAKEN_SECONDS: i64 = 60;

/// Runs `list --watch`.
pub(super) fn run(args: &ListArgs, given: Option<Duration>, context: &mut Context) -> CommandResult<Outcome> {
    if context.ui.options().format == Format::Json {
        context.leave_preset_format();
    }
    let options = context.ui.options();
    if options.format == Format::Json {
        return Err(Failure::usage("--watch never ends, so it needs a format that can be streamed")
            .hint("choose --format jsonl, csv, ids, count or table")
            .into());
    }
    let is_screen = options.format == Format::Table && options.rows.is_some();
    let mut shown = match options.format {
        Format::Table if is_screen => Shown::Screen { is_clear: false },
        Format::Table => Shown::Tables { last: None },
        Format::Count => Shown::Count { last: None },
        _ => Shown::Changes { last: BTreeMap::new(), list: context.ui.results.detached_list(&SESSION)? },
    };
    // The reader waits for each change: no pager.
    context.ui.flush()?;
    let interval = given.unwrap_or(DEFAULT_INTERVAL);
    let mut is_first = true;
    // From the first question on, Ctrl-C is only recorded.
    while !context.host.interrupted() {
        match show(args, &mut shown, is_first, context) {
            // The next list is read from the new file.
            Err(error) if error.is_replaced() => continue,
            // Ctrl-C can end a read of the database as well: on a network's file system, for instance.
            Err(_) if context.host.interrupted() => break,
            shown => match shown? {
                Outcome::Done => is_first = false,
                unknown => return Ok(unknown),
            },
        }
        if context.wait_for_more(interval) {
            // As where a write finds out: whoever read has chosen to stop.
            return Ok(Outcome::Done);
        }
    }
    if is_screen {
        // The shell's prompt gets a line of its own.
        context.ui.write_raw(b"\n")?;
    }
    Ok(Outcome::Interrupted)
}

/// Reads the sessions and shows what is new. The first time, sessions that were named and do not exist are reported, and
/// nothing is shown: they never come.
fn show(args: &ListArgs, shown: &mut Shown, is_first: bool, context: &mut Context) -> CommandResult<Outcome> {
    let now = context.present();
    context.ui.update_options(|options| options.now = now);
    let mut store = context.host.open_to_read()?;
    context.read_clock(store.as_ref())?;
    let mut selector = args.selector.resolve(store.as_ref(), context)?;
    context.hide_later(store.as_ref(), &mut selector)?;
    let is_missing = is_first && SelectorArgs::report_missing(&selector, store.as_ref(), context)?;
    // Which sessions there are is unknown where the clock is behind.
    let is_missing = is_missing && !context.clock_was_behind;
    if let [id] = selector.ids.as_slice()
        && matches!(args.watch, Some(None))
        && id.get() <= MAX_MISTAKEN_SECONDS
    {
        context.ui.status(&format!("only session {id}; the interval is written --watch={id}"));
    }
    if is_missing {
        return Ok(Outcome::NotFound);
    }
    // What the selector is said to mean does not change.
    context.ui.update_options(|options| options.quiet = true);
    shown.update(args, &selector, store.as_mut(), context)?;
    context.ui.flush()?;
    Ok(Outcome::Done)
}

/// What the reader has seen so far.
enum Shown {
    /// A terminal that is redrawn.
    Screen { is_clear: bool },
    /// Tables, one after another; the sessions of the last one.
    Tables { last: Option<Vec<Session>> },
    /// Numbers; the last one.
    Count { last: Option<u64> },
    /// Sessions; what was last printed of each that matched.
    Changes { last: BTreeMap<SessionId, Record>, list: List<'static> },
}

impl Shown {
    fn update(
        &mut self,
        args: &ListArgs,
        selector: &Selector,
        store: &mut dyn Store,
        context: &mut Context,
    ) -> CommandResult<()> {
        let (now, moment) = (context.now, context.moment());
        match self {
            Shown::Screen { is_clear } => {
                let Some(screen) = screen(args, selector, store, context)? else { return Ok(()) };
                let clear = if std::mem::replace(is_clear, true) { "" } else { CLEAR };
                // In one piece, so that no half of a screen is seen.
                let screen = format!("{clear}{HOME}{screen}{CLEAR_SCREEN_END}");
                context.ui.write_raw(screen.as_bytes())?;
            }
            Shown::Tables { last } => {
                let Some(found) = sessions(args, selector, store, context, args.limit)? else {
                    return Ok(());
                };
                if last.as_ref() != Some(&found) {
                    let heading = heading(context, found.len() as u64);
                    context.ui.bare(&heading)?;
                    let mut list = context.ui.list(view(selector))?;
                    found
                        .iter()
                        .try_for_each(|session| list.push(session_record(session.clone(), moment)))?;
                    list.finish(None)?;
                    *last = Some(found);
                }
            }
            Shown::Count { last } => {
                let count = store.count(selector, now)?.min(args.limit.unwrap_or(u64::MAX));
                if last.replace(count) != Some(count) {
                    context.ui.list_count(count)?;
                }
            }
            Shown::Changes { last, list } => {
                let Some(found) = sessions(args, selector, store, context, args.limit)? else {
                    return Ok(());
                };
                print_changes(found, last, list, store, context)?;
            }
        }
        Ok(())
    }
}

/// The time and the number, above a list that a person reads.
fn heading(context: &Context, number: u64) -> String {
    let at = context.ui.options().local_time_with_zone(context.now);
    format!("{at}: {}", counted(number, "session", "sessions"))
}

/// The screen: the time, as many sessions as fit, and the number of the others; `None` where Ctrl-C was pressed.
fn screen(
    args: &ListArgs,
    selector: &Selector,
    store: &mut dyn Store,
    context: &mut Context,
) -> CommandResult<Option<String>> {
    let lines = usize::from(context.ui.options().rows.unwrap_or(u16::MAX).saturating_sub(OTHER_LINES).max(1));
    let number = store.count(selector, context.now)?;
    let limit = args.limit.unwrap_or(u64::MAX).min(lines as u64);
    let Some(found) = sessions(args, selector, store, context, Some(limit))? else { return Ok(None) };
    let records = found.into_iter().map(|session| session_record(session, context.moment())).collect();
    let table = context.ui.results.table_text(view(selector), records);
    let mut screen = vec![format!("{} (Ctrl-C ends)", heading(context, number)), String::new()];
    // A session can take several lines.
    let rows: Vec<&str> = table.lines().take(lines + 1).collect();
    let is_whole = rows.len() == table.lines().count() && number <= limit;
    screen.extend(rows.into_iter().map(str::to_owned));
    if !is_whole {
        let asked_for_fewer = args.limit.is_some_and(|limit| limit <= lines as u64);
        let why = if asked_for_fewer { "more sessions match" } else { "more sessions do not fit the screen" };
        screen.push(why.to_owned());
    }
    // Each line is cleared behind its end: the one before it may have been longer.
    Ok(Some(screen.into_iter().map(|line| format!("{line}{CLEAR_LINE_END}\n")).collect()))
}

/// The sessions; `None` where Ctrl-C was pressed while they were read.
fn sessions(
    args: &ListArgs,
    selector: &Selector,
    store: &mut dyn Store,
    context: &Context,
    limit: Option<u64>,
) -> CommandResult<Option<Vec<Session>>> {
    let page = Page { sort: args.sort, after: None, limit };
    let mut found = Vec::new();
    store.select(selector, page, context.now, &mut |session| {
        found.push(session);
        if context.host.interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok((!context.host.interrupted()).then_some(found))
}

/// Prints the sessions that are new or have changed, and those that no longer match, as they are now.
fn print_changes(
    found: Vec<Session>,
    last: &mut BTreeMap<SessionId, Record>,
    list: &mut List<'static>,
    store: &dyn Store,
    context: &Context,
) -> CommandResult<()> {
    let only_ids = context.ui.options().format == Format::Ids;
    let mut before: HashMap<SessionId, Record> = std::mem::take(last).into_iter().collect();
    for session in found {
        let id = session.id;
        let record = session_record(session, context.moment());
        let known = before.remove(&id);
        if known.is_none() || (!only_ids && known.as_ref() != Some(&record)) {
            list.push(record.clone())?;
        }
        last.insert(id, record);
    }
    let mut gone: Vec<SessionId> = before.keys().copied().collect();
    gone.sort_unstable();
    for id in gone.into_iter().filter(|_| !only_ids) {
        if let Some((session, _)) = store.session(id)? {
            let record = session_record(session, context.moment());
            // What newer sessions have pushed out of a limited list is as it was.
            if before.get(&id) != Some(&record) {
                list.push(record)?;
            }
        }
    }
    list.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_is_seconds_or_a_duration() {
        assert_eq!(interval("5"), Ok(Duration::from_secs(5)));
        assert_eq!(interval("2m"), Ok(Duration::from_secs(120)));
        for text in ["0", "", "x", "-1", "2d"] {
            assert!(interval(text).is_err(), "{text}");
        }
    }
}
