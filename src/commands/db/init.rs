//! `db init`: creates the database.

use clap::Args;

use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Record, ResultWord, ResultWords, View};

const EXAMPLES: &str = "\
Examples:
  sessionctl db init
  sessionctl --db play.db db init --sandbox
  sessionctl --db play.db --now +2h list   # what will be active in two hours";

/// Create the session database
///
/// The first command that writes creates it too; this command also prints its path. A sandbox is a database whose time
/// can be set: commands that write accept --now there, so that you can watch sessions age.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct InitArgs {
    /// Create a database whose time can be set with --now
    #[arg(long)]
    sandbox: bool,
}

/// The database.
pub(in crate::commands) const CREATED: View = View {
    noun: "databases",
    singular: "database",
    fields: &["path", "result", "sandbox"],
    columns: &["path", "result", "sandbox"],
};

/// What became of the database.
pub(super) const WORDS: ResultWords =
    ResultWords::new(&[("created", "it was created"), ("unchanged", "it existed already")]);

pub(super) fn run(args: &InitArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&CREATED)?;
    context.ui.explain(
        "create the file with permissions for you only and an id of its own, which the audit log begins with; of several \
         processes that do so, one creates it; a file that exists is left as it is",
    );
    let created = context.host.create(args.sandbox)?;
    let path = context.host.database().display().to_string();
    if created {
        let what = if args.sandbox { "the sandbox" } else { "the session database" };
        print(&path, const { WORDS.word("created") }, args.sandbox, context)?;
        context.ui.status(&format!("created {what} {path}"));
        return Ok(Outcome::Done);
    }
    // Repeating the command is fine, but a database never turns into a sandbox, nor a sandbox into a database.
    let is_sandbox = context.host.open_to_read()?.is_sandbox()?;
    if is_sandbox != args.sandbox {
        let which = if is_sandbox { "is already a sandbox" } else { "already exists, and is not a sandbox" };
        return Err(Failure::of(Outcome::Failed, format!("{path} {which}; nothing was changed"))
            .hint("choose another place with --db")
            .into());
    }
    print(&path, const { WORDS.word("unchanged") }, is_sandbox, context)?;
    context.ui.status(&format!("{path} already exists; nothing was changed"));
    Ok(Outcome::Done)
}

fn print(path: &str, result: ResultWord, sandbox: bool, context: &mut Context) -> CommandResult<()> {
    let record = Record::new().with("path", path).with("result", result).with("sandbox", sandbox);
    Ok(context.print_result(&CREATED, record)?)
}
