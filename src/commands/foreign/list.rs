//! `list` on another program's table.

use std::io;
use std::ops::ControlFlow;
use std::time::Duration;

use serde_json::json;

use super::args::ListArgs;
use super::columns;
use super::open::Database;
use super::order::order;
use super::outcomes::with_unreadable;
use super::record::{FOREIGN_SESSION, session_record};
use super::selection::{self, Selection};
use super::undetermined::Undetermined;
use crate::commands::list_total::{Shown, report_total};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Format, Unprinted};
use sessionctl_core::model::time::format_duration;
use sessionctl_foreign::ops::{self, ListRequest, Listed, Order};

/// The shortest interval of `--watch`.
const MIN_WATCH_SECONDS: u64 = 1;

pub(super) fn run(args: &ListArgs, database: &mut Database, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&FOREIGN_SESSION)?;
    if context.ui.options().format != Format::Json {
        context.ui.status(&database.source_line());
    }
    let selected = selection::resolve(&args.selector, database, context)?;
    selected.report_unknown(context);
    loop {
        let outcome = once(args, &selected, database, context)?;
        let Some(seconds) = args.watch else { return Ok(outcome) };
        context.ui.flush()?;
        std::thread::sleep(Duration::from_secs(seconds.max(MIN_WATCH_SECONDS)));
        if context.host.interrupted() {
            return Ok(outcome);
        }
        if !context.host.clock_overridden() {
            context.present();
        }
    }
}

fn once(
    args: &ListArgs,
    selected: &Selection,
    database: &Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    let request = ListRequest {
        filter: selected.filter.clone(),
        order: order(args, context.ui.options().format),
        limit: args.limit,
        after: args
            .after
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|()| Failure::usage("--after: not a cursor; take it from the \"next\" of a list"))?,
    };
    let (listed, unprinted, undetermined) = if selected.named_none {
        let list = begin(&request, database, context)?;
        list.finish(None)?;
        (Listed::default(), Unprinted::default(), Undetermined::default())
    } else {
        print(&request, database, context)?
    };
    report_total(
        Shown { shown: listed.shown, total: listed.matched, without_address: 0 },
        None,
        unprinted,
        context,
    );
    report(&listed, args, database, context);
    if let Some(sentence) = undetermined.sentence(database, context.ui.options()) {
        context.ui.status(&sentence);
    }
    let is_empty = args.must_exist && listed.matched == 0;
    let outcome = if is_empty { Outcome::NotFound } else { selected.outcome(Outcome::Done) };
    Ok(with_unreadable(outcome, listed.unreadable, context))
}

/// What the order goes by, where the table does not have the time that was meant.
fn order_note(order: Order, sorted_by: Option<&'static str>) -> Option<String> {
    let (field, meant) = match order {
        Order::Page => return None,
        Order::Newest | Order::Oldest => ("created_at", "time of creation"),
        Order::LastSeen => ("last_seen_at", "time of the last visit"),
        Order::Expiring => ("expires_at", "expiry"),
    };
    match sorted_by {
        None => Some("ordered by id: the table has no times".to_owned()),
        Some(by) => (by != field).then(|| format!("ordered by {by}: the table has no {meant}")),
    }
}

fn begin<'a>(
    request: &ListRequest,
    database: &Database,
    context: &'a mut Context,
) -> io::Result<crate::output::List<'a>> {
    let columns = columns::of(&request.filter, &database.detected.plan);
    context.ui.results.list_with(&FOREIGN_SESSION, &columns, ("source", source(database)))
}

fn print(
    request: &ListRequest,
    database: &Database,
    context: &mut Context,
) -> CommandResult<(Listed, Unprinted, Undetermined)> {
    let (mut written, mut steps, mut undetermined) = (Ok(()), Vec::new(), Undetermined::default());
    let mut unprinted = Unprinted::default();
    let mut cx = ops::Context {
        factory: &database.factory,
        detected: &database.detected,
        now: context.now,
        secrets: &database.secrets,
        trace: &mut |step: &ops::Step| steps.push(step.to_string()),
    };
    let (layout, format) = (&database.layout().name, context.ui.options().format);
    let listed = {
        let mut list = begin(request, database, context)?;
        let listed = ops::list(&mut cx, request, &mut |record| {
            undetermined.add(&record);
            written = list.push(session_record(&record, layout, format));
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        written?;
        if let Ok(listed) = &listed {
            unprinted = list.finish(listed.next.as_ref().map(ToString::to_string))?;
        }
        listed
    };
    let listed = listed.map_err(|error| database.failure(&error, context))?;
    for step in steps {
        context.ui.explain(&step);
    }
    Ok((listed, unprinted, undetermined))
}

/// Which layout was used, for JSON.
fn source(database: &Database) -> serde_json::Value {
    let plan = &database.detected.plan;
    let settings: serde_json::Map<String, serde_json::Value> =
        plan.settings.iter().map(|(name, value)| (name.to_owned(), format_duration(value).into())).collect();
    json!({
        "layout": plan.layout.name,
        "verified": plan.layout.verified,
        "table": plan.query.table,
        "rows_proved": database.detected.rows_proved,
        "rows_misfit": database.detected.rows_misfit,
        "settings": settings,
    })
}

fn report(listed: &Listed, args: &ListArgs, database: &Database, context: &mut Context) {
    if listed.matched == 0 {
        return database.report_no_match(context);
    }
    let order = order(args, context.ui.options().format);
    if let Some(note) = order_note(order, listed.sorted_by) {
        context.ui.status(&note);
    }
}
