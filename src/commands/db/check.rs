//! `db check`: looks for damage, for rows that this program did not write, and for breaks in the audit log.

use clap::Args;

use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, View};
use sessionctl_core::counted;
use sessionctl_core::store::StoreUrl;

pub(in crate::commands) const VIEW: View =
    View { noun: "problems", singular: "problem", fields: &["problem"], columns: &["problem"] };

/// Check the database for damage and broken invariants
///
/// The command reads every page, index and constraint, every session, and the whole audit log, which records when each
/// session was created and ended: a row that differs was changed outside this program. Without a problem it prints only
/// a line on standard error; otherwise it prints a line for each problem and exits with 1. On a server it also reports
/// triggers, rules, row security and functions that were planted in the schema, and roles with too many privileges.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl db check
  sessionctl db check --format jsonl
  sessionctl --db sessions-backup.db db check")]
pub(super) struct CheckArgs {}

pub(super) fn run(_args: &CheckArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.exit_code_answers = true;
    context.ui.check_fields(&VIEW)?;
    let store = context.host.open_to_read()?;
    context.ui.explain(
        "let the engine check what it can (SQLite every page, index and constraint; a server its constraints and what was \
         planted in the schema); then check the rules that no constraint covers; then the chain of the audit log, and what \
         it records about each session",
    );
    let problems = store.check()?;
    let found = problems.len();
    let mut list = context.ui.list(&VIEW)?;
    for problem in problems {
        list.push(Record::new().with("problem", problem))?;
    }
    list.finish(None)?;
    match found {
        0 => {
            context.ui.status("ok: no damage, no broken invariant, and the audit log is consistent");
            Ok(Outcome::Done)
        }
        number => {
            context.ui.error(&counted(number, "problem", "problems"));
            let on_server = StoreUrl::new(context.host.database()).is_on_server();
            context.ui.hint(match on_server {
                true => "keep a copy with `pg_dump --schema=sessionctl`, and go back to a backup in which `db check` finds no problem",
                false => "keep a copy of the file, and `db restore` a backup in which `db check` finds no problem",
            });
            Ok(Outcome::Failed)
        }
    }
}
