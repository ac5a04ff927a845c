//! `prune`: deletes sessions that ended long ago.

use std::time::Duration;

use super::args::{BulkArgs, OtherTableArgs};
use super::bulk::{Verb, report};
use super::nothing_matches::slow_scan;
use super::{CommandResult, Context, Failure, Outcome, excluded};
use crate::output::SESSION;
use sessionctl_core::counted;
use sessionctl_core::model::policy::Key;
use sessionctl_core::model::selector::{Selector, StateFilter};
use sessionctl_core::model::session::State;
use sessionctl_core::model::time::{format_duration, parse_duration};
use sessionctl_core::ops::BulkRequest;
use sessionctl_core::ops::preview::PlannedAct;
use sessionctl_core::ops::{existence, prune};
use sessionctl_core::store::Store;

const VERB: Verb = Verb::prune();

/// A shorter age needs a selector or `--all`, unless it is the policy's.
const USUAL_AGE: Duration = Duration::from_secs(30 * 86_400);

/// Delete sessions that ended long ago
///
/// Deletes sessions that ended at least --older-than ago, in batches, so that other processes can write meanwhile. The
/// audit log keeps what happened to them. A selector restricts it further. An age below both 30d and the policy's needs
/// a selector or --all. Without a selector, failed logins of that age (at least a day) at names that no user has are
/// deleted as well.
///
/// --backup and --no-log are for another program's table only.
#[derive(Debug, clap::Args)]
#[command(mut_args(selector_argument))]
#[command(after_long_help = "\
Examples:
  In a nightly cron job
    sessionctl prune --yes -q
  Anonymous sessions earlier than others
    sessionctl prune --anonymous --older-than 1d --yes")]
pub struct PruneArgs {
    /// Ended at least this long ago; default: the policy's prune.older_than, which is 30d unless it was set
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    older_than: Option<Duration>,

    #[command(flatten)]
    bulk: BulkArgs,

    #[command(flatten)]
    other_table: OtherTableArgs,
}

/// Corrects what the help of a selector says about states, for `mut_args`.
fn selector_argument(arg: clap::Arg) -> clap::Arg {
    match arg.get_id().as_str() {
        "state" => arg.help("Only sessions in this state; default: expired and revoked"),
        "all" => arg.help("Every ended session"),
        _ => arg,
    }
}

/// Runs `prune`.
///
/// # Errors
/// Where the operation fails, or its answer cannot be determined.
pub fn run(args: &PruneArgs, context: &mut Context) -> CommandResult<Outcome> {
    args.other_table.refuse(None)?;
    args.bulk.begin(&report::RESULT, &SESSION, context)?;
    args.bulk.selector.refuse_active()?;
    let mut reader = context.host.open_to_read()?;
    let mut selector = args.bulk.selector.resolve(reader.as_ref(), context)?;
    let policy_age = reader.policy()?.span(Key::PruneAge);
    let age = args.older_than.unwrap_or(policy_age);
    let shortest = policy_age.min(USUAL_AGE);
    if age < shortest && args.bulk.selector.is_empty_for_prune() {
        let message = format!("an age below {} needs a selector or --all", format_duration(shortest));
        return Err(Failure::usage(message)
            .hint("another age for every run is set with `sessionctl db policy prune.older_than DURATION`")
            .into());
    }
    selector.ended_by = Some(context.now.minus(age));
    let plan = (VERB, PlannedAct::Prune(Some(age)));
    // Read before the work, which deletes.
    let ended = Selector { ended_by: Some(context.now), ..selector.clone() };
    // What is too young is reported below, where nobody gave an age.
    let asked = if args.older_than.is_some() { &selector } else { &ended };
    excluded::report(reader.as_ref(), asked, context)?;
    let names_missing = !existence::missing(reader.as_ref(), &selector.ids, context.now)?.is_empty();
    let total = reader.count(&selector, context.now)?;
    report_younger(args, reader.as_ref(), (&ended, total, age), context)?;
    if args.bulk.dry_run {
        return nothing_is_fine(
            names_missing,
            args.bulk.preview(reader.as_mut(), &selector, plan, &SESSION, context),
        );
    }
    args.bulk.confirm(reader.as_mut(), &selector, plan, context)?;
    let mut store = context.open_to_change(reader.as_ref())?;
    drop(reader);
    let plan = BulkRequest { expect: args.bulk.expect, ..BulkRequest::of(selector) };
    let (mut kept, mut attempts) = (None, 0);
    let outcome = report::run(store.as_mut(), VERB, (Some(total), args.bulk.expect), context, |cx, each| {
        let pruned = prune::prune(cx, &plan, Some(age), each)?;
        (kept, attempts) = (pruned.not_erased, pruned.attempts);
        Ok(pruned.totals)
    });
    if attempts > 0 {
        let names = counted(attempts, "name", "names");
        context.ui.status(&format!("the failed logins at {names} that no user has were deleted"));
    }
    if let Some(error) = kept {
        context.ui.detail(&format!("the write-ahead log (WAL) keeps its size for now: {error}"));
    }
    nothing_is_fine(names_missing, outcome)
}

/// Reports how many of the `ended` sessions that match, of which `old` ended earlier, ended less than the policy's `age` ago,
/// where nobody gave an age; and where none has ended, how many active ones match.
fn report_younger(
    args: &PruneArgs,
    store: &dyn Store,
    (ended, old, age): (&Selector, u64, Duration),
    context: &mut Context,
) -> CommandResult<()> {
    if args.bulk.selector.is_empty_for_prune() || context.ui.options().quiet {
        return Ok(());
    }
    let younger = store.count(ended, context.now)?.saturating_sub(old);
    if args.older_than.is_none() && younger > 0 {
        let sessions = counted(younger, "session that matches", "sessions that match");
        context.ui.status(&format!("{sessions} ended less than {} ago: kept", format_duration(age)));
        context.ui.hint("--older-than DURATION deletes what ended at least that long ago");
    } else if old + younger == 0 {
        report_active(ended, store, context)?;
    }
    Ok(())
}

/// Reports how many active sessions match where no other does, unless counting them takes long.
fn report_active(ended: &Selector, store: &dyn Store, context: &mut Context) -> CommandResult<()> {
    let active = Selector { ended_by: None, state: Some(StateFilter::Only(State::Active)), ..ended.clone() };
    let is_asked_for = ended.state.is_some() || ended.asks_about_the_past() || !ended.ids.is_empty();
    if is_asked_for || slow_scan(&active, store)?.is_some() {
        return Ok(());
    }
    let number = store.count(&active, context.now)?;
    if number > 0 {
        let sessions = counted(number, "session that matches is active", "sessions that match are active");
        context.ui.status(&format!("{sessions}: prune deletes those only that have ended"));
    }
    Ok(())
}

/// Deleting nothing is a success, unless a session was named that does not exist: a nightly job often finds no session
/// that ended long enough ago.
fn nothing_is_fine(names_missing: bool, outcome: CommandResult<Outcome>) -> CommandResult<Outcome> {
    outcome.map(|outcome| match outcome {
        Outcome::NotFound if !names_missing => Outcome::Done,
        outcome => outcome,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use crate::output::Format;
    use sessionctl_core::model::session::Kind;

    #[test]
    fn prune_deletes_only_sessions_that_ended_long_ago() {
        let mut scene = Scene::new().format(Format::Ids);
        let old = scene.session(Kind::Web, Some("bob")).id;
        assert_eq!(scene.run(&[], run).unwrap(), 0, "nothing to delete and nothing to ask");
        scene.later(31 * 86_400);
        let live = scene.session(Kind::Web, Some("bob")).id;
        assert_eq!(scene.run(&["--dry-run"], run).unwrap(), 0);
        assert_eq!(scene.out(), format!("{old}\n"));
        assert_eq!(scene.run(&[], run).unwrap(), 2, "there is no terminal to ask on");
        assert_eq!(scene.run(&["--state", "active"], run).unwrap(), 2);
        scene.context.yes = true;
        assert_eq!(scene.run(&["--older-than", "40d"], run).unwrap(), 0);
        for more in [&[][..], &["--dry-run"]] {
            assert_eq!(scene.run(&[&["--older-than", "29d"], more].concat(), run).unwrap(), 2);
        }
        assert_eq!(scene.run(&["--older-than", "31d", "--all"], run).unwrap(), 0);
        assert_eq!(scene.run(&[], run).unwrap(), 0);
        assert_eq!(scene.out(), format!("{old}\n{old}\n"));
        let mut list = Vec::new();
        let store = scene.context.host.open_to_read().unwrap();
        let all = sessionctl_core::model::selector::Selector { all: true, ..Default::default() };
        let page = sessionctl_core::store::Page::whole(sessionctl_core::model::selector::Sort::Newest);
        let each = &mut |session: sessionctl_core::model::session::Session| {
            list.push(session.id);
            std::ops::ControlFlow::Continue(())
        };
        store.select(&all, page, scene.context.now, each).unwrap();
        assert_eq!(list, [live]);
    }
}
