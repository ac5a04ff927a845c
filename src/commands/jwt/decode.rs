//! `jwt decode`: what a JWT says, believing none of it.

use clap::Args;

use super::text;
use crate::commands::args::TokenArg;
use crate::commands::context::usage;
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, View};
use sessionctl_wire::jwt::decode_untrusted;

const DECODED: View =
    View { noun: "jwts", singular: "jwt", fields: &["header", "claims"], columns: &["header", "claims"] };

/// Show what a JWT says, without believing it
///
/// Neither the signature nor a time is checked: anybody can write such a text. The signature is not shown.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl jwt decode - <<< \"$JWT\"
  sessionctl jwt decode @jwt --format json | jq .claims.exp")]
pub(super) struct DecodeArgs {
    #[command(flatten)]
    jwt: TokenArg,
}

pub(super) fn run(args: &DecodeArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&DECODED)?;
    let presented = args.jwt.read(context)?;
    context
        .ui
        .explain("take the text apart at its dots and read two parts as base64url and JSON; no key is asked");
    let decoded = decode_untrusted(text(&presented)).map_err(usage)?;
    context
        .ui
        .record(&DECODED, Record::new().with("header", decoded.header).with("claims", decoded.claims))?;
    context.ui.flush()?;
    context.ui.status(
        "not verified: anybody can write such a text; `sessionctl jwt verify` tells whether it holds",
    );
    Ok(Outcome::Done)
}
