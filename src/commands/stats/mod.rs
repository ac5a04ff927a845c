//! `stats`: counts of sessions by what they have in common, by age and by expiry. It only reads.

mod by;
pub(in crate::commands) mod draw;

use super::args::SelectorArgs;
use super::{CommandResult, Context, Outcome, nothing_matches};
use crate::output::{Format, Record, UNKNOWN, View};
use sessionctl_core::model::selector::{Selector, StateFilter};
use sessionctl_core::model::session::State;
use sessionctl_core::ops::stats::{self, Counted, Group, Overview, Shown, Steps};
use sessionctl_core::store::{GroupCount, Store};

pub(in crate::commands) const STATS: View = View {
    noun: "stats",
    singular: "stat",
    fields: &["group", "name", "active", "expired", "revoked"],
    columns: &["group", "name", "active", "expired", "revoked"],
};

/// Count sessions by state, kind, user, app, network and more
///
/// Without --by, bars below the counts show how old the active sessions are, and when they will expire if unused. A
/// selector counts only what it matches, in any state unless --state is given. With --active-at, states and ages are
/// those of that time.
#[derive(Debug, clap::Args)]
#[command(mut_args(selector_argument))]
#[command(after_long_help = "\
Examples:
  An overview
    sessionctl stats
  From where are a user's active sessions?
    sessionctl stats --by network --user alice --state active
  Which browsers does hardly anybody use?
    sessionctl stats --by user-agent --state active --rarest
  The counts only, for a graph
    sessionctl stats --format json")]
pub struct StatsArgs {
    /// Count sessions by this property; may be repeated, or be a comma-separated list
    #[arg(long, value_name = "WHAT", value_parser = by::parser(), value_delimiter = ',')]
    by: Vec<Group>,

    /// Show at most N of each, those with the most active sessions first
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: u16,

    /// Show the values with the fewest sessions, to find the odd one
    #[arg(long, requires = "by")]
    rarest: bool,

    #[command(flatten, next_help_heading = "Which sessions")]
    selector: SelectorArgs,
}

/// Corrects what the help of a selector says about states, for `mut_args`.
fn selector_argument(arg: clap::Arg) -> clap::Arg {
    match arg.get_id().as_str() {
        "state" => {
            arg.help("Only sessions in this state; default: any; on another program's table also: unknown")
        }
        _ => arg,
    }
}

/// Runs `stats`.
///
/// # Errors
/// Where reading the database or writing the output fails.
pub fn run(args: &StatsArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&STATS)?;
    let store = context.host.open_to_read()?;
    context.read_clock(store.as_ref())?;
    context.ui.explain(
        "read every session once: the state is not stored, but computed from the deadline and the present",
    );
    if !args.by.is_empty() || !args.selector.is_empty() {
        return count_selected(args, store.as_ref(), context);
    }
    let Overview { rows, ages, ends } = stats::overview(store.as_ref(), usize::from(args.top), context.now)?;
    let clock_is_behind = context.clock_is_behind;
    // Where the clock is behind, how many are active is unknown, and so is how old they are.
    let known = |steps: Steps| if clock_is_behind { Steps::new() } else { steps };
    let (ages, ends) = (known(ages), known(ends));
    if context.ui.options().format == Format::Table && context.ui.options().fields.is_none() {
        return draw::overview(context, &draw::own(&rows), &ages, &ends).map(|()| Outcome::Done);
    }
    let only_values = context.ui.options().format == Format::Ids;
    let mut list = context.ui.list(&STATS)?;
    for (group, tally) in rows.into_iter().filter(|(_, tally)| !only_values || has_value(tally)) {
        list.push(group_record(group, tally, clock_is_behind))?;
    }
    for (group, steps) in [("age", ages), ("expires", ends)] {
        for (name, active) in steps {
            list.push(Record::new().with("group", group).with("name", name).with("active", active))?;
        }
    }
    list.finish(None)?;
    Ok(Outcome::Done)
}

/// Counts what a selector matches.
fn count_selected(args: &StatsArgs, store: &dyn Store, context: &mut Context) -> CommandResult<Outcome> {
    let groups: &[Group] = if args.by.is_empty() { &Group::OVERVIEW } else { &args.by };
    let mut selector = args.selector.resolve(store, context)?;
    context.hide_later(store, &mut selector)?;
    context.refuse_unknown_state(&selector)?;
    if let Some(at) = selector.active_at {
        let at = context.ui.options().local_time_with_zone(at);
        context.ui.status(&format!("states and ages are those of {at}"));
    }
    let limits = (Shown { top: usize::from(args.top), rarest: args.rarest }, context.now);
    let all = if args.selector.is_empty() { stats::count_all(store, groups, limits)? } else { None };
    let (Counted { mut rows, cut }, damage) = match all {
        Some(counted) => (counted, Ok(())),
        None => stats::count(store, selector.clone(), groups, limits)?,
    };
    if context.clock_is_behind {
        rows.retain(|(group, _)| *group != Group::Expiry.name());
        for (_, tally) in rows.iter_mut().filter(|(group, _)| *group == Group::State.name()) {
            if tally.name == State::Active.as_str() {
                UNKNOWN.clone_into(&mut tally.name);
            }
        }
    }
    if rows.is_empty() && selector.ids.is_empty() && damage.is_ok() {
        context.ui.status("no session matches");
        nothing_matches::hint_at_network(&selector, store, context)?;
    }
    if context.ui.options().format == Format::Table && context.ui.options().fields.is_none() {
        draw::groups(context, &draw::own(&rows), &states(&selector))?;
        damage?;
        draw::report_cut(&cut, context);
        return outcome(&selector, store, context);
    }
    let clock_is_behind = context.clock_is_behind;
    let only_values = context.ui.options().format == Format::Ids;
    let mut list = context.ui.list(&STATS)?;
    for (group, tally) in rows.into_iter().filter(|(_, tally)| !only_values || has_value(tally)) {
        list.push(group_record(group, tally, clock_is_behind))?;
    }
    list.finish(None)?;
    damage?;
    outcome(&selector, store, context)
}

/// The states that a session of the selector can be in. Of a time in the past, only active sessions are counted.
fn states(selector: &Selector) -> Vec<State> {
    let filter = match selector.state.is_some() || selector.expiring_by.is_some() {
        true => selector.effective_state(),
        false => StateFilter::Any,
    };
    let is_counted = |state: &State| match selector.active_at {
        Some(_) => *state == State::Active,
        None => filter.accepts(*state),
    };
    draw::STATES.into_iter().filter(is_counted).collect()
}

/// Reports the sessions that were named and do not exist.
fn outcome(selector: &Selector, store: &dyn Store, context: &mut Context) -> CommandResult<Outcome> {
    let is_missing = SelectorArgs::report_missing(selector, store, context)?;
    Ok(if is_missing { Outcome::NotFound } else { Outcome::Done })
}

/// Whether the sessions of a row have a value that can be written; those without a user, for example, have none.
pub(in crate::commands) fn has_value(tally: &GroupCount) -> bool {
    !tally.name.is_empty()
}

fn group_record(group: &'static str, tally: GroupCount, clock_is_behind: bool) -> Record {
    Record::new()
        .with("group", group)
        .with("name", Some(tally.name).filter(|name| !name.is_empty()))
        .with("active", (!clock_is_behind).then_some(tally.active))
        .with("expired", tally.expired)
        .with("revoked", tally.revoked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use sessionctl_core::model::session::Kind;

    #[test]
    fn stats_counts_every_active_session_in_one_step_of_each_histogram() {
        let mut scene = Scene::new().format(Format::Csv);
        for wait in [0, 20 * 60, 5] {
            scene.later(wait);
            scene.session(Kind::Web, Some("bob"));
        }
        assert_eq!(scene.run(&["--top", "3"], run).unwrap(), 0);
        let out = scene.out();
        for group in ["age,", "expires,"] {
            let rows = out.lines().filter(|line| line.starts_with(group));
            let counts: Vec<u64> =
                rows.map(|line| line.split(',').nth(2).unwrap().parse().unwrap()).collect();
            assert_eq!(counts.len(), 6);
            assert_eq!(counts.iter().sum::<u64>(), 3, "{out}");
        }
        assert!(out.contains("age,under 15m,2,,") && out.contains("age,15m to 1h,1,,"), "{out}");
    }
}
