//! `generate`: makes tokens without a password, for sessions of users, of nobody, of programs, or for no
//! database at all.

mod stored;
mod unstored;

use std::num::NonZeroU64;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::args::{ClientArgs, DeliveryArgs, LifetimeArgs, SessionArg};
use super::{Context, Outcome};
use crate::commands::CommandResult;
use sessionctl_core::model::session::{Kind, parse_scope};
use sessionctl_core::model::user::UserName;

/// Make sessions without a password, and print their tokens
///
/// The tokens are printed once, one a line, and are kept nowhere. Whoever holds one is let in, so redirect them
/// to where they belong. With --no-store, bare tokens are printed and no database is touched.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  A visitor who has not logged in
    sessionctl generate --kind anonymous
  An API token for a program, for three months
    sessionctl generate --kind api --user alice --scope orders:read --label backup > api-token
  A session of one more application in a single sign-on family
    sessionctl generate --under @head-token --app mail
  A hundred sessions to test with, as JSON lines
    sessionctl generate --user alice -n 100 --format jsonl
  32 random bytes in hex, without a database
    sessionctl generate --no-store")]
pub struct GenerateArgs {
    /// Whose the sessions are
    #[arg(long, value_name = "NAME")]
    user: Option<UserName>,

    /// What they are for; web where there is a user, else anonymous
    #[arg(
        long, value_name = "KIND",
        value_parser = PossibleValuesParser::new(Kind::NAMES).try_map(|name| name.parse::<Kind>()),
    )]
    kind: Option<Kind>,

    /// What an API token may do; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", value_parser = parse_scope)]
    scopes: Vec<String>,

    /// Make them in the single sign-on family under this session
    #[arg(long, value_name = "SESSION")]
    under: Option<SessionArg>,

    /// With the lifetimes of a login that outlives the browser
    #[arg(long)]
    remember: bool,

    /// How many
    #[arg(short = 'n', long, value_name = "N", default_value = "1")]
    count: NonZeroU64,

    /// Print bare tokens of 32 random bytes, and touch no database
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
/// Where nothing could be told or done.
pub fn run(args: &GenerateArgs, context: &mut Context) -> CommandResult<Outcome> {
    args.delivery.check(context)?;
    if args.no_store { unstored::run(args, context) } else { stored::run(args, context) }
}

impl GenerateArgs {
    fn kind(&self) -> Kind {
        let usual = if self.user.is_some() || self.under.is_some() { Kind::Web } else { Kind::Anonymous };
        self.kind.unwrap_or(usual)
    }
}
