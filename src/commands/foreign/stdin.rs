//! `revoke --stdin` on another program's table: ids, tokens, or text with the program's cookies, one result a line.

use zeroize::Zeroizing;

use super::args::RevokeArgs;
use super::open::Database;
use super::revoke::{RESULT, revoke};
use crate::commands::{CommandError, CommandResult, Context, Outcome};
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::ops::{self, Resolved};
use sessionctl_foreign::token;
use sessionctl_foreign::value::Key;

/// The most bytes of standard input.
const MAX_INPUT_BYTES: u64 = 64 * 1024 * 1024;

pub(super) fn run(args: &RevokeArgs, database: &Database, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&RESULT)?;
    context.ui.status(&database.source_line());
    let bytes =
        context.read_stdin(MAX_INPUT_BYTES).map_err(CommandError::io("cannot read standard input"))?;
    let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    let (mut keys, mut missing): (Vec<Key>, u64) = (Vec::new(), 0);
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let found = look_up(line, database, context)?;
        if found.is_empty() {
            missing += 1;
            context.ui.status(&format!("line {}: no session", index + 1));
        }
        keys.extend(found);
    }
    if keys.is_empty() {
        context.ui.status("no session matches");
        return Ok(Outcome::NotFound);
    }
    let outcome = revoke(args, &Filter::default(), &keys, "standard input", database, context)?;
    Ok(if outcome == Outcome::Done && missing > 0 { Outcome::NotFound } else { outcome })
}

/// The sessions that a line names: by each of the program's cookies in it, else by the line as a whole.
fn look_up(line: &str, database: &Database, context: &mut Context) -> CommandResult<Vec<Key>> {
    let plan = &database.detected.plan;
    let cookies = token::cookies_in(plan, line);
    let words: Vec<Zeroizing<String>> =
        if cookies.is_empty() { vec![Zeroizing::new(line.trim().to_owned())] } else { cookies };
    let mut keys = Vec::new();
    for word in words {
        match database.act(context, |cx| ops::resolve(cx, &word))? {
            Resolved::Id(row) => keys.push(plan.key_of(&row)),
            Resolved::Token(hit) => keys.push(plan.key_of(&hit.row)),
            Resolved::Unknown => {}
        }
    }
    Ok(keys)
}
