//! `generate`: creates sessions and their tokens without a password, or bare tokens without a database.

mod stored;
pub(in crate::commands) mod unstored;

use std::num::NonZeroU64;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::args::list_value::{ListValue, scopes};
use super::args::{ClientArgs, DeliveryArgs, LifetimeArgs, SessionArg};
use super::delivery::ISSUED;
use super::{Context, Outcome};
use crate::commands::CommandResult;
use sessionctl_core::model::session::Kind;
use sessionctl_core::model::user::UserName;
use unstored::UNSTORED;

/// Create sessions without a password, and print their tokens
///
/// The tokens are printed once, one a line, and are stored nowhere. Whoever holds a token has its session, so redirect
/// them to a safe place. With --no-store, the command prints random tokens, 32 bytes each, and opens no database.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  A visitor who has not logged in
    sessionctl generate --kind anonymous
  An API token for a program, for three months
    sessionctl generate --kind api --user alice --scope orders:read > api-token
  An app session under a single sign-on session
    sessionctl generate --under @sso-token --app mail
  A hundred sessions to test with, as JSON lines
    sessionctl generate --kind anonymous -n 100 --format jsonl
  32 random bytes in hex, without a database
    sessionctl generate --no-store")]
pub struct GenerateArgs {
    /// The user of the sessions
    #[arg(long, value_name = "NAME")]
    user: Option<UserName>,

    /// The kind of session; default: web with a user, else anonymous
    #[arg(
        long, value_name = "KIND",
        value_parser = PossibleValuesParser::new(Kind::NAMES).try_map(|name| name.parse::<Kind>()),
    )]
    kind: Option<Kind>,

    /// A scope of an API token; may be repeated, or be a comma-separated list
    #[arg(long = "scope", value_name = "SCOPE", value_parser = scopes)]
    scopes: Vec<ListValue<String>>,

    /// Create app sessions under this single sign-on session
    #[arg(long, value_name = "SESSION")]
    under: Option<SessionArg>,

    /// Use the longer lifetimes of `login --remember`
    #[arg(long)]
    remember: bool,

    /// The number of sessions; default: 1
    ///
    /// With --format json, N sessions are a list, also where N is 1: {"sessions":[…]}, with --no-store {"tokens":[…]}.
    /// Without this option, the one session or token is an object.
    #[arg(short = 'n', long, value_name = "N")]
    count: Option<NonZeroU64>,

    /// Print random tokens without storing a session
    #[arg(long, conflicts_with_all = ["user", "scopes", "under", "remember", "app", "label", "ip", "user_agent", "ttl", "idle"])]
    no_store: bool,

    #[command(flatten)]
    lifetime: LifetimeArgs,

    #[command(flatten, next_help_heading = "The client")]
    client: ClientArgs,

    #[command(flatten, next_help_heading = "How the token is written")]
    delivery: DeliveryArgs,
}

/// Runs `generate`.
///
/// # Errors
/// Where the operation fails, or its answer cannot be determined.
pub fn run(args: &GenerateArgs, context: &mut Context) -> CommandResult<Outcome> {
    args.delivery.check(if args.no_store { &UNSTORED } else { &ISSUED }, context)?;
    args.client.warn(context);
    if args.no_store { unstored::run(args, context) } else { stored::run(args, context) }
}

impl GenerateArgs {
    fn number(&self) -> u64 {
        self.count.map_or(1, NonZeroU64::get)
    }

    fn kind(&self) -> Kind {
        let usual = if self.user.is_some() || self.under.is_some() { Kind::Web } else { Kind::Anonymous };
        self.kind.unwrap_or(usual)
    }
}
