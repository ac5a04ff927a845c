//! `stats` on another program's table: the counts and words of `stats` on our own sessions, as far as the table has them.

use super::args::StatsArgs;
use super::open::Database;
use super::outcomes::with_unreadable;
use super::selection;
use crate::commands::stats::draw::{self, Row};
use crate::commands::stats::has_value;
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Format, Record, View};
use sessionctl_core::model::session::State;
use sessionctl_core::store::GroupCount;
use sessionctl_foreign::ops::{self, By, Group, Stats};

const STATS: View = View {
    noun: "stats",
    singular: "stat",
    fields: &["group", "name", "active", "expired", "revoked", "unknown"],
    columns: &["group", "name", "active", "expired", "revoked", "unknown"],
};

/// What an overview counts by, and what those of a selection do.
const OVERVIEW: [By; 4] = [By::Kind, By::User, By::Age, By::Expiry];
const OF_SELECTION: [By; 3] = [By::State, By::Kind, By::User];

pub(super) fn run(
    args: &StatsArgs,
    database: &mut Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    context.ui.check_fields(&STATS)?;
    if context.ui.options().format != Format::Json {
        context.ui.status(&database.source_line());
    }
    let selected = selection::resolve(&args.selector, database, context)?;
    selected.report_unknown(context);
    if selected.named_none {
        if !context.ui.results.wants_text() {
            context.ui.list(&STATS)?.finish(None)?;
        }
        return Ok(Outcome::NotFound);
    }
    let is_overview = args.by.is_empty() && selected.filter.is_empty();
    let by = match (is_overview, args.by.as_slice()) {
        (true, _) => OVERVIEW.into_iter().filter(|by| by.is_answered_by(&database.detected.plan)).collect(),
        (false, []) => OF_SELECTION.to_vec(),
        (false, by) => by.to_vec(),
    };
    let mut stats = database.act(context, |cx| ops::stats(cx, &selected.filter, &by))?;
    let mut cut = Vec::new();
    for (by, groups) in stats.groups.iter_mut().filter(|(by, _)| !matches!(by, By::Age | By::Expiry)) {
        if args.rarest {
            groups.sort_by(|a, b| size(a).cmp(&size(b)).then_with(|| a.name.cmp(&b.name)));
        }
        if groups.len() > usize::from(args.top) {
            groups.truncate(usize::from(args.top));
            cut.push(by.name());
        }
    }
    // Those that were asked for have a column.
    let wanted = |state: &State| {
        let states = &selected.filter.states;
        states.is_empty() || states.iter().any(|wanted| wanted.as_str() == state.as_str())
    };
    let states: Vec<State> = draw::STATES.into_iter().filter(wanted).collect();
    print(&stats, is_overview, &states, context)?;
    if !is_overview {
        draw::report_cut(&cut, context);
    }
    Ok(with_unreadable(selected.outcome(Outcome::Done), stats.unreadable, context))
}

fn size(group: &Group) -> u64 {
    group.counts.iter().sum()
}

fn print(stats: &Stats, is_overview: bool, states: &[State], context: &mut Context) -> CommandResult<()> {
    let is_histogram = |by: &By| is_overview && matches!(by, By::Age | By::Expiry);
    let all = is_overview.then(|| row("all", "", stats.counts));
    let groups = stats.groups.iter().filter(|(by, _)| !is_histogram(by));
    let rows =
        groups.flat_map(|(by, groups)| groups.iter().map(|group| row(by.name(), &group.name, group.counts)));
    let rows: Vec<Row<'_>> = all.into_iter().chain(rows).collect();
    // Of the sessions in a histogram only the active ones are meant, as on our own store.
    let steps = |wanted: By| {
        let found = stats.groups.iter().find(|(by, _)| *by == wanted && is_histogram(by));
        let groups = found.map_or(&[][..], |(_, groups)| groups.as_slice());
        let steps = groups.iter().map(|group| (group.name.clone(), group.counts[0]));
        steps.filter(|(_, active)| *active > 0).collect::<Vec<_>>()
    };
    let (ages, ends) = (steps(By::Age), steps(By::Expiry));
    if context.ui.results.wants_text() {
        return match is_overview {
            true => draw::overview(context, &rows, &ages, &ends),
            false => draw::groups(context, &rows, states),
        };
    }
    let only_values = context.ui.options().format == Format::Ids;
    let mut list = context.ui.list(&STATS)?;
    for (group, count, unknown) in rows.into_iter().filter(|(_, count, _)| !only_values || has_value(count)) {
        let GroupCount { name, active, expired, revoked } = count;
        list.push(
            Record::new()
                .with("group", group)
                .with("name", Some(name).filter(|name| !name.is_empty()))
                .with("active", active)
                .with("expired", expired)
                .with("revoked", revoked)
                .with("unknown", unknown),
        )?;
    }
    for (group, steps) in [("age", ages), ("expires", ends)] {
        for (name, active) in steps {
            list.push(Record::new().with("group", group).with("name", name).with("active", active))?;
        }
    }
    list.finish(None)?;
    Ok(())
}

fn row<'a>(group: &'a str, name: &str, [active, expired, revoked, unknown]: [u64; 4]) -> Row<'a> {
    (group, GroupCount { name: name.to_owned(), active, expired, revoked }, Some(unknown))
}
