//! The arguments of the commands on another program's table, and of `layout`. What a selector means is in
//! `sessionctl-foreign`.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use crate::commands::args::list_value::{KindList, ListValue, names, pattern};
use crate::commands::args::selector::STATES;
use crate::commands::args::{OtherTableArgs, RecheckArg, SessionArg, TokenArg};
use sessionctl_core::model::address::Cidr;
use sessionctl_core::model::session::Kind;
use sessionctl_core::model::time::{When, parse_duration};
use sessionctl_foreign::ops::By;

/// Another program's database
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Another program's database")]
pub struct ProgramArgs {
    /// The layout to use; detected by default
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true, conflicts_with = "layout")]
    pub from: Option<String>,
    /// Use this layout of your own and no other
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub layout: Option<PathBuf>,
    /// The table, if it was renamed or has a prefix
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    pub table: Option<String>,
    /// A value of the program's configuration, KEY=VALUE; repeatable
    #[arg(long, global = true, value_name = "KEY=VALUE", hide_short_help = true)]
    pub set: Vec<String>,
    /// The program's own key: - for standard input, or @FILE [env: SESSIONCTL_APP_SECRET]
    #[arg(long, global = true, value_name = "@FILE", hide_short_help = true)]
    pub app_secret: Option<SessionArg>,
}

impl ProgramArgs {
    /// The first of these options that was given.
    #[must_use]
    pub fn given(&self) -> Option<&'static str> {
        [
            (self.from.is_some(), "--from"),
            (self.layout.is_some(), "--layout"),
            (self.table.is_some(), "--table"),
            (!self.set.is_empty(), "--set"),
            (self.app_secret.is_some(), "--app-secret"),
        ]
        .into_iter()
        .find_map(|(given, name)| given.then_some(name))
    }
}

/// Which sessions; a session must match every option that is given.
#[derive(Debug, Args)]
pub struct SelectorArgs {
    /// Only these sessions, by id or token
    #[arg(value_name = "ID", help_heading = None::<&'static str>)]
    pub(super) ids: Vec<SessionArg>,
    /// Only sessions of this user, by name or id; repeatable
    #[arg(long, value_name = "NAME", value_parser = names)]
    pub(super) user: Vec<ListValue<String>>,
    /// Not the sessions of this user; repeatable
    #[arg(long, value_name = "NAME", value_parser = names)]
    pub(super) not_user: Vec<ListValue<String>>,
    /// Sessions without a user
    #[arg(long)]
    pub(super) anonymous: bool,
    /// Only sessions of this kind; repeatable
    #[arg(long, value_name = "KIND", value_parser = KindList)]
    pub(super) kind: Vec<ListValue<Kind>>,
    /// Not the sessions of this kind; repeatable
    #[arg(long, value_name = "KIND", value_parser = KindList)]
    pub(super) not_kind: Vec<ListValue<Kind>>,
    /// Only sessions in this state
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = PossibleValuesParser::new(STATES))]
    pub(super) state: Vec<String>,
    /// Only sessions from this address or block; repeatable
    #[arg(long, value_name = "CIDR")]
    pub(super) ip: Vec<ListValue<Cidr>>,
    /// Not the sessions from this address or block; repeatable
    #[arg(long, value_name = "CIDR")]
    pub(super) not_ip: Vec<ListValue<Cidr>>,
    /// Only sessions last seen from this address or block; repeatable
    #[arg(long, value_name = "CIDR")]
    pub(super) last_ip: Vec<ListValue<Cidr>>,
    /// Not the sessions last seen from this address or block; repeatable
    #[arg(long, value_name = "CIDR")]
    pub(super) not_last_ip: Vec<ListValue<Cidr>>,
    /// Only sessions whose User-Agent matches this pattern (*, ?, [...]); repeatable
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true, value_parser = pattern)]
    pub(super) user_agent: Vec<String>,
    /// Not the sessions whose User-Agent matches this pattern; repeatable
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true, value_parser = pattern)]
    pub(super) not_user_agent: Vec<String>,
    /// Created before this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(super) created_before: Option<When>,
    /// Created at this time or later
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(super) created_after: Option<When>,
    /// Last seen before this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(super) seen_before: Option<When>,
    /// Last seen at this time or later
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(super) seen_after: Option<When>,
    /// Ended before this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(super) ended_before: Option<When>,
    /// Ended at this time or later
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(super) ended_after: Option<When>,
    /// Active sessions that expire within this time if unused
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(super) expiring_within: Option<Duration>,
    /// Except this session; repeatable
    #[arg(long, value_name = "SESSION")]
    pub(super) except: Vec<SessionArg>,
    /// Every session
    #[arg(long, conflicts_with = "ids")]
    pub(super) all: bool,
    // Selectors of sessionctl's own sessions, which no other program's table can answer. They are fields of this struct,
    // because clap leaves the group of a struct empty that contains another: what conflicts with the group would not.
    #[arg(long, hide = true)]
    pub(super) scope: Vec<String>,
    #[arg(long, hide = true)]
    pub(super) not_scope: Vec<String>,
    #[arg(long, hide = true, allow_hyphen_values = true)]
    pub(super) app: Vec<String>,
    #[arg(long, hide = true, allow_hyphen_values = true)]
    pub(super) not_app: Vec<String>,
    #[arg(long, hide = true)]
    pub(super) under: Option<String>,
    #[arg(long, hide = true, allow_hyphen_values = true)]
    pub(super) label: Vec<String>,
    #[arg(long, hide = true, allow_hyphen_values = true)]
    pub(super) not_label: Vec<String>,
    #[arg(long, hide = true, allow_hyphen_values = true)]
    pub(super) active_at: Option<String>,
}

/// List the sessions in another program's table
///
/// By default those that are active, and those whose state cannot be determined.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Order the sessions by this
    #[arg(long, value_name = "ORDER", value_parser = PossibleValuesParser::new(["newest", "oldest", "expiring", "last-seen"]))]
    pub(super) sort: Option<String>,
    /// Show at most N
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<usize>,
    /// Continue after this cursor (the "next" of the previous page)
    #[arg(long, value_name = "CURSOR", allow_hyphen_values = true)]
    pub(super) after: Option<String>,
    /// Exit with 3 if nothing matches
    #[arg(long)]
    pub(super) must_exist: bool,
    /// Read the table again every SECONDS [default: 2]
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "2")]
    pub(super) watch: Option<u64>,
    #[command(flatten, next_help_heading = "Which sessions")]
    pub(super) selector: SelectorArgs,
}

/// Show all that is known of one session in another program's table
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The id, the token or a cookie line: - for standard input, or @FILE
    #[arg(value_name = "SESSION")]
    pub(super) session: Option<SessionArg>,
    /// Print a token introspection response (RFC 7662)
    #[arg(long)]
    pub(super) introspection: bool,
    // The events of another program's sessions are not by session: `log --session` has them.
    #[arg(long, hide = true, allow_hyphen_values = true)]
    pub(super) events: Option<String>,
}

/// Check whether the program accepts a token
///
/// Prints one word and exits with its code: active (0), expired (4), revoked (5), unknown (3), or refused (6) where the
/// user is disabled or gone, or nobody is logged in. If the answer cannot be determined, it prints none and exits with 1.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    pub(super) token: TokenArg,
    #[arg(long, hide = true)]
    pub(super) scope: Vec<String>,
    #[arg(long, hide = true, allow_hyphen_values = true)]
    pub(super) app: Option<String>,
    #[arg(long, hide = true)]
    pub(super) max_auth_age: Option<String>,
    #[arg(long, hide = true)]
    pub(super) ip: Option<String>,
    #[arg(long, hide = true)]
    pub(super) batch: bool,
    /// Nothing is ever written to another program's table
    #[arg(long, hide = true)]
    pub(super) no_touch: bool,
}

/// What revoke and prune share.
#[derive(Debug, Args)]
pub struct ChangeArgs {
    /// Refuse unless exactly N sessions match
    #[arg(long, value_name = "N")]
    pub(super) expect: Option<u64>,
    #[command(flatten)]
    pub(super) table: OtherTableArgs,
}

/// Revoke sessions in another program's table
#[derive(Debug, Args)]
pub struct RevokeArgs {
    /// The reason, for the audit log
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// Read ids, tokens, or any text with the program's cookies, from standard input
    #[arg(long, conflicts_with = "SelectorArgs")]
    pub(super) stdin: bool,
    /// Show the sessions that match, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) recheck: RecheckArg,
    #[command(flatten)]
    pub(super) change: ChangeArgs,
    #[command(flatten, next_help_heading = "Which sessions")]
    pub(super) selector: SelectorArgs,
}

/// Delete sessions that expired long ago from another program's table
#[derive(Debug, Args)]
pub struct PruneArgs {
    /// Expired at least this long ago
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = parse_duration)]
    pub(super) older_than: Duration,
    /// Show the sessions that match, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) change: ChangeArgs,
    #[command(flatten, next_help_heading = "Which sessions")]
    pub(super) selector: SelectorArgs,
}

fn by_parser() -> impl TypedValueParser<Value = By> {
    PossibleValuesParser::new(By::ALL.map(By::name))
        .try_map(|name| By::ALL.into_iter().find(|by| by.name() == name).ok_or("no such group"))
}

/// Count the sessions in another program's table
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// Count sessions by this property; may be repeated, or be a comma-separated list
    #[arg(long, value_name = "WHAT", value_parser = by_parser(), value_delimiter = ',')]
    pub(super) by: Vec<By>,
    /// Show at most N of each, those with the most active sessions first
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(super) top: u16,
    /// Show those with the fewest sessions, to find the odd one
    #[arg(long, requires = "by")]
    pub(super) rarest: bool,
    #[command(flatten, next_help_heading = "Which sessions")]
    pub(super) selector: SelectorArgs,
}

/// Describe another program's database
#[derive(Debug, Args)]
pub struct DbArgs {
    #[command(subcommand)]
    pub(super) command: DbCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum DbCommand {
    /// Which layout describes the database, and what was examined
    Info,
}

/// List, show and check layouts of other programs' session tables
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  Which programs are known?
    sessionctl layout list
  A layout to begin with
    sessionctl layout show rails8 > my.toml
  Does it describe my table?
    sessionctl layout check my.toml --db app.sqlite3
  The same where the table has another name
    sessionctl layout check my.toml --table oc_sessions --db app.sqlite3")]
pub struct LayoutArgs {
    /// `--table` and `--set`, which `check` takes.
    #[arg(skip)]
    pub(in crate::commands) program: ProgramArgs,
    #[command(subcommand)]
    pub(in crate::commands) command: LayoutCommand,
}

impl LayoutArgs {
    /// Takes the options that a check of a layout can use; the rest stays, and is refused.
    pub fn take(&mut self, program: &mut ProgramArgs) {
        if matches!(self.command, LayoutCommand::Check { .. }) {
            self.program.table = program.table.take();
            self.program.set = std::mem::take(&mut program.set);
        }
    }
}

#[derive(Debug, Subcommand)]
pub(in crate::commands) enum LayoutCommand {
    /// List the layouts, built in and your own
    #[command(after_long_help = "\
Examples:
  sessionctl layout list")]
    List,
    /// Print the file of a layout
    #[command(after_long_help = "\
Examples:
  Begin a layout of your own with a built-in one
    sessionctl layout show django > my-app.toml")]
    Show {
        /// The layout
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Check a layout file: find its table, compare its rows, and show some records
    #[command(after_long_help = "\
Examples:
  sessionctl layout check my-app.toml --db app.sqlite3")]
    Check {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}
