//! The arguments that expire, revoke and prune share. What they do is in [`crate::commands::bulk`].

use super::SelectorArgs;

/// The arguments. The selector's heading extends to the end of the help, so a command flattens this last.
#[derive(Debug, clap::Args)]
pub struct BulkArgs {
    /// Show the sessions that match, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Refuse unless exactly N sessions match; ended sessions count unless the selector excludes them; where N is 0, none
    /// is a success
    #[arg(long, value_name = "N")]
    pub expect: Option<u64>,

    /// Which sessions
    #[command(flatten, next_help_heading = "Which sessions")]
    pub selector: SelectorArgs,
}
