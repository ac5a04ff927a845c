//! The flags that every command takes. What a single command takes stands with it.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{ArgAction, Args};

use super::terminal::ColorChoice;
use crate::commands::args::Suggested;
use crate::output::Format;
use sessionctl_core::model::time::When;

/// The heading of these flags in every help, and the name by which man pages refer to them.
pub(super) const HEADING: &str = "Global options";

/// The fields of a session, which completion suggests; other records have others.
const FIELDS: &[&str] = &[
    "id",
    "kind",
    "state",
    "user",
    "app",
    "label",
    "scopes",
    "parent",
    "created_at",
    "authenticated_at",
    "last_seen_at",
    "expires_at",
    "absolute_expires_at",
    "idle_timeout",
    "ended_at",
    "end_reason",
    "ip",
    "user_agent",
];

#[derive(Debug, Args)]
#[command(next_help_heading = HEADING)]
pub(super) struct GlobalArgs {
    /// The session database
    ///
    /// It is made by the first command that writes; $XDG_DATA_HOME/sessionctl/sessions.db unless said.
    #[arg(long, global = true, value_name = "PATH", env = "SESSIONCTL_DB", hide_env_values = true)]
    pub(super) db: Option<PathBuf>,

    /// How to print the result
    #[arg(
        long, global = true, value_name = "FORMAT", env = "SESSIONCTL_FORMAT", hide_env_values = true,
        default_value = "table",
        value_parser = PossibleValuesParser::new(Format::NAMES).try_map(|name| name.parse::<Format>()),
    )]
    pub(super) format: Format,

    /// Which fields, in which order, separated by commas
    ///
    /// One field of a single record is printed bare, for scripts; of a list, --format ids is.
    #[arg(
        long, global = true, value_name = "FIELD", value_delimiter = ',', action = ArgAction::Set,
        value_parser = Suggested(FIELDS), hide_possible_values = true, num_args = 1,
    )]
    pub(super) fields: Option<Vec<String>>,

    /// When to colour; NO_COLOR in the environment turns auto off
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, hide_default_value = true)]
    pub(super) color: ColorChoice,

    /// Only results and errors
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,

    /// Say more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,

    /// As if it were that time: +2h, -1d, RFC 3339 or Unix seconds
    ///
    /// A command that writes refuses it, unless the database is a sandbox (`db init --sandbox`).
    #[arg(long, global = true, value_name = "TIME", allow_hyphen_values = true)]
    pub(super) now: Option<When>,

    /// Tell each step and why, on standard error
    #[arg(long, global = true)]
    pub(super) explain: bool,

    /// Do not ask for confirmation
    #[arg(short, long, global = true)]
    pub(super) yes: bool,

    /// Never ask anything: fail instead
    #[arg(long, global = true)]
    pub(super) no_input: bool,
}
