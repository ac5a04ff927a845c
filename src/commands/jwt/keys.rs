//! `jwt keys`: the keys that sign and verify. Their secret halves are never shown.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};

use crate::commands::args::list_value::text;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Format, Record, View};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::ops::jwt::MAX_LIFETIME;
use sessionctl_core::ops::keys;
use sessionctl_core::store::{Store, StoredKey};
use sessionctl_wire::jwt::{Algorithm, VerifyingKey, jwks};

pub(in crate::commands) const KEY: View = View {
    noun: "keys",
    singular: "key",
    fields: &["kid", "algorithm", "created_at", "retired_at", "revoked_at"],
    columns: &["kid", "algorithm", "created_at", "retired_at", "revoked_at"],
};

pub(in crate::commands) const JWK: View = View {
    noun: "keys",
    singular: "key",
    fields: &["kid", "alg", "kty", "crv", "x", "use", "retired_at"],
    columns: &["kid", "alg", "x", "retired_at"],
};

/// Manage the keys that sign JWTs
///
/// The secret halves are in the database, and so in each of its backups: a thief of the file can sign with them. If
/// that happens, revoke the key. `sessionctl db backup --without-keys` leaves them out.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl jwt keys
  sessionctl jwt keys new
  sessionctl jwt keys retire KID
  sessionctl jwt keys revoke KID
  sessionctl jwt keys export > jwks.json")]
pub(super) struct KeysArgs {
    #[command(subcommand)]
    command: Option<KeysCommand>,
}

impl KeysArgs {
    /// Whether a key is used less after the command.
    pub(super) fn takes_access_away(&self) -> bool {
        matches!(self.command, Some(KeysCommand::Retire(_) | KeysCommand::Revoke(_)))
    }
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// List the keys, newest first
    #[command(
        after_long_help = "Examples:\n  sessionctl jwt keys list\n  sessionctl jwt keys --format jsonl"
    )]
    List,
    /// Create a key, which signs all JWTs from now on
    New(NewArgs),
    /// Retire a key: it signs nothing more, and still verifies what it signed before
    Retire(RetireArgs),
    /// Revoke a stolen key: nothing that it signed is accepted any more, and its secret is deleted
    Revoke(RevokeArgs),
    /// Print the public keys as a JWKS (RFC 7517); an HS256 key has none
    #[command(after_long_help = "Examples:\n  sessionctl jwt keys export > jwks.json")]
    Export,
}

#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  sessionctl jwt keys new\n  sessionctl jwt keys new --algorithm HS256"
)]
struct NewArgs {
    /// EdDSA: a verifier cannot sign. HS256: a verifier can sign too; for teaching only
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
    /// The name of the key
    #[arg(value_name = "KID", allow_hyphen_values = true, value_parser = text)]
    kid: String,
}

#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  sessionctl jwt keys revoke KID; sessionctl jwt keys export > jwks.json"
)]
struct RevokeArgs {
    /// The name of the key
    #[arg(value_name = "KID", allow_hyphen_values = true, value_parser = text)]
    kid: String,
}

pub(super) fn run(args: KeysArgs, context: &mut Context) -> CommandResult<Outcome> {
    let view = if matches!(args.command, Some(KeysCommand::Export)) { &JWK } else { &KEY };
    context.ui.check_fields(view)?;
    match args.command.unwrap_or(KeysCommand::List) {
        KeysCommand::List => list(context),
        KeysCommand::New(args) => new(&args, context),
        KeysCommand::Retire(args) => retire(&args, context),
        KeysCommand::Revoke(args) => revoke(&args, context),
        KeysCommand::Export => export(context),
    }
}

fn list(context: &mut Context) -> CommandResult<Outcome> {
    context.ui.explain(
        "the newest key that is not retired signs; each that is not revoked verifies what it signed; the secret halves stay in \
         the database",
    );
    let mut keys = context.host.open_to_read()?.keys()?;
    keys.retain(|key| !context.is_later(key.created_at));
    let is_empty = keys.is_empty();
    let mut list = context.ui.list(&KEY)?;
    for key in &keys {
        list.push(record(key))?;
    }
    list.finish(None)?;
    if is_empty {
        context.ui.status("no signing keys: `sessionctl jwt keys new` or the first `jwt issue` creates one");
    }
    Ok(Outcome::Done)
}

fn new(args: &NewArgs, context: &mut Context) -> CommandResult<Outcome> {
    let mut store = context.host.open_to_write()?;
    let key = context.act(store.as_mut(), |cx| keys::create(cx, args.algorithm))?;
    if prints_bare(context) {
        context.ui.bare(key.kid())?;
    } else {
        show(key.kid(), store.as_ref(), context)?;
    }
    context.ui.flush()?;
    context.ui.status(&format!("created an {} key; it signs all JWTs from now on", args.algorithm.as_str()));
    Ok(Outcome::Done)
}

fn retire(args: &RetireArgs, context: &mut Context) -> CommandResult<Outcome> {
    let mut store = context.host.open_to_write_existing()?;
    let is_retired = context.act(store.as_mut(), |cx| keys::retire(cx, &args.kid))?;
    report_end(&args.kid, store.as_ref(), context, || {
        if is_retired {
            "retired: it signs nothing more, and verifies what it signed until that expires"
        } else {
            "already retired"
        }
    })
}

fn revoke(args: &RevokeArgs, context: &mut Context) -> CommandResult<Outcome> {
    let mut store = context.host.open_to_write_existing()?;
    let is_revoked = context.act(store.as_mut(), |cx| keys::revoke(cx, &args.kid))?;
    report_end(&args.kid, store.as_ref(), context, || {
        if is_revoked {
            "revoked: nothing that it signed is accepted any more; export the keys again for offline verifiers"
        } else {
            "already revoked"
        }
    })
}

/// Reports what became of a key. One that does not exist is not found; one that ended before is no failure.
fn report_end(
    kid: &str,
    store: &dyn Store,
    context: &mut Context,
    status: impl FnOnce() -> &'static str,
) -> CommandResult<Outcome> {
    if store.keys()?.iter().all(|key| key.kid != kid) {
        let failure = Failure::of(Outcome::NotFound, "no such key");
        return Err(failure.hint("`sessionctl jwt keys` lists them").into());
    }
    if !prints_bare(context) {
        show(kid, store, context)?;
    }
    context.ui.flush()?;
    context.ui.status(status());
    Ok(Outcome::Done)
}

fn show(kid: &str, store: &dyn Store, context: &mut Context) -> CommandResult<()> {
    if let Some(key) = store.keys()?.iter().find(|key| key.kid == kid) {
        context.ui.record(&KEY, record(key))?;
    }
    Ok(())
}

fn record(key: &StoredKey) -> Record {
    Record::new()
        .with("kid", key.kid.as_str())
        .with("algorithm", key.algorithm.as_str())
        .with("created_at", key.created_at)
        .with("retired_at", key.retired_at)
        .with("revoked_at", key.revoked_at)
}

fn export(context: &mut Context) -> CommandResult<Outcome> {
    let store = context.host.open_to_read()?;
    context.ui.explain(
        "only public halves are printed; an HS256 key has none, because a verifier could sign with it. A key that was \
         retired for longer than a JWT is valid is left out",
    );
    let oldest = context.now.unix().saturating_sub_unsigned(MAX_LIFETIME.as_secs());
    let is_useful = |key: &VerifyingKey| key.retired_at().is_none_or(|at| at >= oldest);
    let keys: Vec<VerifyingKey> = keys::verifying(store.as_ref())?.into_iter().filter(is_useful).collect();
    let set = jwks(&keys);
    match context.ui.options().format {
        Format::Table | Format::Json if context.ui.options().fields.is_none() => {
            context.ui.bare(&format!("{set:#}"))?;
        }
        _ => {
            let mut list = context.ui.list(&JWK)?;
            for jwk in set["keys"].as_array().into_iter().flatten() {
                let members = JWK.fields.iter().filter_map(|name| Some((*name, jwk.get(*name)?.clone())));
                list.push(members.fold(Record::new(), |record, (name, value)| match value {
                    serde_json::Value::String(text) => record.with(name, text),
                    serde_json::Value::Number(at) => record.with(name, at.as_i64().map(Timestamp::from_unix)),
                    other => record.with(name, other),
                }))?;
            }
            list.finish(None)?;
        }
    }
    Ok(Outcome::Done)
}

fn prints_bare(context: &Context) -> bool {
    let options = context.ui.options();
    options.format == Format::Table && options.fields.is_none()
}
