//! `layout`: the layouts of other programs' session tables: all of them, the file of one, and a check of a new one.

use std::path::Path;
use std::sync::Arc;

use super::foreign::args::LayoutCommand;
use super::foreign::{self, FOREIGN_SESSION, LayoutArgs, session_record};
use super::{CommandResult, Context, Failure, Outcome};
use crate::output::{Record, View};
use sessionctl_core::counted;
use sessionctl_foreign::check::check;
use sessionctl_foreign::detect::Choice;
use sessionctl_foreign::record::State;
use sessionctl_foreign::registry::{Entry, Registry};
use sessionctl_foreign::sqlite::SqliteFile;

pub(in crate::commands) const LAYOUT: View = View {
    noun: "layouts",
    singular: "layout",
    fields: &["name", "title", "verified", "table", "settings", "built_in"],
    columns: &["name", "title", "verified"],
};

const READ: &str = "read the layouts of the program, and those in your own folder, which may not have the name of a built-in one";

/// A layout with its file.
pub(in crate::commands) const SHOWN: View = View {
    noun: "layouts",
    singular: "layout",
    fields: &["name", "title", "verified", "table", "settings", "built_in", "file"],
    columns: &["name", "title", "verified"],
};

/// Runs `layout`.
///
/// # Errors
/// Where a layout or its table cannot be read.
pub fn run(args: &LayoutArgs, context: &mut Context) -> CommandResult<Outcome> {
    match &args.command {
        LayoutCommand::List => list(context),
        LayoutCommand::Show { name } => show(name, context),
        LayoutCommand::Check { file } => check_file(file, &foreign::choice(&args.program, true)?, context),
    }
}

fn list(context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&LAYOUT)?;
    context.ui.explain(READ);
    let registry = foreign::registry(None, None, context)?;
    let mut list = context.ui.list(&LAYOUT)?;
    for entry in registry.entries() {
        list.push(record(entry))?;
    }
    list.finish(None)?;
    if let Some(folder) = foreign::config_folder() {
        context.ui.detail(&format!("your own layouts are in {}", folder.display()));
    }
    Ok(Outcome::Done)
}

fn record(entry: &Entry) -> Record {
    let layout = &entry.layout;
    let settings = layout.settings.iter().map(|setting| format!("{}={}", setting.name, setting.default));
    Record::new()
        .with("name", layout.name.as_str())
        .with("title", layout.title.as_str())
        .with("verified", layout.verified.as_str())
        .with("table", layout.table.as_str())
        .with("settings", settings.collect::<Vec<_>>())
        .with("built_in", entry.built_in)
}

fn show(name: &str, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&SHOWN)?;
    context.ui.explain(READ);
    let registry = foreign::registry(Some(name), None, context)?;
    let Some(entry) = registry.find(name) else {
        let failure = Failure::of(Outcome::NotFound, format!("no layout '{name}'"));
        return Err(failure.hint("`sessionctl layout list` shows all").into());
    };
    if context.ui.results.wants_text() {
        context.ui.write_raw(entry.text.as_bytes())?;
    } else {
        context.ui.record(&SHOWN, record(entry).with("file", entry.text.as_str()))?;
    }
    for setting in &entry.layout.settings {
        context.ui.status(&format!("--set {}={}: {}", setting.name, setting.default, setting.why));
    }
    Ok(Outcome::Done)
}

fn check_file(file: &Path, choice: &Choice, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&FOREIGN_SESSION)?;
    context.ui.explain(
        "read the file as a layout; look for its table and columns in the database; then read rows with it, and compare \
         what they hold with what the layout promises",
    );
    let layout = Registry::read(file).map_err(|why| Failure::usage(format!("{}: {why}", file.display())))?;
    context.ui.status(&format!("{}: the file is a layout named {}", file.display(), layout.name));
    let path = context.host.database().to_owned();
    let checked = check(&SqliteFile::new(&path), &Arc::clone(&layout), choice, context.now);
    let checked =
        checked.map_err(|error| foreign::detection_failure(&error, &path, Some(layout.as_ref())))?;
    let detected = &checked.detected;
    context.ui.status(&format!("table {}: found, with all its columns", detected.plan.query.table));
    if detected.by_columns_only() {
        context.ui.status("the table is empty: nothing to prove");
    } else {
        context.ui.status(&format!(
            "{}, {}",
            counted(detected.rows_proved, "row examined fits", "rows examined fit"),
            counted(detected.rows_misfit, "does not", "do not")
        ));
    }
    if !detected.plan.key_is_unique {
        context.ui.warn("the key is neither the primary key nor unique: sessions can be listed, not revoked");
    }
    let format = context.ui.options().format;
    let mut list = context.ui.list(&FOREIGN_SESSION)?;
    for record in &checked.records {
        list.push(session_record(record, &layout.name, format))?;
    }
    list.finish(None)?;
    for group in &checked.kinds {
        let counts = State::NAMES.iter().zip(group.counts).filter(|(_, count)| *count > 0);
        let counts = counts.map(|(state, count)| format!("{count} {state}")).collect::<Vec<_>>().join(", ");
        context.ui.status(&format!("sessions of kind {}: {counts}", group.name));
    }
    for finding in checked.findings.iter().filter(|finding| !finding.is_fault) {
        context.ui.warn(&finding.text);
    }
    for finding in checked.findings.iter().filter(|finding| finding.is_fault) {
        context.ui.error(&finding.text);
    }
    if let Some(column) = &detected.misfit_column {
        let proof = detected.plan.proof_of(column);
        context.ui.error(&format!("match.prove.{column}: a value is not {proof}"));
    }
    let is_fault =
        detected.misfit_column.is_some() || checked.findings.iter().any(|finding| finding.is_fault);
    Ok(if is_fault { Outcome::Failed } else { Outcome::Done })
}
