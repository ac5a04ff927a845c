//! `jwt issue`.

use std::time::Duration;

use clap::Args;
use secrecy::ExposeSecret as _;

use super::{AUDIENCE, ISSUER};
use crate::commands::args::SessionArg;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use sessionctl_core::model::session::State;
use sessionctl_core::model::time::parse_duration;
use sessionctl_core::ops::jwt::{self, Issue, Request};

/// Sign a JWT for an active session
///
/// It lives five minutes unless said, at most an hour, and never longer than the session. It is printed once, on
/// standard output; whoever holds it is let in where it is believed. The first one makes a key (Ed25519).
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  JWT=$(sessionctl jwt issue - <<< \"$TOKEN\")
  sessionctl jwt issue 42 --audience orders.example --ttl 2m")]
pub(super) struct IssueArgs {
    /// The session: an id, - for a token on standard input, @FILE
    #[arg(value_name = "SESSION")]
    session: SessionArg,

    /// Who issues it: iss
    #[arg(long, value_name = "NAME", default_value = ISSUER)]
    issuer: String,

    /// For whom it is meant: aud
    #[arg(long, value_name = "NAME", default_value = AUDIENCE)]
    audience: String,

    /// How long it lives, at most 1h
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = parse_duration)]
    ttl: Duration,
}

pub(super) fn run(args: &IssueArgs, context: &mut Context) -> CommandResult<Outcome> {
    let mut store = context.host.open_to_write_existing()?;
    let session = args.session.resolve_held(store.as_mut(), context)?;
    let request = Request { session, issuer: &args.issuer, audience: &args.audience, ttl: args.ttl };
    match context.act(store.as_mut(), |cx| jwt::issue(cx, &request))? {
        Issue::Issued { jwt, claims, kid, created_key } => {
            context.ui.bare(jwt.expose_secret())?;
            context.ui.flush()?;
            if created_key {
                context.ui.status(&format!(
                    "made the signing key {kid}; `sessionctl jwt keys export` publishes it"
                ));
            }
            context.ui.status(&format!("signed for session {session}, until {}", claims.exp));
            Ok(Outcome::Done)
        }
        Issue::NoSuchSession => Err(Failure::of(Outcome::NotFound, format!("no session {session}")).into()),
        Issue::NotActive(state) => {
            let outcome = if state == State::Expired { Outcome::Expired } else { Outcome::Revoked };
            Err(Failure::of(outcome, format!("session {session} is {}", state.as_str())).into())
        }
    }
}
