//! `jwt keys`: the keys that sign and verify. Their secret halves are never shown.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};

use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Record, View};
use sessionctl_core::ops::keys;
use sessionctl_wire::jwt::{Algorithm, jwks};

const KEY: View = View {
    noun: "keys",
    singular: "key",
    fields: &["kid", "algorithm", "created_at", "retired_at"],
    columns: &["kid", "algorithm", "created_at", "retired_at"],
};

/// List, make, retire and publish the keys that sign JWTs
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl jwt keys
  sessionctl jwt keys new
  sessionctl jwt keys retire KID
  sessionctl jwt keys export > jwks.json")]
pub(super) struct KeysArgs {
    #[command(subcommand)]
    command: Option<KeysCommand>,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// List the keys, the newest first
    #[command(
        after_long_help = "Examples:\n  sessionctl jwt keys list\n  sessionctl jwt keys --format jsonl"
    )]
    List,
    /// Make a key, which signs from now on
    New(NewArgs),
    /// Retire a key: it signs no more, and verifies what it signed
    Retire(RetireArgs),
    /// Print the public keys as a JWKS (RFC 7517); a key for HS256 has none
    #[command(after_long_help = "Examples:\n  sessionctl jwt keys export > jwks.json")]
    Export,
}

#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  sessionctl jwt keys new\n  sessionctl jwt keys new --algorithm HS256"
)]
struct NewArgs {
    /// EdDSA: who verifies cannot sign. HS256: who verifies can sign too; for lessons
    #[arg(long, value_name = "NAME", default_value = "EdDSA", value_parser =
        PossibleValuesParser::new(["EdDSA", "HS256"]).map(|name| match name.as_str() {
            "HS256" => Algorithm::Hs256,
            _ => Algorithm::EdDsa,
        }))]
    algorithm: Algorithm,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  sessionctl jwt keys retire KID")]
struct RetireArgs {
    /// The key's name
    #[arg(value_name = "KID", allow_hyphen_values = true)]
    kid: String,
}

pub(super) fn run(args: KeysArgs, context: &mut Context) -> CommandResult<Outcome> {
    match args.command.unwrap_or(KeysCommand::List) {
        KeysCommand::List => list(context),
        KeysCommand::New(args) => new(&args, context),
        KeysCommand::Retire(args) => retire(&args, context),
        KeysCommand::Export => export(context),
    }
}

fn list(context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&KEY)?;
    context.ui.explain(
        "the newest key that is not retired signs; all verify; the secret halves stay in the database",
    );
    let keys = context.host.open_to_read()?.keys()?;
    let mut list = context.ui.list(&KEY)?;
    for key in keys {
        list.push(
            Record::new()
                .with("kid", key.kid)
                .with("algorithm", key.algorithm)
                .with("created_at", key.created_at)
                .with("retired_at", key.retired_at),
        )?;
    }
    list.finish(None)?;
    Ok(Outcome::Done)
}

fn new(args: &NewArgs, context: &mut Context) -> CommandResult<Outcome> {
    let mut store = context.host.open_to_write()?;
    let key = context.act(store.as_mut(), |cx| keys::create(cx, args.algorithm))?;
    context.ui.bare(key.kid())?;
    context.ui.flush()?;
    context.ui.status(&format!("made a key for {}, which signs from now on", args.algorithm.as_str()));
    Ok(Outcome::Done)
}

fn retire(args: &RetireArgs, context: &mut Context) -> CommandResult<Outcome> {
    let mut store = context.host.open_to_write_existing()?;
    if context.act(store.as_mut(), |cx| keys::retire(cx, &args.kid))? {
        context.ui.status("retired: it signs no more, and verifies what it signed until that expires");
        return Ok(Outcome::Done);
    }
    Err(Failure::of(Outcome::NotFound, "no such key that is not retired")
        .hint("`sessionctl jwt keys` shows all")
        .into())
}

fn export(context: &mut Context) -> CommandResult<Outcome> {
    let store = context.host.open_to_read()?;
    context.ui.explain("only the public halves are printed; an HS256 key has none, because who verifies with it can sign with it");
    let set = jwks(&keys::verifying(store.as_ref())?);
    context.ui.bare(&format!("{set:#}"))?;
    Ok(Outcome::Done)
}
