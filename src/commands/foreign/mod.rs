//! The commands on another program's session table: list, inspect, verify, revoke, prune, stats, db info. What they
//! do is in `sessionctl-foreign`; here its results become records, messages and exit codes. Everything else is refused
//! in words.

pub mod args;

mod columns;
mod error;
mod info;
mod inspect;
mod journal;
mod list;
mod open;
mod order;
mod outcomes;
mod prune;
mod record;
mod revoke;
mod selection;
mod stats;
mod stdin;
mod summary;
mod undetermined;
mod verify;

use clap::Subcommand;

use super::{CommandResult, Context, Failure, Outcome};
use args::{DbArgs, InspectArgs, ListArgs, PruneArgs, RevokeArgs, StatsArgs, VerifyArgs};
pub use args::{LayoutArgs, ProgramArgs};
pub(super) use error::detection as detection_failure;
pub(super) use info::FOREIGN_DATABASE;
pub use open::Environment;
pub(in crate::commands) use open::choice;
pub(super) use open::{config_folder, registry};
pub(super) use outcomes::{DONE, PLANNED};
pub(super) use prune::{PLANNED_WORDS as PLANNED_DELETION_WORDS, PRUNED_WORDS};
pub(super) use record::{FOREIGN_SESSION, session_record};
pub(super) use revoke::{PLANNED_WORDS as PLANNED_REVOCATION_WORDS, REVOKED_WORDS};
pub(in crate::commands) use selection::text_of;
pub(super) use verify::{ANSWER, WORDS as ANSWER_WORDS};

/// The commands on another program's table.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "a comment on a variant would replace the command's own help")]
pub enum ForeignCommand {
    List(ListArgs),
    Inspect(InspectArgs),
    Verify(VerifyArgs),
    Revoke(RevokeArgs),
    Prune(PruneArgs),
    Stats(StatsArgs),
    Db(DbArgs),
}

impl ForeignCommand {
    /// Runs the command on the table that `program` describes, in the database of the context's host.
    ///
    /// # Errors
    /// A [`Failure`] with an exit code of its own, or any other error.
    pub fn run(
        &self,
        program: &ProgramArgs,
        environment: Environment,
        context: &mut Context,
    ) -> CommandResult<Outcome> {
        let writes = match self {
            ForeignCommand::Revoke(args) => !args.dry_run,
            ForeignCommand::Prune(args) => !args.dry_run,
            _ => false,
        };
        if context.host.clock_overridden() && writes {
            return Err(Failure::usage(
                "--now accepts only future times: it cannot be used to revoke or prune",
            )
            .into());
        }
        let mut database = open::open(program, environment, context)?;
        match self {
            ForeignCommand::List(args) => list::run(args, &mut database, context),
            ForeignCommand::Inspect(args) => inspect::run(args, &mut database, context),
            ForeignCommand::Verify(args) => verify::run(args, &mut database, context),
            ForeignCommand::Revoke(args) if args.stdin => stdin::run(args, &database, context),
            ForeignCommand::Revoke(args) => revoke::run(args, &mut database, context),
            ForeignCommand::Prune(args) => prune::run(args, &mut database, context),
            ForeignCommand::Stats(args) => stats::run(args, &mut database, context),
            ForeignCommand::Db(_) => info::run(&mut database, context),
        }
    }
}
