//! `jwt issue`: signs a JWT for a session.

use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use secrecy::ExposeSecret as _;

use super::DEFAULT_ISSUER;
use crate::commands::args::SessionArg;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Format, Record, View};
use sessionctl_core::model::session::State;
use sessionctl_core::model::time::{Timestamp, parse_duration};
use sessionctl_core::ops::jwt::{self, Issue, Request};

pub(in crate::commands) const ISSUED: View = View {
    noun: "jwts",
    singular: "jwt",
    fields: &["jwt", "kid", "jti", "session", "user", "audience", "issued_at", "expires_at"],
    columns: &["jwt", "session", "audience", "expires_at"],
};

/// Sign a JWT for an active session
///
/// It is valid for five minutes by default, for an hour at most, and never longer than the session. It is printed once,
/// on standard output. Whoever holds it is let in by any program that verifies it. If there is no signing key yet, the
/// command creates one (Ed25519).
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  JWT=$(sessionctl jwt issue - < token)
  sessionctl jwt issue 42 --audience orders.example --ttl 2m")]
pub(super) struct IssueArgs {
    /// The session: an id, - for a token on standard input, @FILE; without it, that of SESSIONCTL_TOKEN
    #[arg(value_name = "SESSION")]
    session: Option<SessionArg>,

    /// The issuer: iss
    #[arg(long, value_name = "NAME", default_value = DEFAULT_ISSUER, value_parser = NonEmptyStringValueParser::new())]
    issuer: String,

    /// The party that it is intended for: aud [default: the session's app]
    #[arg(
        long,
        value_name = "NAME",
        allow_hyphen_values = true,
        value_parser = NonEmptyStringValueParser::new()
    )]
    audience: Option<String>,

    /// How long it is valid, at most 1h
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = parse_duration)]
    ttl: Duration,
}

pub(super) fn run(args: &IssueArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&ISSUED)?;
    refuse_hiding(context)?;
    let session = SessionArg::or_environment(args.session.clone(), context)?;
    let mut store = context.host.open_to_write_existing()?;
    let session = session.resolve_held(store.as_mut(), context)?;
    let audience = args.audience.as_deref();
    let request = Request { session, issuer: &args.issuer, audience, ttl: args.ttl };
    match context.act(store.as_mut(), |cx| jwt::issue(cx, &request))? {
        Issue::Issued { jwt, claims, kid, created_key } => {
            let expires_at = Timestamp::from_unix(claims.exp);
            if prints_bare(context) {
                context.ui.bare(jwt.expose_secret())?;
            } else {
                let record = Record::new()
                    .with("jwt", jwt.expose_secret())
                    .with("kid", kid.as_str())
                    .with("jti", claims.jti)
                    .with("session", claims.sid)
                    .with("user", claims.sub)
                    .with("audience", claims.aud)
                    .with("issued_at", Timestamp::from_unix(claims.iat))
                    .with("expires_at", expires_at);
                context.ui.record(&ISSUED, record)?;
            }
            context.ui.flush()?;
            if created_key {
                context.ui.status(&format!(
                    "created the signing key {kid}; `sessionctl jwt keys export` prints its public half"
                ));
            }
            context.ui.status(&format!("signed for session {session}, valid until {expires_at}"));
            Ok(Outcome::Done)
        }
        Issue::NoSuchSession => Err(Failure::of(Outcome::NotFound, format!("no session {session}")).into()),
        Issue::NotActive(state) => {
            let outcome = if state == State::Expired { Outcome::Expired } else { Outcome::Revoked };
            Err(Failure::of(outcome, format!("session {session} is {}", state.as_str())).into())
        }
    }
}

fn prints_bare(context: &Context) -> bool {
    let options = context.ui.options();
    (options.format == Format::Table || options.format_is_preset) && options.fields.is_none()
}

/// Refuses an output without the JWT, before one is signed.
fn refuse_hiding(context: &Context) -> Result<(), Failure> {
    let options = context.ui.options();
    let is_omitted = |fields: &Vec<String>| fields.iter().all(|name| name != "jwt");
    let is_count = options.format == Format::Count && !options.format_is_preset;
    if is_count || options.fields.as_ref().is_some_and(is_omitted) {
        let failure = Failure::usage("this format would not print the JWT, and it cannot be shown again");
        return Err(failure.hint("add jwt to --fields, or choose another --format"));
    }
    Ok(())
}
