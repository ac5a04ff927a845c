//! `revoke --stdin` on another program's table: ids, tokens, or text with the program's cookies, one result a line.

use std::collections::HashSet;

use zeroize::Zeroizing;

use super::args::RevokeArgs;
use super::open::Database;
use super::outcomes;
use super::revoke::revoke;
use super::selection::Selection;
use crate::commands::{CommandError, CommandResult, Context, Outcome};
use sessionctl_foreign::cookie_text::is_json;
use sessionctl_foreign::ops::{self, Named, Words};
use sessionctl_foreign::token::{self, SignatureCheck};
use sessionctl_foreign::value::Row;

/// The most bytes of standard input.
const MAX_INPUT_BYTES: u64 = 64 * 1024 * 1024;

pub(super) fn run(args: &RevokeArgs, database: &Database, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(outcomes::view(args.dry_run))?;
    context.ui.status(&database.source_line());
    let bytes =
        context.read_stdin(MAX_INPUT_BYTES).map_err(CommandError::io("cannot read standard input"))?;
    let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    let found = look_up(&text, database, context)?;
    found.report(context);
    if found.rows.is_empty() {
        database.report_no_match(context);
        outcomes::print_nothing(args.dry_run, context)?;
        return Ok(Outcome::NotFound);
    }
    let selected = Selection { words: "standard input".to_owned(), ..Selection::default() };
    let outcome = revoke(args, (&selected, &found.rows), database, context)?;
    let missing = !found.without_session.is_empty() || found.forged > 0;
    Ok(if outcome == Outcome::Done && missing { Outcome::NotFound } else { outcome })
}

/// What the lines name.
#[derive(Default)]
struct Found {
    rows: Vec<Row>,
    /// The lines that name no session, with whether a token on them is forged.
    without_session: Vec<(usize, bool)>,
    /// Tokens that were not made with the program's secret.
    forged: usize,
    /// Tokens whose signature was not checked, because the secret is not known.
    unchecked: usize,
}

impl Found {
    fn report(&self, context: &mut Context) {
        for (line, is_forged) in &self.without_session {
            let why = if *is_forged { " (the signature does not fit the program's secret)" } else { "" };
            context.ui.status(&format!("line {line}: no session{why}"));
        }
        if self.forged > 0 {
            context.ui.warn(&format!(
                "tokens with a signature that does not fit, which end no session: {}",
                self.forged
            ));
        }
        if self.unchecked > 0 {
            context.ui.status(&format!(
                "tokens whose signature was not checked, because the program's secret is not known: {}",
                self.unchecked
            ));
        }
    }
}

/// The sessions that the lines name: by each of the program's cookies on a line, else by the line as a whole.
fn look_up(text: &str, database: &Database, context: &mut Context) -> CommandResult<Found> {
    let plan = &database.detected.plan;
    let (mut entries, mut lines) = (Vec::new(), Vec::new());
    // An export of a browser has one cookie on several lines.
    let parts: Vec<&str> = if is_json(text) { vec![text] } else { text.lines().collect() };
    for (index, line) in parts.into_iter().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        lines.push((index + 1, line.trim(), token::cookies_in(plan, line)));
    }
    for (number, line, values) in &lines {
        if values.is_empty() {
            entries.push((*number, Words::Any(line)));
        }
        entries.extend(values.iter().map(|value| (*number, Words::Cookie(value))));
    }
    let words: Vec<Words<'_>> = entries.iter().map(|(_, words)| *words).collect();
    let named = database.act(context, |cx| ops::named(cx, &words))?;
    let (mut found, mut with_session, mut with_forged) = (Found::default(), HashSet::new(), HashSet::new());
    for ((number, _), named) in entries.iter().zip(named) {
        match named {
            Named::Id(row) => found.rows.push(row),
            Named::Token(hit) => {
                found.unchecked += usize::from(hit.signature == SignatureCheck::NotChecked);
                found.rows.push(hit.row);
            }
            Named::Forged => {
                found.forged += 1;
                with_forged.insert(*number);
                continue;
            }
            Named::Unknown => continue,
        }
        with_session.insert(*number);
    }
    let numbers = lines.iter().map(|(number, _, _)| *number).filter(|number| !with_session.contains(number));
    found.without_session = numbers.map(|number| (number, with_forged.contains(&number))).collect();
    Ok(found)
}
