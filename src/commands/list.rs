//! `list`: sessions by a selector, newest first. It only reads.

use std::ops::ControlFlow;

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;

use super::args::SelectorArgs;
use super::bulk::report::duration_suffix;
use super::{CommandResult, Context, Outcome};
use crate::output::{Format, SESSION, session_record};
use sessionctl_core::model::selector::{Cursor, Selector, Sort};
use sessionctl_core::model::session::Session;
use sessionctl_core::store::{FullScan, Page, Store, select_prefetched};

/// List sessions
///
/// Shows the sessions that a selector matches, the newest first; the active ones unless --state or --all says
/// otherwise. The same selector means the same sessions to expire, revoke and prune.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  Alice's live sessions
    sessionctl list --user alice
  Everything ever made from one network, as JSON lines
    sessionctl list --ip 203.0.113.0/24 --all --format jsonl
  How many are live?
    sessionctl list --format count
  In a cron job: are there API tokens that expire within a week?
    sessionctl list --kind api --expiring-within 7d --must-exist
  A page of a thousand, and the next one
    sessionctl list --limit 1000 --format json | jq -r .next")]
pub struct ListArgs {
    /// Order the sessions by this
    #[arg(long, value_name = "ORDER", default_value = "newest", value_parser =
        PossibleValuesParser::new(Sort::NAMES).try_map(|name| name.parse::<Sort>()))]
    sort: Sort,

    /// Show at most so many
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    /// Go on behind this place, the "next" of an earlier list
    #[arg(long, value_name = "CURSOR")]
    after: Option<Cursor>,

    /// Exit with 3 where nothing matches
    #[arg(long)]
    must_exist: bool,

    #[command(flatten, next_help_heading = "Which sessions")]
    selector: SelectorArgs,
}

/// After so many sessions it is told how far it is.
const TOLD_EVERY: u64 = 1_024;
/// Of fewer sessions, all are looked at in a moment.
const MANY: i64 = 100_000;

/// Runs `list`.
///
/// # Errors
/// Where the database cannot be read or the output not written.
pub fn run(args: &ListArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&SESSION)?;
    let mut store = context.host.open_to_read()?;
    let selector = args.selector.resolve(store.as_ref(), context)?;
    context.ui.explain("read the sessions that match, in order and one after the other; no token is read, for none is stored");
    let now = context.now;
    if context.ui.options().format == Format::Count && args.limit.is_none() && args.after.is_none() {
        let count = store.count(&selector, now)?;
        context.ui.list_count(&SESSION, count)?;
        return Ok(if args.must_exist && count == 0 { Outcome::NotFound } else { Outcome::Done });
    }
    say_where_no_index_serves(&selector, store.as_ref(), context)?;
    // One more than the limit tells whether there is a next page.
    let page = Page { sort: args.sort, after: args.after, limit: args.limit.map(|n| n.saturating_add(1)) };
    // Where the sessions themselves stand on the terminal, they show how far it is.
    let unseen = context.ui.options().stdout_terminal.is_none();
    let mut progress = unseen.then(|| context.progress.start("sessions listed", None));
    let mut list = context.ui.list(&SESSION)?;
    let (mut shown, mut last, mut more) = (0_u64, None, false);
    let mut written = Ok(());
    select_prefetched(store.as_mut(), &selector, page, now, &mut |session: Session| {
        if args.limit == Some(shown) {
            more = true;
            return ControlFlow::Break(());
        }
        shown += 1;
        if shown % TOLD_EVERY == 0
            && let Some(progress) = &mut progress
        {
            progress.reached(shown);
        }
        last = Some(Cursor { deadline: session.deadline, id: session.id });
        written = list.push(session_record(session, now));
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    written?;
    let took = progress.map(|mut progress| duration_suffix(progress.finish())).unwrap_or_default();
    list.finish(last.filter(|_| more).map(|cursor| cursor.to_string()))?;
    if shown >= TOLD_EVERY {
        context.ui.detail(&format!("{shown} sessions listed{took}"));
    }
    if shown == 0 {
        context.ui.status("no session matches");
    }
    Ok(if args.must_exist && shown == 0 { Outcome::NotFound } else { Outcome::Done })
}

/// Tells who must wait why.
fn say_where_no_index_serves(
    selector: &Selector,
    store: &dyn Store,
    context: &mut Context,
) -> CommandResult<()> {
    let Some(searched) = store.full_scan(selector) else { return Ok(()) };
    if store.newest()?.is_none_or(|newest| newest.get() <= MANY) {
        return Ok(());
    }
    let which = match searched {
        FullScan::AllSessions => {
            context.ui.status("no index serves this filter: every session may be looked at");
            return Ok(());
        }
        FullScan::SessionsOfUser => "session of the user",
        _ => "active session",
    };
    context.ui.detail(&format!("no index serves this filter: every {which} may be looked at"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use sessionctl_core::model::session::Kind;

    #[test]
    fn the_newest_come_first_and_only_active_ones() {
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
    fn a_page_tells_where_the_next_begins() {
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
