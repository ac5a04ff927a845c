//! `user passwd`.

use clap::Args;

use super::ending::{self, DryRunArg};
use super::{CHANGED, changed, ended};
use crate::commands::args::PasswordArg;
use crate::commands::unknown_user::{Use, unknown_user};
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::ResultWords;
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::user::{self, UserChange};

const EXAMPLES: &str = "\
Examples:
  sessionctl user passwd alice
  sessionctl user passwd alice --password-stdin < password-file
  sessionctl user passwd alice --keep-sessions";

/// Set a user's password, and end the user's sessions
///
/// The count of failed logins starts again. A stolen session would otherwise stay active, so all of the user's
/// sessions end, API tokens among them, except with --keep-sessions.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct PasswdArgs {
    /// The user
    #[arg(value_name = "NAME")]
    name: UserName,

    #[command(flatten)]
    password: PasswordArg,

    /// Do not end the user's sessions
    #[arg(long, conflicts_with = "dry_run")]
    keep_sessions: bool,

    #[command(flatten)]
    dry_run: DryRunArg,
}

/// What became of the user.
pub(super) const WORDS: ResultWords =
    ResultWords::new(&[("changed", "the user has the new password"), ending::PLANNED]);

pub(super) fn run(args: &PasswdArgs, context: &mut Context) -> CommandResult<Outcome> {
    let name = &args.name;
    context.ui.check_fields(&CHANGED)?;
    if let Some(planned) = args.dry_run.outcome(name, const { WORDS.word(ending::PLANNED.0) }, context)? {
        return Ok(planned);
    }
    // Checked before the prompt, so that nobody types a password in vain.
    let mut store = context.host.open_to_write_existing()?;
    let Some(user) = store.user(name)? else {
        return Err(unknown_user(store.as_ref(), name, Use::Act(None))?.into());
    };
    let name = &user.name;
    let password = args.password.read_new(name, context)?;
    let keep = args.keep_sessions;
    if !keep {
        ending::report_if_readable(name, store.as_mut(), context);
    }
    let change = context.act(store.as_mut(), |cx| user::change_password(cx, name, &password, keep))?;
    match change {
        UserChange::Done(sessions) => {
            context.print_result(&CHANGED, changed(name, const { WORDS.word("changed") }, sessions.len()))?;
            context.ui.status(&ended(&format!("set the password of {name}"), sessions.len()));
            Ok(Outcome::Done)
        }
        UserChange::Already => Ok(Outcome::Done),
        UserChange::NoSuchUser => Err(unknown_user(store.as_ref(), name, Use::Act(None))?.into()),
    }
}
