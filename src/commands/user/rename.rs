//! `user rename`.

use clap::Args;

use super::{CHANGED, changed};
use crate::commands::unknown_user::{Use, unknown_user};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::ResultWords;
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::user::{self, Rename};

/// Give a user another name, or another spelling of the name
///
/// It is the same account afterwards: its sessions, its password and its failed logins stay, and `log --user` finds its
/// earlier events under the new name. The old name can be used again.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl user rename alice alice.smith
  sessionctl user rename alice Alice")]
pub(super) struct RenameArgs {
    /// The user
    #[arg(value_name = "OLD")]
    name: UserName,

    /// The new name
    #[arg(value_name = "NEW")]
    new_name: UserName,
}

/// What became of the user.
pub(super) const WORDS: ResultWords =
    ResultWords::new(&[("renamed", "the user has the new name"), ("unchanged", "that was the name already")]);

pub(super) fn run(args: &RenameArgs, context: &mut Context) -> CommandResult<Outcome> {
    let (old, new) = (&args.name, &args.new_name);
    context.ui.check_fields(&CHANGED)?;
    let mut store = context.host.open_to_write_existing()?;
    match context.act(store.as_mut(), |cx| user::rename(cx, old, new))? {
        Rename::Done(before) => {
            context.print_result(&CHANGED, changed(new, const { WORDS.word("renamed") }, 0))?;
            context.ui.status(&format!("renamed user {before} to {new}; the user's sessions stay"));
            Ok(Outcome::Done)
        }
        Rename::Already => {
            context.print_result(&CHANGED, changed(new, const { WORDS.word("unchanged") }, 0))?;
            context.ui.status(&format!("the name of the user is {new} already"));
            Ok(Outcome::Done)
        }
        Rename::Taken => {
            let message = format!("user '{new}' already exists, in this or another spelling");
            Err(Failure::of(Outcome::Refused, message).hint("choose another name").into())
        }
        Rename::NoSuchUser => Err(unknown_user(store.as_ref(), old, Use::Act(None))?.into()),
    }
}
