//! `db`: creates, describes, checks and copies the database, and sets its policy.

mod backup;
mod check;
mod clock;
mod copy;
mod info;
mod init;
mod migrate;
mod policy;
mod restore;
mod roles;

use clap::{Args, Subcommand};

use super::{Context, Outcome};
use crate::commands::CommandResult;
use crate::output::RecordDoc;

/// The records that these commands print.
pub(super) const RECORDS: &[RecordDoc] = &[
    RecordDoc::one("db init", &init::CREATED).results(init::WORDS),
    RecordDoc::one("db migrate", &migrate::MIGRATED).results(migrate::WORDS),
    RecordDoc::one("db info", &info::VIEW),
    RecordDoc::list("db check", &check::VIEW),
    RecordDoc::one("db backup", &backup::COPIED),
    RecordDoc::one("db restore", &restore::RESTORED).results(restore::WORDS),
    RecordDoc::list("db copy", &copy::COPIED),
    RecordDoc::one("db clock", &clock::CLOCK),
    RecordDoc::one("db clock", &clock::CORRECTION).when("with --accept").results(clock::WORDS),
    RecordDoc::list("db roles", &roles::GRANTS),
    RecordDoc::list("db policy", &policy::VIEW),
    RecordDoc::one("db policy", &policy::CHANGED).when("with VALUE or --apply"),
    RecordDoc::one("db policy", &policy::ROTATED).when("with rotate-locator-key"),
    RecordDoc::list("db policy", &policy::PLANNED).when("with --apply --dry-run"),
];

/// Create, describe, check and copy the database; set the policy
#[derive(Debug, Args)]
pub struct DbArgs {
    #[command(subcommand)]
    command: DbCommand,
}

#[derive(Debug, Subcommand)]
enum DbCommand {
    Init(init::InitArgs),
    Migrate(migrate::MigrateArgs),
    Info(info::InfoArgs),
    Check(check::CheckArgs),
    Backup(backup::BackupArgs),
    Restore(restore::RestoreArgs),
    Copy(copy::CopyArgs),
    Clock(clock::ClockArgs),
    Policy(policy::PolicyArgs),
    Roles(roles::RolesArgs),
}

/// Runs the command.
///
/// # Errors
/// The errors of the subcommand.
pub fn run(args: DbArgs, context: &mut Context) -> CommandResult<Outcome> {
    match args.command {
        DbCommand::Init(args) => init::run(&args, context),
        DbCommand::Migrate(args) => migrate::run(&args, context),
        DbCommand::Info(args) => info::run(&args, context),
        DbCommand::Check(args) => check::run(&args, context),
        DbCommand::Backup(args) => backup::run(&args, context),
        DbCommand::Restore(args) => restore::run(&args, context),
        DbCommand::Copy(args) => copy::run(&args, context),
        DbCommand::Clock(args) => clock::run(&args, context),
        DbCommand::Policy(args) => policy::run(&args, context),
        DbCommand::Roles(args) => roles::run(&args, context),
    }
}
