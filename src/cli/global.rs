//! The options that every command takes. A command's own options are in its file.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{ArgAction, Args};

use super::log_database::LogDatabase;
use super::terminal::ColorChoice;
use crate::commands::args::Suggested;
use crate::commands::foreign::ProgramArgs;
use crate::output::{Format, SESSION};
use sessionctl_core::model::time::{When, format_duration};

/// The heading of these options in every help, and the name by which man pages refer to them.
pub(super) const HEADING: &str = "Global options";

/// Reads the time of `--now`. A length of time alone is one ago in a filter; here it could as well be one ahead.
fn present(text: &str) -> Result<When, String> {
    match text.parse::<When>() {
        Ok(When::Unsigned(span)) => {
            let span = format_duration(span);
            Err(format!("write +{span} for a time ahead, or -{span} for a time in the past"))
        }
        Ok(when) => Ok(when),
        Err(error) => Err(error.to_string()),
    }
}

/// The global options. An option that the environment can set is `None` if the command line does not set it.
#[derive(Debug, Args)]
#[command(next_help_heading = HEADING)]
pub(super) struct GlobalArgs {
    /// The session database [env: SESSIONCTL_DB]
    ///
    /// The first command that writes creates it. Default: $XDG_DATA_HOME/sessionctl/sessions.db. A leading ~/ is the
    /// home directory. A database on a PostgreSQL server is postgres://USER@HOST/NAME, and created by `db init` only.
    #[arg(long, global = true, value_name = "PATH", hide_short_help = true)]
    pub(super) db: Option<PathBuf>,

    /// How to print the result [env: SESSIONCTL_FORMAT] [default: table]
    ///
    /// A CSV cell of text that begins with = + - @ ' gets a ' before it, for spreadsheets; take it off, or read jsonl. The
    /// variable never changes what a command prints that makes a token, and is ignored by a command that has no such
    /// format.
    #[arg(
        long, global = true, value_name = "FORMAT", hide_short_help = true,
        value_parser = PossibleValuesParser::new(Format::NAMES).try_map(|name| name.parse::<Format>()),
    )]
    pub(super) format: Option<Format>,

    /// Which fields, in which order, separated by commas
    ///
    /// A single field of a single record is printed without a heading. The formats ids and count ignore it: they print ids, or how many
    /// there are; csv and jsonl print a single field of many records.
    #[arg(
        long, global = true, value_name = "FIELD", value_delimiter = ',', action = ArgAction::Set,
        value_parser = Suggested(SESSION.fields), hide_possible_values = true, num_args = 1, hide_short_help = true,
    )]
    pub(super) fields: Option<Vec<String>>,

    /// When to use colour; a NO_COLOR that is not empty turns auto off
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value_t,
        hide_default_value = true,
        hide_short_help = true
    )]
    pub(super) color: ColorChoice,

    /// Do not page tables that do not fit the terminal
    ///
    /// The pager is $SESSIONCTL_PAGER, or else $PAGER, or else less; cat disables paging.
    #[arg(long, global = true, hide_short_help = true)]
    pub(super) no_pager: bool,

    /// Only results and errors
    #[arg(short, long, global = true, hide_short_help = true)]
    pub(super) quiet: bool,

    /// Also print details, where a command has some
    #[arg(short, long, global = true, action = ArgAction::Count, hide_short_help = true)]
    pub(super) verbose: u8,

    /// Evaluate as if it were this time: +2h, -1d, RFC 3339 or Unix seconds
    ///
    /// A command that writes refuses it, unless the database is a sandbox (`db init --sandbox`).
    #[arg(long, global = true, value_name = "TIME", allow_hyphen_values = true, hide_short_help = true, value_parser = present)]
    pub(super) now: Option<When>,

    /// Explain each step and its reason, on standard error
    #[arg(long, global = true, hide_short_help = true)]
    pub(super) explain: bool,

    /// Do not ask for confirmation
    #[arg(short, long, global = true, hide_short_help = true)]
    pub(super) yes: bool,

    /// Never prompt: fail with a usage error instead
    #[arg(long, global = true, hide_short_help = true)]
    pub(super) no_input: bool,

    #[command(flatten)]
    pub(super) program: ProgramArgs,

    /// The database in place of --db and its variable: that of the audit log, where those name another program's.
    #[arg(skip)]
    pub(super) log_database: Option<LogDatabase>,
}
