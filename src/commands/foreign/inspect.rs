//! `inspect` on another program's table.

use serde_json::json;

use super::args::InspectArgs;
use super::open::Database;
use super::record::{FOREIGN_SESSION, session_record};
use super::selection::{shown, text_of};
use crate::commands::args::SessionArg;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::escape::escape_text;
use crate::output::wrap::{wrap, wrap_indented, wrap_indented_alike};
use crate::output::{Format, Record, View};
use sessionctl_foreign::ops::{self, Check, Inspection};
use sessionctl_foreign::token::SignatureCheck;

const INSPECTED: View = View {
    noun: "sessions",
    singular: "session",
    fields: &["session", "checks", "payload", "signature", "revoke", "unknown"],
    columns: &[],
};

pub(super) fn run(
    args: &InspectArgs,
    database: &mut Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    if args.events.is_some() {
        let message = format!("a {} table has no events", database.layout().name);
        return Err(Failure::usage(message).hint("`log --session ID` shows what was revoked there").into());
    }
    if context.ui.options().format != Format::Json {
        context.ui.status(&database.source_line());
    }
    let argument = SessionArg::or_environment(args.session.clone(), context)?;
    let text = text_of(&argument, context)?;
    let found = database.act(context, |cx| ops::inspect(cx, &text))?;
    let Some(inspection) = found else {
        if args.introspection {
            context.ui.json_text("{\"active\":false}")?;
            return Ok(Outcome::NotFound);
        }
        return Err(Failure::of(Outcome::NotFound, format!("no session {}", shown(&text))).into());
    };
    if args.introspection {
        return introspect(&inspection, context);
    }
    print(&inspection, database, context)?;
    Ok(Outcome::Done)
}

/// RFC 7662 §2.2: only `active` for what the program may not accept.
fn introspect(inspection: &Inspection, context: &mut Context) -> CommandResult<Outcome> {
    let record = &inspection.record;
    let trusted = inspection
        .signature
        .is_some_and(|signature| matches!(signature, SignatureCheck::Valid | SignatureCheck::NotSigned));
    let active = record.authenticates == Some(true) && trusted;
    let response = if active {
        json!({
            "active": true,
            "username": record.user(),
            "sub": record.user_id(),
            "iat": record.created_at.map(|at| at.unix()),
            "exp": record.expires_at.map(|at| at.unix()),
        })
    } else {
        json!({ "active": false })
    };
    context.ui.json_text(&response.to_string())?;
    Ok(Outcome::Done)
}

fn print(inspection: &Inspection, database: &Database, context: &mut Context) -> CommandResult<()> {
    let format = context.ui.options().format;
    let record = session_record(&inspection.record, &database.layout().name, format);
    match format {
        Format::Json => {
            let checks = inspection
                .checks
                .iter()
                .map(|check| json!({ "name": check.name, "passed": check.passed, "rule": check.rule }));
            let payload: serde_json::Map<String, serde_json::Value> =
                inspection.payload.iter().map(|(key, kind)| (key.clone(), (*kind).into())).collect();
            let whole = Record::new()
                .with("session", record.to_json(&FOREIGN_SESSION))
                .with("checks", serde_json::Value::Array(checks.collect()))
                .with("payload", serde_json::Value::Object(payload))
                .with("signature", inspection.signature.map(signature_word))
                .with("revoke", inspection.revoke.clone())
                .with("unknown", inspection.unknown.clone());
            Ok(context.ui.json_record(&INSPECTED, &whole)?)
        }
        Format::Table if context.ui.options().fields.is_none() => {
            context.ui.results.present_fields(&FOREIGN_SESSION, record, &[])?;
            for line in lines(inspection, context.ui.options().width.map(usize::from)) {
                context.ui.bare(&line)?;
            }
            let is_open = |check: &Check| {
                check.passed.is_none() && ["signature", "authenticates"].contains(&check.name)
            };
            if inspection.checks.iter().any(is_open) {
                database.hint_at_secret(context);
            }
            Ok(())
        }
        _ => {
            context.ui.check_fields(&FOREIGN_SESSION)?;
            Ok(context.ui.record(&FOREIGN_SESSION, record)?)
        }
    }
}

/// Columns before the rule of a check.
const RULE_INDENT: &str = "                            ";

/// What a person sees below the record, in lines of at most `width` columns as far as the words allow.
fn lines(inspection: &Inspection, width: Option<usize>) -> Vec<String> {
    let width = width.unwrap_or(usize::MAX);
    let below = |text: &str| wrap_indented(text, "  ", width);
    let mut lines = vec![String::new(), "Checks".to_owned()];
    for check in &inspection.checks {
        // The rule is a sentence about a check that passes.
        let rule = if check.passed == Some(false) { "" } else { check.rule.as_str() };
        let answer = format!("  {:<17}{:<9}", question(check.name), word(check));
        let rule = wrap_indented_alike(rule, RULE_INDENT, width).join("\n");
        lines.push(format!("{answer}{}", rule.trim_start()).trim_end().to_owned());
    }
    if !inspection.payload.is_empty() {
        lines.extend(wrap("Payload (keys and types; values are not shown)", width));
        let keys = inspection.payload.iter();
        lines.extend(keys.flat_map(|(key, kind)| below(&format!("{} ({kind})", escape_text(key)))));
    }
    lines.push("A revocation".to_owned());
    lines.extend(inspection.revoke.iter().flat_map(|line| below(line)));
    if !inspection.unknown.is_empty() {
        lines.push("Not visible in the table".to_owned());
        lines.extend(inspection.unknown.iter().flat_map(|line| below(line)));
    }
    lines
}

/// What a check asks, so that yes and no answer it.
fn question(check: &'static str) -> &'static str {
    match check {
        "signature" => "signature valid",
        "not_revoked" => "not revoked",
        "not_expired" => "not expired",
        "logged_in" => "logged in",
        "authenticates" => "accepted",
        other => other,
    }
}

fn word(check: &Check) -> &'static str {
    match check.passed {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

fn signature_word(signature: SignatureCheck) -> &'static str {
    match signature {
        SignatureCheck::NotSigned => "not_signed",
        SignatureCheck::NotChecked => "not_checked",
        SignatureCheck::Valid => "valid",
        SignatureCheck::Invalid => "invalid",
    }
}
