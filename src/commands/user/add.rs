//! `user add`.

use clap::Args;

use super::{CHANGED, changed};
use crate::commands::args::PasswordArg;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::ResultWords;
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::user::{self, Addition};

/// What became of the user.
pub(super) const WORDS: ResultWords = ResultWords::new(&[
    ("added", "the user was added"),
    ("unchanged", "the user existed already (--if-missing)"),
]);

const EXAMPLES: &str = "\
Examples:
  On a terminal, with a hidden password prompt and asked twice
    sessionctl user add alice
  In a script
    sessionctl user add alice --password-stdin < password-file
  A user who only gets tokens from `generate`
    sessionctl user add backup-job --no-password
  In a script that is run again
    sessionctl user add backup-job --no-password --if-missing";

/// Add a user
///
/// A password has at least 15 characters and is not one of the most common; there is no other rule (NIST
/// 800-63B-4 §3.1.1.2). Names that differ only in case or in surrounding spaces are one user.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct AddArgs {
    /// The user's name
    #[arg(value_name = "NAME")]
    name: UserName,

    #[command(flatten)]
    password: PasswordArg,

    /// Set no password: nobody can log in as the user, but `generate` creates sessions for it
    #[arg(long, conflicts_with = "password_stdin")]
    no_password: bool,

    /// Do nothing if the user already exists
    #[arg(long)]
    if_missing: bool,
}

pub(super) fn run(args: &AddArgs, context: &mut Context) -> CommandResult<Outcome> {
    let name = &args.name;
    // Checked before the prompt, so that nobody types a password in vain, and again when the user is added.
    if let Ok(store) = context.host.open_to_read()
        && let Ok(Some(user)) = store.user(name)
    {
        return taken(&user.name, args, context);
    }
    context.ui.check_fields(&CHANGED)?;
    let password = match args.no_password {
        true => None,
        false => Some(args.password.read_new(name, context)?),
    };
    let mut store = context.host.open_to_write()?;
    let text = password.as_ref().map(|text| text.as_slice());
    match context.act(store.as_mut(), |cx| user::add(cx, name, text))? {
        Addition::Added(_) => {
            context.print_result(&CHANGED, changed(name, const { WORDS.word("added") }, 0))?;
            context.ui.status(&format!("added user {name}"));
            Ok(Outcome::Done)
        }
        Addition::Taken => {
            let stored = store.user(name)?.map(|user| user.name);
            taken(stored.as_ref().unwrap_or(name), args, context)
        }
    }
}

/// What is done where a user has the name, who is stored as `stored`.
fn taken(stored: &UserName, args: &AddArgs, context: &mut Context) -> CommandResult<Outcome> {
    if args.if_missing {
        context.print_result(&CHANGED, changed(stored, const { WORDS.word("unchanged") }, 0))?;
        context.ui.status(&format!("user {stored} already exists; nothing was changed"));
        return Ok(Outcome::Done);
    }
    let name = &args.name;
    let message = format!("user '{name}' already exists, in this or another spelling");
    Err(Failure::of(Outcome::Refused, message)
        .hint("`sessionctl user passwd` sets a new password; --if-missing accepts an existing user")
        .into())
}
