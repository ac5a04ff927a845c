//! `log`: the audit log: what was done, by whom, from where, to what; and whether the log is consistent.

mod follow;
mod foreign;
mod head;
mod interrupted;
mod line;
mod on_foreign;
mod seal;

use crate::output::{ON_FOREIGN, RecordDoc};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValue;
use clap::{Args, Subcommand, ValueHint};

use super::args::SessionArg;
use super::args::list_value::{ListValue, all, text};
use super::damaged_rows::after_sound_rows;
use super::input::Named;
use super::unknown_user::{Use, hint_at_namesake, unknown_user};
use super::{CommandResult, Context, Failure, Outcome};
use crate::output::{Format, Record, Value, View};
use foreign::Events;
pub(in crate::commands) use foreign::FOREIGN_EVENT;
pub use foreign::Scope;
use interrupted::Outcomes;
use line::Lines;
use sessionctl_core::model::address::{self, Cidr};
use sessionctl_core::model::event::{Action, LoggedEvent, Subjects};
use sessionctl_core::model::time::{Timestamp, When};
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::user;
use sessionctl_core::store::{EventFilter, Store};

/// The records that these commands print.
pub(super) const RECORDS: &[RecordDoc] = &[
    RecordDoc::list("log", &EVENT),
    RecordDoc::list("log", &FOREIGN_EVENT).when(ON_FOREIGN),
    RecordDoc::one("log head", &head::HEAD),
    RecordDoc::one("log verify", &head::CHAIN).results(head::WORDS),
    RecordDoc::one("log seal", &seal::SEALED),
];

pub(in crate::commands) const EVENT: View = View {
    noun: "events",
    singular: "event",
    fields: &[
        "id",
        "at",
        "action",
        "actor",
        "user",
        "session",
        "last_session",
        "sessions",
        "ip",
        "app",
        "detail",
    ],
    columns: &["id", "at", "action", "actor", "user", "session", "ip", "detail"],
};

/// On a narrower terminal an event is a line of text: its columns would be narrower than its words.
const MIN_TABLE_COLUMNS: u16 = 110;

/// Show the audit log, newest first
///
/// Each change writes one event in its transaction. A bulk change is one event: `sessions` is how many; `session` and
/// `last_session` are the first and last id; and --session finds it by the id of any session in it. The log contains no
/// token, no password and no value of a session.
///
/// Where --db names another program's database, the log shows the acts on that database. They are recorded in the
/// database that SESSIONCTL_LOG_DB names, else in your own: that of SESSIONCTL_DB, or the default one. There, --user and
/// --session name the program's users and sessions, and --action session.revoked means foreign.revoked.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_long_help = "\
Examples:
  sessionctl log --limit 20
  sessionctl log --session 42 --fields at,actor,action,detail
  sessionctl log --user alice --action login --since 1d
  sessionctl log --ip 203.0.113.0/24 --action login.failed
  sessionctl log --event 1204
  sessionctl log --follow --format jsonl
  sessionctl --db grafana.db log --user alice
  sessionctl log verify"
)]
pub struct LogArgs {
    /// The database of another program whose acts are shown; none for the whole log.
    #[arg(skip)]
    scope: Option<Scope>,

    #[command(subcommand)]
    command: Option<LogCommand>,

    /// Only the event with this number
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(1..), conflicts_with = "follow",
        hide_short_help = true)]
    event: Option<i64>,

    /// Only events about this session (--event: one event)
    #[arg(long, value_name = "SESSION")]
    session: Option<SessionArg>,

    /// Only events about this user, or about a removed account: 'bob (removed 2026-11-25)'
    #[arg(long, value_name = "NAME")]
    user: Option<UserName>,

    /// Only events with this action, or with an action that begins with it and a dot; may be repeated, or be a
    /// comma-separated list
    #[arg(long, value_name = "ACTION", value_parser = actions(), value_delimiter = ',')]
    action: Vec<String>,

    /// Done by this OS user, or through sudo by it
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, value_parser = text)]
    actor: Option<String>,

    /// Caused by a client at this address or in this block; may be repeated, or be a comma-separated list
    #[arg(long, value_name = "CIDR")]
    ip: Vec<ListValue<Cidr>>,

    /// At this time or later (RFC 3339, a date, Unix seconds, or 1d for a day ago)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    since: Option<When>,

    /// Before this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    until: Option<When>,

    /// Show at most N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,

    /// Wait for new events and print them as they are written; with --since, the older ones first
    ///
    /// After `db restore` put a copy in the place of the database, it continues after the last event in the copy, so
    /// that numbers are printed again, with what the restore applied. Where another database takes its place, it ends
    /// with 1.
    #[arg(long, conflicts_with_all = ["until", "limit"])]
    follow: bool,
}

impl LogArgs {
    /// Whether it waits for events.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.follow
    }

    /// Shows the acts on another program's database only.
    pub fn show_acts_on(&mut self, scope: Scope) {
        self.scope = Some(scope);
    }
}

#[derive(Debug, Subcommand)]
enum LogCommand {
    /// Print the head of the log, for an auditor to keep elsewhere
    ///
    /// The head names the database, its last event and the hash of the whole log up to it. `log verify --head` later
    /// shows whether the log still contains it: a log that was rewritten or rolled back does not.
    #[command(after_long_help = "Examples:\n  sessionctl log head > head-of-today")]
    Head,
    /// Check that no event was changed, removed or truncated
    ///
    /// Each event carries a hash over itself and the hash of the event before it. A log that was rewritten as a whole
    /// is consistent too: only a head that was kept elsewhere shows that, with --head.
    #[command(after_long_help = "\
Examples:
  sessionctl log verify
  sessionctl log verify --head head-of-today
  sessionctl log verify --seal-key seal-public.pem")]
    Verify(VerifyArgs),
    /// Seal the events that the chain does not contain yet
    ///
    /// On a server, events are bound into the chain after they were written: by each command that writes as it ends, and
    /// by `serve` each second. This command does it on request, signs with --seal-key (or SESSIONCTL_SEAL_KEY), and
    /// answers what programs that may only read reported. In a file each event is part of the chain as it is written.
    #[command(after_long_help = "\
Examples:
  sessionctl log seal
  openssl genpkey -algorithm ed25519 -out seal.pem && chmod 600 seal.pem
  sessionctl log seal --seal-key seal.pem
  openssl pkey -in seal.pem -pubout -out seal-public.pem")]
    Seal(seal::SealArgs),
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// Check that the log contains this head, as `log head` printed it: a file, or the head itself; - reads standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    head: Option<PathBuf>,

    /// Check who signed the chain: the Ed25519 key in this file (PEM, public or private)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    seal_key: Option<PathBuf>,
}

/// The end of the events that are shown: under `--now`, what happened later has not happened yet.
fn until(asked: Option<Timestamp>, context: &Context) -> Option<Timestamp> {
    let end = context.host.clock_overridden().then(|| context.now.plus(Duration::from_secs(1)));
    asked.into_iter().chain(end).min()
}

/// The known actions and their groups; a newer program may know more.
fn actions() -> impl clap::builder::TypedValueParser<Value = String> {
    let mut names: Vec<&'static str> = Vec::new();
    for name in Action::NAMES {
        let group = name.split('.').next().unwrap_or(name);
        if !names.contains(&group) {
            names.push(group);
        }
        names.push(name);
    }
    clap::builder::PossibleValuesParser::new(names.into_iter().map(PossibleValue::new))
}

/// Runs `log`.
///
/// # Errors
/// Where reading the database or writing the output fails.
pub fn run(args: &LogArgs, context: &mut Context) -> CommandResult<Outcome> {
    if let (Some(scope), Some(_)) = (&args.scope, &args.command) {
        scope.report_whole_log(context);
    }
    if let Some(command) = &args.command {
        return match command {
            LogCommand::Head => head::print(context),
            LogCommand::Verify(args) => head::verify(args.head.as_deref(), args.seal_key.as_deref(), context),
            LogCommand::Seal(args) => seal::run(args, context),
        };
    }
    if let Some(scope) = &args.scope {
        return on_foreign::run(args, scope, context);
    }
    context.ui.check_fields(&EVENT)?;
    let store = context.host.open_to_read()?;
    let filter = filter(args, store.as_ref(), context)?;
    if args.follow {
        return follow::run(store, filter, Events(None), context);
    }
    context.ui.explain(
        "read the log backwards; each event was written in the same transaction as the change it records",
    );
    let is_table = context.ui.options().format == Format::Table && context.ui.options().fields.is_none();
    if is_table && context.ui.options().width.is_some_and(|width| width < MIN_TABLE_COLUMNS) {
        return lines(store.as_ref(), &filter, context);
    }
    let mut list = context.ui.list(&EVENT)?;
    let outcomes = Outcomes::read(store.as_ref(), &filter)?;
    let (mut written, mut shown) = (Ok(()), 0_u64);
    let read = store.events(&filter, &mut |mut event| {
        shown += 1;
        outcomes.mark(&mut event);
        written = list.push(record_with(event, is_table));
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let damage = after_sound_rows(read)?;
    written?;
    list.finish(None)?;
    damage?;
    outcome(store.as_ref(), &filter, shown, context)
}

/// The events that the arguments ask for.
fn filter(args: &LogArgs, store: &dyn Store, context: &mut Context) -> CommandResult<EventFilter> {
    let now = context.now;
    let zone = context.ui.options().zone;
    Ok(EventFilter {
        id: args.event,
        after: None,
        session: match &args.session {
            None => None,
            // The log keeps events of sessions that were pruned.
            Some(session) => Some(match session.read(context)? {
                Named::Id(id) => id,
                Named::Token(_) => session.resolve(store, context)?,
            }),
        },
        user: args.user.as_ref().map(|name| account_name(store, name, context)).transpose()?,
        actions: args.action.clone(),
        actor: args.actor.clone(),
        ip: all(&args.ip),
        since: args.since.map(|when| when.resolve_after(now, zone)),
        until: until(args.until.map(|when| when.resolve_before(now, zone)), context),
        limit: args.limit,
    })
}

/// A number that no event has is one of no such thing; other filters may match nothing.
fn no_such_event(filter: &EventFilter, shown: u64) -> Outcome {
    if filter.id.is_some() && shown == 0 { Outcome::NotFound } else { Outcome::Done }
}

/// The same, and of no such thing are a user and a session that nothing knows.
fn outcome(
    store: &dyn Store,
    filter: &EventFilter,
    shown: u64,
    context: &mut Context,
) -> CommandResult<Outcome> {
    if shown > 0 {
        return Ok(Outcome::Done);
    }
    if let Some(name) = &filter.user
        && store.account(name)?.is_none()
        && !has_event(store, EventFilter { user: Some(name.clone()), ..EventFilter::default() })?
    {
        return Err(unknown_user(store, name, Use::Show)?.into());
    }
    if let Some(id) = filter.session
        && store.session(id)?.is_none()
        && !has_event(store, EventFilter { session: Some(id), ..EventFilter::default() })?
    {
        return Err(Failure::of(Outcome::NotFound, format!("no session {id}, and no event about it")).into());
    }
    context.ui.status("no event matches");
    if let Some(name) = &filter.user {
        hint_at_namesake(std::slice::from_ref(name), store, context)?;
    }
    Ok(no_such_event(filter, shown))
}

fn has_event(store: &dyn Store, filter: EventFilter) -> CommandResult<bool> {
    let mut found = false;
    store.events(&EventFilter { limit: Some(1), ..filter }, &mut |_| {
        found = true;
        ControlFlow::Break(())
    })?;
    Ok(found)
}

/// A line for each event, for a terminal on which the columns of an event do not fit.
fn lines(store: &dyn Store, filter: &EventFilter, context: &mut Context) -> CommandResult<Outcome> {
    let outcomes = Outcomes::read(store, filter)?;
    let mut events = Lines::behind(0, context);
    let mut written = Ok(());
    let read = store.events(filter, &mut |mut event| {
        outcomes.mark(&mut event);
        written = events.print(&event, line::sessions_in_words(&event));
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let damage = after_sound_rows(read)?;
    written?;
    let shown = events.printed();
    damage?;
    outcome(store, filter, shown, context)
}

/// The account's own name distinguishes it from others that had the same one.
fn account_name(store: &dyn Store, name: &UserName, context: &mut Context) -> CommandResult<UserName> {
    if let Some(account) = store.account(name)? {
        return Ok(account.name);
    }
    let Some(now) = user::renamed(store, name)? else { return Ok(name.clone()) };
    context.ui.status(&format!("user '{name}' was renamed: these are the events of '{now}'"));
    Ok(now)
}

fn record(event: LoggedEvent) -> Record {
    record_with(event, false)
}

/// The record; for a table, one column holds the first and the last session of a bulk change.
fn record_with(event: LoggedEvent, for_table: bool) -> Record {
    let range = line::sessions(&event).filter(|_| for_table);
    let (first, last) = event.subjects.bounds().unzip();
    let number = match &event.subjects {
        Subjects::None => Value::Null,
        subjects => subjects.count().into(),
    };
    Record::new()
        .with("id", event.id)
        .with("at", event.at)
        .with("action", event.action)
        .with("actor", event.actor)
        .with("user", event.account.map(|name| name.as_str().to_owned()).or(event.user))
        .with("session", range.map_or_else(|| first.map(|id| id.get()).into(), Value::Text))
        .with("last_session", last.map(|id| id.get()))
        .with("sessions", number)
        .with("ip", event.ip.map(address::to_text))
        .with("app", event.app)
        .with("detail", event.detail)
}
