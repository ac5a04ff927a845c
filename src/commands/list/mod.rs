//! `list`: sessions by a selector, newest first. It only reads.

mod watch;

use std::net::IpAddr;
use std::ops::ControlFlow;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;

use super::args::SelectorArgs;
use super::bulk::report::duration_suffix;
use super::damaged_rows::after_sound_rows;
use super::list_total::{Shown, report_total};
use super::nothing_matches::{self, slow_scan};
use super::shell_word::word;
use super::unknown_user::hint_at_namesake;
use super::{CommandResult, Context, Outcome};
use crate::output::{Format, SESSION, View, session_record};
use sessionctl_core::counted;
use sessionctl_core::model::selector::{Cursor, Selector, Sort, StateFilter};
use sessionctl_core::model::session::{Session, State};
use sessionctl_core::store::{FullScan, Page, Store, select_prefetched};

/// List sessions
///
/// Shows the sessions that a selector matches, newest first; by default only the active ones, see --state and --all.
/// `expire` and `revoke` act on exactly the sessions that `list` shows with the same selector; `prune` deletes only the
/// ended sessions that match. On another program's table, sessions in the state unknown are shown as well.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  Alice's active sessions
    sessionctl list --user alice
  All sessions created from one network, as JSON lines
    sessionctl list --ip 203.0.113.0/24 --all --format jsonl
  How many are active?
    sessionctl list --format count
  In a cron job: are there API tokens that expire within a week?
    sessionctl list --kind api --expiring-within 7d --must-exist
  Who was in yesterday at 03:12? In local time, or in UTC after TZ=UTC
    sessionctl list --active-at 'yesterday 03:12'
  Watch the sessions of a user come and go
    sessionctl list --user alice --watch=5
  A page of a thousand, and the next one
    sessionctl list --limit 1000 --format json | jq -r .next")]
pub struct ListArgs {
    /// Order the sessions by this
    #[arg(long, value_name = "ORDER", default_value = "newest", value_parser =
        PossibleValuesParser::new(Sort::NAMES).try_map(|name| name.parse::<Sort>()))]
    sort: Sort,

    /// Show at most N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,

    /// Continue after this cursor (the "next" of the previous page)
    #[arg(long, value_name = "CURSOR", hide_short_help = true)]
    after: Option<Cursor>,

    /// Show the list again every SECONDS (2 by default), until Ctrl-C
    ///
    /// A terminal is redrawn. Elsewhere, a table is printed again where it has changed; jsonl and csv print each session
    /// once, and again when it has changed or no longer matches; ids prints the id of each session that comes into the
    /// list; count prints each new number. An unknown id ends the command with 3 at once.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true,
        value_parser = watch::interval, conflicts_with_all = ["after", "must_exist"])]
    watch: Option<Option<Duration>>,

    /// Exit with 3 if nothing matches
    #[arg(long)]
    must_exist: bool,

    #[command(flatten, next_help_heading = "Which sessions")]
    selector: SelectorArgs,
}

/// The number of sessions between two progress reports.
const PROGRESS_INTERVAL_SESSIONS: u64 = 1_024;

/// Runs `list`.
///
/// # Errors
/// Where reading the database or writing the output fails.
pub fn run(args: &ListArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&SESSION)?;
    if let Some(interval) = args.watch {
        return watch::run(args, interval, context);
    }
    let mut store = context.host.open_to_read()?;
    context.read_clock(store.as_ref())?;
    let mut selector = args.selector.resolve(store.as_ref(), context)?;
    context.hide_later(store.as_ref(), &mut selector)?;
    context.refuse_unknown_state(&selector)?;
    context.ui.explain(
        "read the sessions that match, in order, one at a time; no token is read, because none is stored",
    );
    let (now, moment) = (context.now, context.moment());
    if context.ui.options().format == Format::Count && args.limit.is_none() && args.after.is_none() {
        let count = store.count(&selector, now)?;
        context.ui.list_count(count)?;
        return finish(args, (&selector, count), store.as_ref(), context);
    }
    say_where_no_index_serves(&selector, store.as_ref(), context)?;
    // One more than the limit shows whether there is a next page.
    let page = Page { sort: args.sort, after: args.after, limit: args.limit.map(|n| n.saturating_add(1)) };
    // Where the sessions are printed on the terminal, they are the progress.
    let unseen = !context.ui.options().stdout_is_terminal;
    let mut progress = unseen.then(|| context.progress.start("sessions listed", None));
    let mut list = context.ui.results.list(view(&selector))?;
    let (mut shown, mut last, mut more) = (0_u64, None, false);
    let mut without_address = 0;
    let mut written = Ok(());
    let read = select_prefetched(store.as_mut(), &selector, page, now, &mut |session: Session| {
        if args.limit == Some(shown) {
            more = true;
            return ControlFlow::Break(());
        }
        shown += 1;
        if shown % PROGRESS_INTERVAL_SESSIONS == 0
            && let Some(progress) = &mut progress
        {
            progress.reached(shown);
        }
        last = Some(Cursor::of(&session));
        without_address += u64::from(lacks_address(&selector, &session));
        written = list.push(session_record(session, moment));
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let damage = after_sound_rows(read)?;
    written?;
    let took = progress.map(|mut progress| duration_suffix(progress.finish())).unwrap_or_default();
    let unprinted = list.finish(last.filter(|_| more).map(|cursor| cursor.to_string()))?;
    // A total of what could not be printed would mislead.
    context.ui.flush()?;
    let total = match (&unprinted.next, context.ui.options().format) {
        (Some(_), Format::Table) => store.count(&selector, now)?,
        _ => shown,
    };
    let counts = Shown { shown, total, without_address };
    report_total(counts, selector.active_at, unprinted, context);
    damage?;
    if shown >= PROGRESS_INTERVAL_SESSIONS {
        context.ui.detail(&format!("{} listed{took}", counted(shown, "session", "sessions")));
    }
    finish(args, (&selector, shown), store.as_ref(), context)
}

/// Whether a session has no address where one is excluded: it matches, and nobody knows where it is.
fn lacks_address(selector: &Selector, session: &Session) -> bool {
    let lacks = |is_excluded: bool, address: Option<IpAddr>| is_excluded && address.is_none();
    lacks(!selector.ip.none_of.is_empty(), session.client.ip)
        || lacks(!selector.last_ip.none_of.is_empty(), session.known_ip())
}

/// Reports that no session matches, and what may be the cause.
fn report_none(selector: &Selector, store: &dyn Store, context: &mut Context) -> CommandResult<()> {
    let none = match selector.active_at {
        Some(at) => format!("no session was active at {}", context.ui.options().local_time_with_zone(at)),
        None => nothing_matches::sentence(selector, store, context.now, |_| "add --all".to_owned())?,
    };
    context.ui.status(&none);
    hint_at_patterns(selector, context);
    nothing_matches::hint_at_network(selector, store, context)?;
    hint_at_namesake(&selector.user.any_of, store, context)
}

/// The outcome after the sessions that match were shown. Whether there are none is unknown where the clock is behind.
fn finish(
    args: &ListArgs,
    (selector, shown): (&Selector, u64),
    store: &dyn Store,
    context: &mut Context,
) -> CommandResult<Outcome> {
    if shown == 0 && selector.ids.is_empty() {
        report_none(selector, store, context)?;
    }
    let is_missing = SelectorArgs::report_missing(selector, store, context)?;
    let is_none = is_missing || args.must_exist && shown == 0;
    Ok(if is_none && !context.clock_was_behind { Outcome::NotFound } else { Outcome::Done })
}

/// A part of a label or of a user agent is a pattern with stars, which is easily forgotten.
fn hint_at_patterns(selector: &Selector, context: &mut Context) {
    let patterns = selector.label.any_of.iter().chain(&selector.user_agent.any_of);
    let is_plain = |text: &str| !text.is_empty() && !text.contains(['*', '?', '[', '\\']);
    let mut parts = patterns.map(|pattern| pattern.trim_matches('*')).filter(|part| is_plain(part));
    if let Some(part) = parts.next() {
        let wanted = word(&format!("*{}*", first_letter_in_any_case(part)));
        context.ui.hint(&format!("a pattern matches the whole text, and case counts: try {wanted}"));
    }
}

/// A pattern that matches a text with its first letter as a capital and as a small one: `[Ff]irefox`.
fn first_letter_in_any_case(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        Some(first) if first.is_ascii_alphabetic() => {
            format!("[{}{}]{}", first.to_ascii_uppercase(), first.to_ascii_lowercase(), rest.as_str())
        }
        _ => text.to_owned(),
    }
}

/// Sessions that have ended: when, by whom and why matters, and no longer when they would have expired.
const ENDED: View = View {
    columns: &["id", "kind", "state", "user", "app", "label", "ended_at", "ended_by", "end_reason", "ip"],
    ..SESSION
};

/// Sessions at a time in the past: from when until when.
const PAST: View =
    View { columns: &["id", "kind", "user", "app", "label", "created_at", "ended_at", "ip"], ..SESSION };

/// Sessions by their user agent, which is shown then.
const AGENTS: View =
    View { columns: &["id", "kind", "state", "user", "last_seen_at", "ip", "user_agent"], ..SESSION };

/// Sessions by their last address, which is shown beside the one where they began.
const ADDRESSES: View =
    View { columns: &["id", "kind", "state", "user", "last_seen_at", "ip", "last_ip"], ..SESSION };

/// The columns for what a selector matches: what it asks for is among them at 80 columns.
fn view(selector: &Selector) -> &'static View {
    if selector.active_at.is_some() {
        return &PAST;
    }
    match selector.effective_state() {
        StateFilter::Ended | StateFilter::Only(State::Expired | State::Revoked) => &ENDED,
        _ if selector.user_agent.is_set() => &AGENTS,
        _ if selector.last_ip.is_set() => &ADDRESSES,
        _ => &SESSION,
    }
}

/// Explains why a list takes long.
fn say_where_no_index_serves(
    selector: &Selector,
    store: &dyn Store,
    context: &mut Context,
) -> CommandResult<()> {
    let Some(searched) = slow_scan(selector, store)? else { return Ok(()) };
    let which = match searched {
        FullScan::AllSessions => {
            context.ui.status("this filter reads every session");
            return Ok(());
        }
        FullScan::SessionsOfUser => "session of the user",
        _ => "active session",
    };
    context.ui.detail(&format!("this filter reads every {which}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use sessionctl_core::model::session::Kind;

    #[test]
    fn list_shows_active_sessions_newest_first() {
        let mut scene = Scene::new().format(Format::Ids);
        let ids: Vec<_> = (0..3).map(|_| scene.session(Kind::Web, Some("bob")).id.to_string()).collect();
        assert_eq!(scene.run(&["--user", "bob"], run).unwrap(), 0);
        assert_eq!(scene.out(), format!("{}\n{}\n{}\n", ids[2], ids[1], ids[0]));
        scene.later(40 * 60);
        assert_eq!(scene.run(&["--must-exist"], run).unwrap(), 3);
        assert_eq!(scene.run(&[], run).unwrap(), 0);
        assert_eq!(scene.run(&["--user", "nobody"], run).unwrap(), 3);
    }

    #[test]
    fn list_page_ends_with_the_cursor_of_the_next() {
        let mut scene = Scene::new().format(Format::Json);
        for _ in 0..3 {
            scene.session(Kind::Web, Some("bob"));
        }
        scene.run(&["--limit", "2"], run).unwrap();
        let page: serde_json::Value = serde_json::from_str(&scene.out()).unwrap();
        assert_eq!(page["sessions"].as_array().unwrap().len(), 2);
        let mut rest = scene.format(Format::Ids);
        rest.run(&["--after", page["next"].as_str().unwrap()], run).unwrap();
        assert!(rest.out().ends_with("}\n1\n"), "{}", rest.out());
    }
}
