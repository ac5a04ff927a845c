//! `db copy`: moves a database to another place, with every token still valid.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use crate::commands::{CommandError, CommandResult, Context, Failure, Outcome};
use crate::host::Location;
use crate::output::{Record, View};
use sessionctl_core::ops::copy::{CopyReport, Move, copy, plan};
use sessionctl_core::store::{CopyFrom, StoreError, StoreFactory};

/// The rows of each table.
pub(in crate::commands) const COPIED: View =
    View { noun: "tables", singular: "table", fields: &["table", "rows"], columns: &["table", "rows"] };

/// Move the database to another place
///
/// Sessions, users, keys, the policy and the audit log are copied with their ids, and both sides are compared; tokens
/// that were handed out before work afterwards. It moves from a file to a PostgreSQL server, back, and from one server to
/// another. While the copy is made, changes are refused with the name of the new place, and look-ups go on. At the end the
/// old database is marked as moved: it no longer answers requests and names the new place. A copy that was interrupted
/// continues with the same command; until its end, --abandon makes the old database usable again.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl db copy --dry-run sessions.db postgres://ann@db.example/sessions
  sessionctl db copy sessions.db postgres://ann@db.example/sessions
  sessionctl db copy postgres://ann@db.example/sessions sessions.db
  sessionctl db copy --abandon sessions.db postgres://ann@db.example/sessions")]
pub(super) struct CopyArgs {
    /// The database to move
    #[arg(value_name = "FROM", value_hint = ValueHint::FilePath)]
    old: PathBuf,

    /// The place to move it to, without a database yet
    #[arg(value_name = "TO")]
    new: PathBuf,

    /// Count what would be moved, verify the audit log, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Make FROM usable again after a copy that was interrupted and is not to be continued
    #[arg(long, conflicts_with = "dry_run")]
    abandon: bool,
}

/// A place, and the stores there.
struct Place {
    name: String,
    is_file: bool,
    factory: Box<dyn StoreFactory>,
}

impl Place {
    fn find(given: &Path, context: &Context) -> CommandResult<Self> {
        let location = Location::find_argument(given).map_err(crate::host::HostError::from)?;
        let name = location.path().display().to_string();
        Ok(Place { name, is_file: location.server().is_none(), factory: context.host.factory_at(&location)? })
    }

    /// The error of the store there: it is none of the database that `--db` names.
    fn failed(&self, error: StoreError) -> CommandError {
        CommandError::At(self.name.clone(), error)
    }
}

pub(super) fn run(args: &CopyArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&COPIED)?;
    if context.host.clock_overridden() {
        return Err(Failure::usage("a copy happens now: leave --now out").into());
    }
    let (from, to) = (Place::find(&args.old, context)?, Place::find(&args.new, context)?);
    let (Some(source), Some(target)) = (from.factory.copy_from(), to.factory.copy_into()) else {
        return Err(Failure::usage("this kind of database cannot be moved").into());
    };
    if from.is_file && to.is_file {
        return Err(Failure::usage("a database is not moved from a file to a file")
            .hint("`sessionctl db backup` copies a file")
            .into());
    }
    if from.name == to.name {
        return Err(Failure::usage("FROM and TO are the same database").into());
    }
    if args.abandon {
        return abandon(source, &from, &to, context);
    }
    context.ui.explain(
        "mark the old database, so that it takes no change; copy table by table, by rising key; compare both sides by hashes; then \
         mark the old database as moved and open the new one",
    );
    if args.dry_run {
        let planned = plan(source).map_err(|error| from.failed(error))?;
        print(&planned, context)?;
        context.ui.status("dry run: the audit log is consistent; nothing was changed");
        return Ok(Outcome::Done);
    }
    confirm(&from, &to, context)?;
    let mut progress = context.progress.start("rows copied", None);
    let what = Move {
        from: source,
        from_name: &from.name,
        into: target,
        into_name: &to.name,
        actor: &context.actor,
    };
    let copied = copy(what, &mut |rows| progress.reached(rows));
    progress.finish();
    let copied = copied.map_err(|failed| {
        let place = if failed.at_target { &to } else { &from };
        place.failed(failed.error)
    })?;
    print(&copied, context)?;
    let kept = match &copied.kept {
        Some(kept) => format!("; its contents are kept as {}", kept.display()),
        None => String::new(),
    };
    context.ui.status(&format!("moved {} to {}{kept}", from.name, to.name));
    context.ui.status("keep a new head of the audit log: `sessionctl log head`");
    Ok(Outcome::Done)
}

fn abandon(source: &dyn CopyFrom, from: &Place, to: &Place, context: &mut Context) -> CommandResult<Outcome> {
    if !source.abandon().map_err(|error| from.failed(error))? {
        context.ui.status(&format!("{} is not being moved; nothing was changed", from.name));
        return Ok(Outcome::Done);
    }
    context.ui.status(&format!("{} is in use again", from.name));
    context.ui.status(&format!("what was copied to {} is never opened, and can be deleted", to.name));
    Ok(Outcome::Done)
}

fn confirm(from: &Place, to: &Place, context: &mut Context) -> CommandResult<()> {
    if context.yes {
        return Ok(());
    }
    if !context.prompt.is_interactive() {
        return Err(Failure::usage(
            "moving a database needs confirmation, and there is no terminal to ask on",
        )
        .hint("add --yes; --dry-run counts what would be moved")
        .into());
    }
    if context.prompt.confirm(&format!("Move {} to {}?", from.name, to.name))? {
        return Ok(());
    }
    Err(Failure::of(Outcome::Failed, "not confirmed; nothing was changed").into())
}

fn print(report: &CopyReport, context: &mut Context) -> CommandResult<()> {
    let mut list = context.ui.list(&COPIED)?;
    for (table, rows) in &report.tables {
        list.push(Record::new().with("table", *table).with("rows", *rows))?;
    }
    list.finish(None)?;
    Ok(())
}
