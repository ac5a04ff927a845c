//! `db backup`: a consistent copy while the database is in use.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::commands::{CommandResult, Context, Failure, Outcome};

/// Copy the database while it is in use
///
/// The copy is one file, consistent as of one moment, and readable by its owner only. It appears complete or not at
/// all, and never overwrites a file. It holds what the database holds: the digests of tokens and passwords, session
/// values, and the secret keys that sign JWTs. It holds no token and no password.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl db backup sessions-backup.db
  sessionctl db backup \"backup-$(date +%F).db\" && sessionctl --db \"backup-$(date +%F).db\" db check")]
pub(super) struct BackupArgs {
    /// The file to create; it must not exist yet
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
}

pub(super) fn run(args: &BackupArgs, context: &mut Context) -> CommandResult<Outcome> {
    let factory = context.host.factory()?;
    let Some(backups) = factory.file_backups() else {
        return Err(Failure::usage("this kind of database has backup tools of its own").into());
    };
    context.ui.explain("copy page by page within one read, to a file of another name; it is renamed when it is complete and on disk");
    let mut progress = None;
    let copied = backups.backup(&args.file, &mut |done, pages| {
        let bar = progress.get_or_insert_with(|| context.progress.start("pages copied", Some(pages)));
        bar.reached(done);
    });
    if let Some(mut progress) = progress {
        progress.finish();
    }
    copied?;
    context.ui.status(&format!("copied to {}", args.file.display()));
    Ok(Outcome::Done)
}
