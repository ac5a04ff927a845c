//! `user disable`, `enable` and `remove`: whether an account may be used. Disabling and removing end its sessions.

use clap::Args;

use super::ending::{self, DryRunArg};
use super::show::refusal;
use super::{CHANGED, changed, ended};
use crate::commands::bulk::confirm::gerund;
use crate::commands::unknown_user::{Use, unknown_user};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{ResultWord, ResultWords};
use sessionctl_core::counted;
use sessionctl_core::model::redact::holds_token;
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::user::{self, UserChange};
use sessionctl_core::ops::{OpContext, OpsError};
use sessionctl_core::store::Store;

/// Why a user is disabled or removed.
#[derive(Debug, Args)]
struct ReasonArg {
    /// The reason; kept with the sessions that end and in the audit log
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    reason: Option<String>,
}

impl ReasonArg {
    /// The reason, with a warning where a part of it is not kept.
    fn read(&self, context: &mut Context) -> Option<&str> {
        let reason = self.reason.as_deref();
        if reason.is_some_and(holds_token) {
            context.ui.warn("text with the shape of a token is stored as [hidden]");
        }
        reason
    }
}

/// Disable a user, and end the user's sessions
///
/// On a terminal it asks first, and the user's name is typed; elsewhere it needs --yes.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl user disable mallory
  sessionctl user disable mallory --reason 'left the company' --yes")]
pub(super) struct DisableArgs {
    /// The user
    #[arg(value_name = "NAME")]
    name: UserName,

    #[command(flatten)]
    reason: ReasonArg,

    #[command(flatten)]
    dry_run: DryRunArg,
}

/// Enable a disabled user again; ended sessions stay ended
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl user enable alice")]
pub(super) struct EnableArgs {
    /// The user
    #[arg(value_name = "NAME")]
    name: UserName,
}

/// Clear a user's failed logins, so that the right password is accepted again
///
/// The sessions of the user do not change.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl user unlock alice")]
pub(super) struct UnlockArgs {
    /// The user
    #[arg(value_name = "NAME")]
    name: UserName,
}

/// Remove a user, and end the user's sessions
///
/// The name can be used again. Ended sessions and the audit log still show it, with the date: 'bob (removed 2026-11-25)'
/// selects that account in `list --user`, `log --user` and `user show`. On a terminal it asks first, and the name is
/// typed; elsewhere it needs --yes.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl user remove mallory
  sessionctl user remove mallory --reason 'left the company' --yes")]
pub(super) struct RemoveArgs {
    /// The user
    #[arg(value_name = "NAME")]
    name: UserName,

    #[command(flatten)]
    reason: ReasonArg,

    #[command(flatten)]
    dry_run: DryRunArg,
}

const UNCHANGED: (&str, &str) = ("unchanged", "that was so already");

/// What became of a user that was to be disabled.
pub(super) const DISABLED: ResultWords = ResultWords::new(&[
    ("disabled", "the user cannot log in, and the user's sessions have ended"),
    UNCHANGED,
    ending::PLANNED,
]);

/// What became of a user that was to be enabled.
pub(super) const ENABLED: ResultWords =
    ResultWords::new(&[("enabled", "the user is not disabled any more"), UNCHANGED]);

/// What became of a user whose failed logins were to be cleared.
pub(super) const UNLOCKED: ResultWords =
    ResultWords::new(&[("unlocked", "the failed logins are forgotten"), UNCHANGED]);

/// What became of a user that was to be removed.
pub(super) const REMOVED: ResultWords = ResultWords::new(&[
    ("removed", "nobody has the name, and the user's sessions have ended"),
    ending::PLANNED,
]);

/// The word of a list for a user whom the command changed, and the word for a user whom it left as before. The list of
/// `remove` has no second word, because that command never finds a user who is removed.
const fn words(list: ResultWords, done: &str) -> (ResultWord, ResultWord) {
    let done = list.word(done);
    match list.find(UNCHANGED.0) {
        Some(unchanged) => (done, unchanged),
        None => (done, done),
    }
}

pub(super) fn disable(args: &DisableArgs, context: &mut Context) -> CommandResult<Outcome> {
    if let Some(planned) =
        args.dry_run.outcome(&args.name, const { DISABLED.word(ending::PLANNED.0) }, context)?
    {
        return Ok(planned);
    }
    let mut store = ask(&args.name, "disable", context)?;
    let reason = args.reason.read(context);
    act(&args.name, const { words(DISABLED, "disabled") }, store.as_mut(), context, |cx, name| {
        user::disable(cx, name, reason)
    })
}

pub(super) fn enable(args: &EnableArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.explain("accept the user's logins again; sessions that ended stay ended");
    let mut store = context.host.open_to_write_existing()?;
    let outcome =
        act(&args.name, const { words(ENABLED, "enabled") }, store.as_mut(), context, user::enable)?;
    report_refusal(&args.name, store.as_ref(), context)?;
    Ok(outcome)
}

pub(super) fn remove(args: &RemoveArgs, context: &mut Context) -> CommandResult<Outcome> {
    if let Some(planned) =
        args.dry_run.outcome(&args.name, const { REMOVED.word(ending::PLANNED.0) }, context)?
    {
        return Ok(planned);
    }
    let mut store = ask(&args.name, "remove", context)?;
    let reason = args.reason.read(context);
    act(&args.name, const { words(REMOVED, "removed") }, store.as_mut(), context, |cx, name| {
        user::remove(cx, name, reason)
    })
}

pub(super) fn unlock(args: &UnlockArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.explain("forget the failed logins of the name, which delay the next attempt or lock the password; the password stays");
    let mut store = context.host.open_to_write_existing()?;
    let outcome =
        act(&args.name, const { words(UNLOCKED, "unlocked") }, store.as_mut(), context, user::unlock)?;
    report_refusal(&args.name, store.as_ref(), context)?;
    Ok(outcome)
}

/// Says why the user still cannot log in, where another cause is left.
fn report_refusal(name: &UserName, store: &dyn Store, context: &mut Context) -> CommandResult<()> {
    let Some(user) = store.user(name)? else { return Ok(()) };
    if let Some(why) = refusal(&user, &store.policy()?, context.now) {
        context.ui.hint(&format!("but {why}"));
    }
    Ok(())
}

/// Asks for confirmation, with the number of sessions that would end: the user's name is typed.
fn ask(name: &UserName, verb: &str, context: &mut Context) -> CommandResult<Box<dyn Store>> {
    let mut store = context.host.open_to_write_existing()?;
    let Some(user) = store.user(name)? else {
        return Err(unknown_user(store.as_ref(), name, Use::Act(None))?.into());
    };
    let name = &user.name;
    if context.yes {
        return Ok(store);
    }
    if !context.prompt.is_interactive() {
        let why =
            format!("{} user {name} needs confirmation, and there is no terminal to ask on", gerund(verb));
        return Err(Failure::usage(why).hint("add --yes").into());
    }
    let number = ending::report_if_readable(name, store.as_mut(), context);
    let sessions =
        number.map_or_else(|| "the sessions".to_owned(), |number| counted(number, "session", "sessions"));
    let question = format!("{sessions} of {name} will end; type the user's name to {verb} the user");
    if context.prompt.type_word(&question)?.parse().is_ok_and(|typed: UserName| typed == *name) {
        Ok(store)
    } else {
        Err(Failure::of(Outcome::Failed, "not confirmed; nothing was changed").into())
    }
}

fn act(
    name: &UserName,
    (done, unchanged): (ResultWord, ResultWord),
    store: &mut dyn Store,
    context: &mut Context,
    change: impl FnOnce(&mut OpContext<'_>, &UserName) -> Result<UserChange, OpsError>,
) -> CommandResult<Outcome> {
    context.ui.check_fields(&CHANGED)?;
    // As it is stored, whichever spelling was given: that is the name in every list.
    let stored = store.user(name)?.map(|user| user.name);
    let name = stored.as_ref().unwrap_or(name);
    match context.act(store, |cx| change(cx, name))? {
        UserChange::Done(sessions) => {
            context.print_result(&CHANGED, changed(name, done, sessions.len()))?;
            context.ui.status(&ended(&format!("{} user {name}", done.as_str()), sessions.len()));
        }
        UserChange::Already => {
            context.print_result(&CHANGED, changed(name, unchanged, 0))?;
            context.ui.status(&format!("user {name} is already {}", done.as_str()));
        }
        UserChange::NoSuchUser => return Err(unknown_user(store, name, Use::Act(None))?.into()),
    }
    Ok(Outcome::Done)
}
