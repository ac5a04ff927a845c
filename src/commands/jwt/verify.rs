//! `jwt verify`: offline by the signature and the times alone, or online by what has become of the session.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueHint};

use super::{AUDIENCE, ISSUER, text};
use crate::commands::args::TokenArg;
use crate::commands::context::usage;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use sessionctl_core::model::time::parse_duration;
use sessionctl_core::ops::jwt::{Offline, Online, verify_offline, verify_online};
use sessionctl_wire::jwt::{self, Expectations, JwtError, VerifyingKey};

/// Verify a JWT: one word, and the exit code says the same
///
/// Offline: valid (0), expired (4), or invalid (3). With --online the database is asked for the session too:
/// active (0), expired (4), revoked (5), or unknown (3). With --jwks no database is read at all.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl jwt verify - <<< \"$JWT\"
  sessionctl jwt verify - --online <<< \"$JWT\"
  sessionctl jwt keys export > jwks.json; sessionctl jwt verify --jwks jwks.json @jwt")]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    jwt: TokenArg,

    /// Who must have issued it
    #[arg(long, value_name = "NAME", default_value = ISSUER)]
    issuer: String,

    /// For whom it must be meant
    #[arg(long, value_name = "NAME", default_value = AUDIENCE)]
    audience: String,

    /// By how much the issuer's clock may differ, at most 60s
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_duration)]
    leeway: Duration,

    /// Ask the database for the session as well
    #[arg(long, conflicts_with = "jwks")]
    online: bool,

    /// The public keys, as `jwt keys export` prints them
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    jwks: Option<PathBuf>,
}

pub(super) fn run(args: &VerifyArgs, context: &mut Context) -> CommandResult<Outcome> {
    let presented = args.jwt.read(context)?;
    let text = text(&presented);
    let expected = Expectations::new(&args.issuer, &args.audience, context.now.unix()).leeway(args.leeway);
    if let Some(file) = &args.jwks {
        let verified = jwt::verify(text, &published(file)?, &expected);
        return offline(verified.map_or_else(Offline::Bad, Offline::Good), context);
    }
    let mut store = context.host.open_to_read()?;
    if !args.online {
        let verified = context.act(store.as_mut(), |cx| verify_offline(cx, text, &expected))?;
        return offline(verified, context);
    }
    match context.act(store.as_mut(), |cx| verify_online(cx, text, &expected))? {
        Online::Bad(error) => bad(&error, context),
        Online::Session { session, state, .. } => {
            say(state.as_str(), context)?;
            context.ui.status(&format!(
                "the signature holds, and session {} is {}",
                session.id,
                state.as_str()
            ));
            Ok(Outcome::of(state))
        }
        Online::NoSuchSession(claims) => {
            say("unknown", context)?;
            context.ui.status(&format!("the signature holds, but session {} is gone", claims.sid));
            Ok(Outcome::NotFound)
        }
    }
}

fn offline(verified: Offline, context: &mut Context) -> CommandResult<Outcome> {
    match verified {
        Offline::Good(claims) => {
            say("valid", context)?;
            context.ui.status(&format!(
                "the signature holds until {}; whether session {} was revoked, only --online tells",
                claims.exp, claims.sid
            ));
            Ok(Outcome::Done)
        }
        Offline::Bad(error) => bad(&error, context),
    }
}

fn bad(error: &JwtError, context: &mut Context) -> CommandResult<Outcome> {
    let (word, outcome) = match error {
        JwtError::Expired { .. } => ("expired", Outcome::Expired),
        JwtError::LeewayTooLong => return Err(usage(error).into()),
        _ => ("invalid", Outcome::NotFound),
    };
    say(word, context)?;
    context.ui.status(&error.to_string());
    Ok(outcome)
}

fn say(word: &str, context: &mut Context) -> CommandResult<()> {
    context.ui.bare(word)?;
    Ok(context.ui.flush()?)
}

/// The keys of a JWKS file (RFC 7517 §5). One that cannot be used is an error, not a key less.
fn published(file: &Path) -> CommandResult<Vec<VerifyingKey>> {
    let failure = |why: String| Failure::of(Outcome::Failed, format!("{}: {why}", file.display()));
    let text = fs::read(file).map_err(|error| failure(error.to_string()))?;
    let tree: serde_json::Value =
        serde_json::from_slice(&text).map_err(|_| failure("not JSON".to_owned()))?;
    let keys =
        tree.get("keys").and_then(|keys| keys.as_array()).ok_or_else(|| failure("no JWKS".to_owned()))?;
    keys.iter()
        .map(|key| Ok(VerifyingKey::from_public_jwk(key).map_err(|e| failure(e.to_string()))?))
        .collect()
}
