//! `db roles`: the grants that the users of a server need, to be read before they are run.

use clap::Args;

use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Record, Value, View};
use sessionctl_core::store::RoleKind;

/// The grants of a role.
pub(in crate::commands) const GRANTS: View = View {
    noun: "grants",
    singular: "grant",
    fields: &["grantee", "work", "sql"],
    columns: &["grantee", "work", "sql"],
};

/// Print the grants that other users of the database server need
///
/// The user who ran `db init` owns the tables. Others get what their work needs, and no more: a verifier can check
/// tokens and record when they were used, an issuer can also log users in and create, rotate and revoke sessions, an
/// administrator can do everything except changing or deleting events, and an auditor reads everything except secrets.
/// The command prints SQL and runs nothing. The roles must exist (`createuser NAME`).
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl db roles --verifier web --auditor compliance
  sessionctl db roles --issuer login | psql sessions")]
pub(super) struct RolesArgs {
    /// Who administers sessions, users, keys and the policy
    #[arg(long, value_name = "ROLE")]
    admin: Vec<String>,

    /// Who logs users in, and creates, rotates and revokes sessions
    #[arg(long, value_name = "ROLE")]
    issuer: Vec<String>,

    /// Who only verifies tokens
    #[arg(long, value_name = "ROLE")]
    verifier: Vec<String>,

    /// Who reads everything except secrets
    #[arg(long, value_name = "ROLE")]
    auditor: Vec<String>,
}

pub(super) fn run(args: &RolesArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&GRANTS)?;
    context.ui.explain("write the grants that the work of each role needs, and no more; nothing is run");
    let factory = context.host.factory()?;
    let Some(roles) = factory.server_roles() else {
        return Err(Failure::usage("a database in a file has no roles: its owner may do everything").into());
    };
    let named = [
        (RoleKind::Admin, &args.admin),
        (RoleKind::Issuer, &args.issuer),
        (RoleKind::Verifier, &args.verifier),
        (RoleKind::Auditor, &args.auditor),
    ];
    if named.iter().all(|(_, names)| names.is_empty()) {
        return Err(Failure::usage("no role is named")
            .hint("--admin, --issuer, --verifier or --auditor, each with the name of a role")
            .into());
    }
    let grants = named.into_iter().flat_map(|(kind, names)| names.iter().map(move |name| (kind, name)));
    if context.ui.results.wants_text() {
        for (kind, name) in grants {
            context.ui.write_raw(roles.grants(kind, name).as_bytes())?;
        }
        return Ok(Outcome::Done);
    }
    let mut list = context.ui.list(&GRANTS)?;
    for (kind, name) in grants {
        let record = Record::new()
            .with("grantee", name.as_str())
            .with("work", Value::Word(word(kind)))
            .with("sql", roles.grants(kind, name));
        list.push(record)?;
    }
    list.finish(None)?;
    Ok(Outcome::Done)
}

fn word(kind: RoleKind) -> &'static str {
    match kind {
        RoleKind::Admin => "admin",
        RoleKind::Issuer => "issuer",
        RoleKind::Verifier => "verifier",
        RoleKind::Auditor => "auditor",
    }
}
