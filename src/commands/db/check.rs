//! `db check`: looks for damage, for rows that no program of ours wrote, and for breaks in the log.

use clap::Args;

use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, View};

const VIEW: View =
    View { noun: "problems", singular: "problem", fields: &["problem"], columns: &["problem"] };

/// Check the database for damage and broken invariants
///
/// Every page, index and constraint is read, every session, and the whole log, which tells when each session was
/// made and whether it was ended: a row that says otherwise was altered. Prints nothing but a line on standard error
/// where all is well, and exits with 1 and a line for each problem where not.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl db check
  sessionctl db check --format jsonl
  sessionctl --db sessions-backup.db db check")]
pub(super) struct CheckArgs {}

pub(super) fn run(_args: &CheckArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&VIEW)?;
    let store = context.host.open_to_read()?;
    context.ui.explain("ask SQLite to check every page, index and constraint; then the rules that no constraint holds; then the chain of the log, and what it tells of each session");
    let problems = store.check()?;
    let found = problems.len();
    let mut list = context.ui.list(&VIEW)?;
    for problem in problems {
        list.push(Record::new().with("problem", problem))?;
    }
    list.finish(None)?;
    match found {
        0 => {
            context.ui.status("ok: no damage, no broken invariant, the log is whole");
            Ok(Outcome::Done)
        }
        number => {
            context.ui.error(&format!("{number} problems"));
            context.ui.hint("keep a copy of the file, and go back to a backup that `db check` finds sound");
            Ok(Outcome::Failed)
        }
    }
}
