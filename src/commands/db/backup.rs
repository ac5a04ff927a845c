//! `db backup`: a consistent copy while the database is in use.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::commands::input::refuse_token_name;
use crate::commands::{CommandError, CommandResult, Context, Failure, Outcome};
use crate::output::{Record, View};
use sessionctl_core::ops::backup::{KeysInCopy, backup};
use sessionctl_core::store::StoreError;

/// Copy the database while it is in use
///
/// The copy is one file, consistent as of one moment, and readable by its owner only. It appears complete or not at
/// all, and never overwrites a file. Bring it back with `sessionctl db restore`. Copying over a database that is in use
/// with `cp` damages that database, and every revocation since the copy is lost.
///
/// The copy holds no token and no password, but everything else. Whoever steals it reads names, addresses, times, the
/// audit log and the values kept with sessions; can guess passwords offline against their argon2id hashes; and, with
/// the keys that sign JWTs, can sign a JWT for any user until the keys are revoked. --without-keys leaves those keys
/// out: a database that is restored from such a copy issues JWTs with a new key, and accepts no earlier one. If a copy
/// with its keys is stolen, run `sessionctl jwt keys revoke`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl db backup sessions-backup.db
  sessionctl db backup --without-keys for-analysis.db
  sessionctl db backup \"backup-$(date +%F).db\"
  sessionctl --db sessions-backup.db db check")]
pub(super) struct BackupArgs {
    /// The file to create; it must not exist yet
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// Leave out the keys that sign JWTs
    #[arg(long)]
    without_keys: bool,
}

/// The copy.
pub(in crate::commands) const COPIED: View =
    View { noun: "copies", singular: "copy", fields: &["path"], columns: &["path"] };

pub(super) fn run(args: &BackupArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&COPIED)?;
    if args.file.as_os_str() == "-" {
        return Err(Failure::usage("a backup is a file, and is not written to standard output")
            .hint("name a file; one that is really named - is written as ./-")
            .into());
    }
    refuse_token_name(&args.file)?;
    let factory = context.host.factory()?;
    let Some(backups) = factory.file_backups() else {
        return Err(Failure::usage("a database on a server is copied with the server's own tools")
            .hint("`pg_dump --schema=sessionctl`, or continuous archiving for point-in-time recovery")
            .into());
    };
    context.ui.explain("copy page by page within one read, to a file of another name; it is renamed when it is complete and on disk");
    let keys = if args.without_keys { KeysInCopy::LeftOut } else { KeysInCopy::Kept };
    let mut progress = None;
    let copied = backup(backups, &args.file, keys, &context.actor, &mut |done, pages| {
        let bar = progress.get_or_insert_with(|| context.progress.start("pages copied", Some(pages)));
        bar.reached(done);
    });
    if let Some(mut progress) = progress {
        progress.finish();
    }
    copied.map_err(|error| match error {
        // What is refused here is the new file, not the database.
        StoreError::Refused(why) => CommandError::from(Failure::of(
            Outcome::Failed,
            format!("cannot write {}: {why}", args.file.display()),
        )),
        exists @ StoreError::FileExists => CommandError::from(Failure::of(
            Outcome::Failed,
            format!("cannot write {}: {exists}", args.file.display()),
        )),
        other => other.into(),
    })?;
    let record = Record::new().with("path", args.file.display().to_string());
    context.print_result(&COPIED, record)?;
    let left_out = if args.without_keys { ", without the keys that sign JWTs" } else { "" };
    context.ui.status(&format!("copied to {}{left_out}", args.file.display()));
    Ok(Outcome::Done)
}
