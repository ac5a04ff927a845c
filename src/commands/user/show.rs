//! `user list` and `user show`. Neither shows the hash of a password.

use std::ops::ControlFlow;
use std::time::Duration;

use clap::Args;

use crate::commands::bulk::selection::describe;
use crate::commands::damaged_rows::after_sound_rows;
use crate::commands::shell_word::{argument, user_selector};
use crate::commands::unknown_user::{Use, unknown_user};
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::escape::escape_text;
use crate::output::wrap::wrap_indented;
use crate::output::{Format, Record, View};
use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::model::selector::{Selector, Sort, StateFilter};
use sessionctl_core::model::session::{Kind, Session};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::{User, UserName};
use sessionctl_core::store::{EventFilter, Page, Store};

pub(in crate::commands) const USER: View = View {
    noun: "users",
    singular: "user",
    fields: &[
        "name",
        "created_at",
        "password_changed_at",
        "disabled_at",
        "failed_logins",
        "throttled_until",
        "locked_at",
        "password_accepted",
        "why",
    ],
    columns: &["name", "created_at", "password_accepted", "failed_logins", "why"],
};

pub(in crate::commands) const DETAILS: View = View {
    noun: "users",
    singular: "user",
    fields: &[
        "name",
        "created_at",
        "password_changed_at",
        "disabled_at",
        "failed_logins",
        "throttled_until",
        "locked_at",
        "can_log_in",
        "why",
        "active_sessions",
        "sessions",
        "removed_at",
    ],
    columns: &[
        "name",
        "created_at",
        "password_changed_at",
        "disabled_at",
        "failed_logins",
        "throttled_until",
        "locked_at",
        "can_log_in",
        "why",
        "active_sessions",
        "sessions",
    ],
};

/// Sessions, and events, that are shown with a user, at most.
const MAX_SHOWN: usize = 5;

/// List users, by name
///
/// `password_accepted` shows whether the right password is accepted now. Whether a login succeeds, which also depends
/// on the number of sessions, is shown by `sessionctl user show`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl user list
  sessionctl user list --format jsonl | jq -r 'select(.disabled_at) | .name'
  sessionctl user list --format ids |
    xargs -r -d '\\n' -n1 sessionctl user show --")]
pub(super) struct ListArgs {}

/// Show a user, with failed logins and the newest sessions and events
///
/// An account that was removed is shown by the name that lists give it, such as 'bob (removed 2026-11-25)'.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl user show alice
  sessionctl user show alice --fields active_sessions")]
pub(super) struct ShowArgs {
    /// The user
    #[arg(value_name = "NAME")]
    name: UserName,
}

pub(super) fn list(_args: &ListArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&USER)?;
    let store = context.host.open_to_read()?;
    context.ui.explain("read the users; only the argon2id hash of a password is stored, and it is not shown");
    let (now, policy) = (context.now, store.policy()?);
    let is_overridden = context.host.clock_overridden();
    let options = context.ui.options().clone();
    let mut list = context.ui.list(&USER)?;
    let (mut written, mut is_empty) = (Ok(()), true);
    let read = store.users(&mut |user| {
        if is_overridden && user.created_at > now {
            return ControlFlow::Continue(());
        }
        is_empty = false;
        let refusal = refusal(&user, &policy, now);
        let accepted = refusal.is_none();
        let why = refusal.map(|why| options.suggestion(&why).into_owned());
        written = list.push(record(&user, &policy, now).with("password_accepted", accepted).with("why", why));
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let damage = after_sound_rows(read)?;
    written?;
    list.finish(None)?;
    damage?;
    if is_empty {
        context.ui.status("no users; `sessionctl user add NAME` adds one");
    }
    Ok(Outcome::Done)
}

pub(super) fn show(args: &ShowArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&DETAILS)?;
    let store = context.host.open_to_read()?;
    context.ui.explain(
        "failed logins are counted under a keyed digest of the name, also for names that no user has",
    );
    context.read_clock(store.as_ref())?;
    let user = store.user(&args.name)?.filter(|user| !context.is_later(user.created_at));
    let Some(user) = user else { return show_removed(&args.name, store.as_ref(), context) };
    let name = user.name.as_str();
    let mut active = Selector { user: args.name.clone().into(), ..Selector::default() };
    context.hide_later(store.as_ref(), &mut active)?;
    let all = Selector { state: Some(StateFilter::Any), ..active.clone() };
    let policy = store.policy()?;
    let (mut active_sessions, mut logins, mut last_seen) = (0_u64, 0_u64, Vec::new());
    store.select(&active, Page::whole(Sort::Newest), context.now, &mut |session| {
        let is_login = matches!(session.kind, Kind::Web | Kind::Sso) && session.parent.is_none();
        logins += u64::from(is_login);
        active_sessions += 1;
        keep_last_seen(&mut last_seen, session);
        ControlFlow::Continue(())
    })?;
    let mut refusals = refusals(&user, &policy, context.now);
    if context.clock_is_behind {
        refusals.push("the clock is behind the latest event".to_owned());
    }
    let max = policy.get(Key::SessionsPerUser);
    if logins >= max {
        refusals.push(format!(
            "as many active logins as user.sessions_max allows ({max}): `sessionctl revoke {}` ends them, \
             `sessionctl login --evict-oldest {}` the oldest",
            user_selector(name),
            argument(name)
        ));
    }
    let refusal = all_of(refusals);
    let can_log_in = refusal.is_none();
    let why = refusal.map(|why| context.ui.options().suggestion(&why).into_owned());
    let record = record(&user, &policy, context.now)
        .with("can_log_in", can_log_in)
        .with("why", why)
        .with("active_sessions", (!context.clock_is_behind).then_some(active_sessions))
        .with("sessions", store.count(&all, context.now)?);
    context.ui.record(&DETAILS, record)?;
    let options = context.ui.options();
    if options.format == Format::Table && options.fields.is_none() {
        show_newest(&last_seen, &user.name, store.as_ref(), context)?;
    }
    Ok(Outcome::Done)
}

/// Shows an account that was removed, where the name says so: what is known of it.
fn show_removed(name: &UserName, store: &dyn Store, context: &mut Context) -> CommandResult<Outcome> {
    let account = store.account(name)?.filter(|account| account.removed_at.is_some());
    let Some(account) = account.filter(|_| name.as_removed().is_some()) else {
        return Err(unknown_user(store, name, Use::Show)?.into());
    };
    let mut all =
        Selector { user: name.clone().into(), state: Some(StateFilter::Any), ..Selector::default() };
    context.hide_later(store, &mut all)?;
    let record = Record::new()
        .with("name", account.name.as_str())
        .with("can_log_in", false)
        .with("why", "the account was removed")
        .with("active_sessions", 0_u64)
        .with("sessions", store.count(&all, context.now)?)
        .with("removed_at", account.removed_at);
    context.ui.record(&DETAILS, record)?;
    context.ui.hint(&format!(
        "`sessionctl list --state any {}` shows its sessions",
        user_selector(account.name.as_str())
    ));
    Ok(Outcome::Done)
}

/// Keeps those that were seen last, the last first. Of two that were seen at one time the newer one comes first.
fn keep_last_seen(kept: &mut Vec<Session>, session: Session) {
    let place = kept.partition_point(|other| other.last_seen_at >= session.last_seen_at);
    if place < MAX_SHOWN {
        kept.truncate(MAX_SHOWN - 1);
        kept.insert(place, session);
    }
}

/// The newest sessions and events of a user, so that one screen answers what is asked next.
fn show_newest(
    last_seen: &[Session],
    name: &UserName,
    store: &dyn Store,
    context: &mut Context,
) -> CommandResult<()> {
    let options = context.ui.options().clone();
    let now = context.now;
    let sessions: Vec<String> = last_seen.iter().map(|session| describe(session, now)).collect();
    let mut events = Vec::new();
    let until = context.host.clock_overridden().then(|| now.plus(Duration::from_secs(1)));
    let filter = EventFilter {
        user: Some(name.clone()),
        limit: Some(MAX_SHOWN as u64),
        until,
        ..EventFilter::default()
    };
    store.events(&filter, &mut |event| {
        let detail = event.detail.map(|text| format!(": {text}")).unwrap_or_default();
        let from = event.ip.map(|ip| format!(" from {ip}")).unwrap_or_default();
        let at = options.local_time(event.at);
        events.push(format!("{at} {} by {}{from}{detail}", event.action, event.actor));
        ControlFlow::Continue(())
    })?;
    let whose = if context.clock_is_behind { "sessions whose state is unknown" } else { "active sessions" };
    let of_sessions = format!("{whose}, last seen first");
    for (heading, lines) in [(of_sessions.as_str(), sessions), ("last events", events)] {
        if !lines.is_empty() {
            context.ui.bare("")?;
            context.ui.bare(heading)?;
        }
        for line in lines {
            let width = options.width.map_or(usize::MAX, usize::from);
            let line = options.in_local_time(&line).into_owned();
            for line in wrap_indented(&escape_text(&line), "  ", width) {
                context.ui.bare(&line)?;
            }
        }
    }
    Ok(())
}

/// Why the right password of a user is refused, each reason with what ends it; `None` where it is accepted.
pub(super) fn refusal(user: &User, policy: &Policy, now: Timestamp) -> Option<String> {
    all_of(refusals(user, policy, now))
}

/// Reasons as one text.
fn all_of(reasons: Vec<String>) -> Option<String> {
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

fn refusals(user: &User, policy: &Policy, now: Timestamp) -> Vec<String> {
    let name = argument(user.name.as_str());
    let mut reasons = Vec::new();
    if user.disabled_at.is_some() {
        reasons.push(format!("the user is disabled: `sessionctl user enable {name}`"));
    }
    if user.password_changed_at.is_none() {
        reasons.push(format!("no password is set: `sessionctl user passwd {name}`"));
    } else if locked_at(user, policy).is_some() {
        reasons.push(format!("too many failed logins locked the password: `sessionctl user unlock {name}`"));
    } else if user.throttled_until.is_some_and(|until| until > now) {
        reasons
            .push(format!("failed logins throttle the password: wait, or `sessionctl user unlock {name}`"));
    }
    reasons
}

fn locked_at(user: &User, policy: &Policy) -> Option<Timestamp> {
    let max = policy.get(Key::ThrottleDisable);
    user.last_failed_at.filter(|_| u64::from(user.failed_logins) >= max)
}

fn record(user: &User, policy: &Policy, now: Timestamp) -> Record {
    Record::new()
        .with("name", user.name.as_str())
        .with("created_at", user.created_at)
        .with("password_changed_at", user.password_changed_at)
        .with("disabled_at", user.disabled_at)
        .with("failed_logins", user.failed_logins)
        .with("throttled_until", user.throttled_until.filter(|until| *until > now))
        .with("locked_at", locked_at(user, policy))
}
