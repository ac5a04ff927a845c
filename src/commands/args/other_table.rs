//! The options of a change in another program's table. Our own store refuses them, because it does nothing of what they promise.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use sessionctl_core::model::time::parse_duration;

use crate::commands::Failure;

const HEADING: &str = "Another program's table";

/// The options of `revoke` and `prune` there.
#[derive(Debug, Args)]
pub struct OtherTableArgs {
    /// Write the deleted rows to this new file first, as SQL; it holds live sessions
    #[arg(long, value_name = "FILE", help_heading = HEADING, hide_short_help = true, value_hint = ValueHint::FilePath)]
    pub backup: Option<PathBuf>,
    /// Do not record the act; by default it is in the database of SESSIONCTL_LOG_DB, else in your own
    #[arg(long, help_heading = HEADING, hide_short_help = true)]
    pub no_log: bool,
}

/// The option of `revoke` there.
#[derive(Debug, Args)]
pub struct RecheckArg {
    /// Look for this long for rows that come back; default: 5s where a request in flight can write one back, else 0s
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = HEADING, hide_short_help = true)]
    pub recheck: Option<Duration>,
}

impl OtherTableArgs {
    /// Refuses the options on our own store.
    ///
    /// # Errors
    /// A usage error that names the one that was given.
    pub fn refuse(&self, recheck: Option<&RecheckArg>) -> Result<(), Failure> {
        let given = [
            (self.backup.is_some(), "--backup", Some("`sessionctl db backup` copies the session database")),
            (self.no_log, "--no-log", Some("each change of a session is an event of the audit log")),
            (recheck.is_some_and(|arg| arg.recheck.is_some()), "--recheck", None),
        ];
        let Some((_, option, hint)) = given.into_iter().find(|(is_given, ..)| *is_given) else {
            return Ok(());
        };
        let failure = Failure::usage(format!("{option} is for another program's table"));
        Err(match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        })
    }
}
