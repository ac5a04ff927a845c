//! `log` on another program's database: prints the acts on this one database. Which those are is in `foreign`.

use std::io;
use std::ops::ControlFlow;

use super::foreign::{
    ACTIONS, Acts, Events, FOREIGN_EVENT, Scope, Subject, for_table, record_of, session_text,
};
use super::interrupted::Outcomes;
use super::line::Lines;
use super::{LogArgs, MIN_TABLE_COLUMNS, follow, no_such_event, until};
use crate::commands::args::list_value::all;
use crate::commands::damaged_rows::after_sound_rows;
use crate::commands::foreign::text_of;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::host::HostError;
use crate::output::Format;
use sessionctl_core::store::{EventFilter, Store, StoreError};
use sessionctl_foreign::ops::Recorded;

/// Runs `log` on another program's database.
pub(super) fn run(args: &LogArgs, scope: &Scope, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&FOREIGN_EVENT)?;
    let store = open(scope, context)?;
    let (now, zone) = (context.now, context.ui.options().zone);
    let asked: Vec<String> = args.action.iter().map(|action| foreign_action(action).to_owned()).collect();
    let filter = EventFilter {
        id: args.event,
        actions: if asked.is_empty() { vec![ACTIONS.to_owned()] } else { asked },
        actor: args.actor.clone(),
        ip: all(&args.ip),
        since: args.since.map(|when| when.resolve_after(now, zone)),
        until: until(args.until.map(|when| when.resolve_before(now, zone)), context),
        ..EventFilter::default()
    };
    let mut acts = Acts::on(&scope.0);
    if let Some(user) = &args.user {
        acts.subjects.push(Subject::new(user.as_str(), Recorded::names_user));
    }
    if let Some(session) = &args.session {
        let text = text_of(session, context)?;
        acts.subjects.push(Subject::new(text.trim(), Recorded::names_session));
    }
    acts.look_up(store.as_ref())?;
    if args.follow {
        return follow::run(store, filter, Events(Some(acts)), context);
    }
    context.ui.explain("read the log backwards, and leave out the acts on other databases");
    let shown = print(store.as_ref(), &filter, (acts, args.limit), context)?;
    if shown == 0 {
        let log = context.host.database().display().to_string();
        context.ui.status(&format!("no event matches in {log}; SESSIONCTL_LOG_DB names another log"));
    }
    Ok(no_such_event(&filter, shown))
}

fn open(scope: &Scope, context: &Context) -> CommandResult<Box<dyn Store>> {
    context.host.open_to_read().map_err(|error| match error {
        HostError::Store(StoreError::Missing) => {
            let (log, foreign) = (context.host.database().display(), scope.0.path().display());
            let message = format!("no act on {foreign} is recorded: there is no session database at {log}");
            Failure::of(Outcome::Failed, message)
                .hint("acts are recorded in the database that SESSIONCTL_LOG_DB names, else in your own")
                .into()
        }
        error => error.into(),
    })
}

/// The action under which an act on another program's sessions is recorded.
fn foreign_action(asked: &str) -> &str {
    match asked {
        "session" => ACTIONS,
        "session.revoked" => "foreign.revoked",
        "session.pruned" => "foreign.pruned",
        other => other,
    }
}

/// Prints the events that match, the newest first; how many.
fn print(
    store: &dyn Store,
    filter: &EventFilter,
    (mut acts, limit): (Acts<'_>, Option<u64>),
    context: &mut Context,
) -> CommandResult<u64> {
    let options = context.ui.options();
    let for_person = options.format == Format::Table && options.fields.is_none();
    let narrow = options.width.is_some_and(|width| width < MIN_TABLE_COLUMNS);
    let outcomes = Outcomes::read(store, filter)?;
    let (mut done, mut shown): (io::Result<()>, u64) = (Ok(()), 0);
    let mut list =
        if for_person && narrow { None } else { Some(context.ui.results.detached_list(&FOREIGN_EVENT)?) };
    let read = store.events(filter, &mut |mut event| {
        if limit.is_some_and(|limit| shown >= limit) {
            return ControlFlow::Break(());
        }
        let Some(act) = acts.accept(&event) else { return ControlFlow::Continue(()) };
        if for_person {
            let is_interrupted = outcomes.is_interrupted(&event);
            event = for_table(event, &act, is_interrupted);
        } else {
            outcomes.mark(&mut event);
        }
        done = match &mut list {
            Some(list) => list.push(record_of(event, &act, for_person)),
            None => Lines::behind(shown, context).print(&event, session_text(&act)),
        };
        shown += 1;
        if done.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let damage = after_sound_rows(read)?;
    done?;
    if let Some(list) = list {
        list.finish(None)?;
    }
    acts.report_other_files(context);
    damage?;
    Ok(shown)
}
