//! `jwt decode`: the content of a JWT, which is not trusted.

use clap::Args;

use super::presented::{jwt_argument, read, text_of};
use crate::commands::args::TokenArg;
use crate::commands::outcome::usage;
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, View};
use sessionctl_core::model::time::Timestamp;
use sessionctl_wire::MAX_UNIX_SECONDS;
use sessionctl_wire::jwt::decode_untrusted;

pub(in crate::commands) const DECODED: View = View {
    noun: "jwts",
    singular: "jwt",
    fields: &["header", "claims", "issued_at", "not_before", "expires_at"],
    columns: &["header", "claims", "issued_at", "not_before", "expires_at"],
};

/// Show the content of a JWT without verifying it
///
/// Neither the signature nor any time is checked: anyone can write this. The times iat, nbf and exp are also shown as
/// dates. The signature is not shown.
#[derive(Debug, Args)]
#[command(mut_args(jwt_argument))]
#[command(after_long_help = "\
Examples:
  sessionctl jwt decode - < jwt
  sessionctl jwt decode @jwt --fields expires_at
  sessionctl jwt decode @jwt --format json | jq .claims.scope")]
pub(super) struct DecodeArgs {
    #[command(flatten)]
    jwt: TokenArg,
}

pub(super) fn run(args: &DecodeArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&DECODED)?;
    let jwt = read(&args.jwt, context)?;
    context
        .ui
        .explain("split the text at its dots, and read two parts as base64url and JSON; no key is involved");
    let decoded = decode_untrusted(text_of(&jwt)).map_err(usage)?;
    let time = |claim: &str| time(&decoded.claims[claim]);
    let (issued_at, not_before, expires_at) = (time("iat"), time("nbf"), time("exp"));
    let record = Record::new()
        .with("header", decoded.header)
        .with("claims", decoded.claims)
        .with("issued_at", issued_at)
        .with("not_before", not_before)
        .with("expires_at", expires_at);
    context.ui.record(&DECODED, record)?;
    context.ui.flush()?;
    context
        .ui
        .status("not verified: anyone can write this; `sessionctl jwt verify` checks whether it is genuine");
    Ok(Outcome::Done)
}

/// A NumericDate (RFC 7519 §2), which other issuers may write with a fraction.
fn time(claim: &serde_json::Value) -> Option<Timestamp> {
    let seconds = claim.as_i64().or_else(|| {
        let seconds = claim.as_f64().filter(|seconds| (0.0..=MAX_UNIX_SECONDS as f64).contains(seconds))?;
        Some(seconds as i64)
    })?;
    (0..=MAX_UNIX_SECONDS).contains(&seconds).then(|| Timestamp::from_unix(seconds))
}
