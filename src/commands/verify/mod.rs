//! `verify`: whether a token is active: one word and an exit code for one token, a line each for many.

mod batch;

use std::mem::ManuallyDrop;
use std::net::IpAddr;
use std::time::Duration;

use super::args::list_value::{ListValue, all, scopes, text};
use super::args::{IpArg, TokenArg};
use super::reused_token;
use super::{Context, Outcome};
use crate::commands::CommandResult;
use crate::output::{Format, Record, ResultWords, SESSION, Value, View, session_record};
use sessionctl_core::model::address::Cidr;
use sessionctl_core::model::redact::redact_tokens;
use sessionctl_core::model::time::{Timestamp, approximate_duration, format_duration, parse_duration};
use sessionctl_core::ops::verify::{self, Requirements, UnmetRequirement, Verdict, Verification};
use sessionctl_core::ops::{OpContext, OpsError};
use sessionctl_core::store::Store;

/// Check whether a token is active
///
/// Prints one word: active, expired, revoked, unknown or insufficient; the exit code matches. On another program's
/// table it can also print refused (6). Text that is no token is a usage error (2), so a script treats 2 as not active.
/// What - and @FILE name may be a Cookie line, or lines of which one holds the token. Of a Cookie line a cookie of any
/// name is taken: a program that has its cookie by name passes the value alone. If the answer cannot be
/// determined, it exits with 1, never with 0. The time last seen is written at most once a minute. In a sandbox, a
/// verification at the time of --now counts as a visit at that time; with --no-touch it does not move the idle limit.
/// Even then, a token that was replaced ends its session, because that is a sign of theft; `inspect` only looks.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  From a variable
    echo \"$TOKEN\" | sessionctl verify -
  In a script
    if sessionctl verify -q @token > /dev/null; then …
  May it write orders?
    sessionctl verify --scope orders:write @api-token
  Was the password checked within the last 15 minutes?
    sessionctl verify --max-auth-age 15m @token
  Where it came from, as the proxy reports it
    sessionctl verify --ip \"$REMOTE_ADDR\" @token
  A million tokens, one a line
    sessionctl verify --batch --format jsonl < tokens")]
pub struct VerifyArgs {
    #[command(flatten)]
    token: TokenArg,

    /// Require this scope; may be repeated, or be a comma-separated list, of which all are required
    #[arg(long = "scope", value_name = "SCOPE", value_parser = scopes)]
    scopes: Vec<ListValue<String>>,

    /// Require a session of this application
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, value_parser = text)]
    app: Option<String>,

    /// Require a password check at most this long ago
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    max_auth_age: Option<Duration>,

    #[command(flatten)]
    ip: IpArg,

    /// Leave the idle limit as it is; a token that was replaced still ends its session
    #[arg(long)]
    no_touch: bool,

    /// Read tokens from standard input, one a line, and answer each with a line at once
    ///
    /// A line is answered with one word: active, expired, revoked, insufficient (a requirement such as --scope is not met)
    /// or unknown (also for a line without a token). --format csv answers with result, reason, id and user, jsonl with
    /// result, reason and the session; json is one document at the end. The exit code is 0 if one of the tokens was active,
    /// and 3 if none was or no line came. If an answer cannot be determined, it ends at once with 1 and without that line:
    /// treat the end of its output as not active, and start it again.
    ///
    /// An address is of one request, so --ip is only for a single token; verify each request with --ip to have last_ip and
    /// session.network_changed.
    ///
    /// Kept running as a child process, it answers in a fraction of a millisecond; a process for each token takes a hundred
    /// times as long.
    #[arg(long, conflicts_with_all = ["TokenArg", "ip"])]
    batch: bool,
}

/// The record of an answer.
pub(in crate::commands) const ANSWER: View = View {
    noun: "answers",
    singular: "answer",
    fields: &["result", "reason", "session"],
    columns: &["result", "reason"],
};

/// The record of an answer in a format of flat rows.
pub(in crate::commands) const FLAT_ANSWER: View = View {
    noun: "answers",
    singular: "answer",
    fields: &["result", "reason", "id", "user"],
    columns: &["result", "reason", "id", "user"],
};

/// Every field that an answer can have, for a choice of them: the same in each format.
pub(in crate::commands) const ANY_ANSWER: View = View {
    noun: "answers",
    singular: "answer",
    fields: &["result", "reason", "session", "id", "user"],
    columns: &["result", "reason", "id", "user"],
};

/// The answer; the word is what it prints without a format, too.
pub(in crate::commands) const WORDS: ResultWords = ResultWords::new(&[
    ("active", "the token is accepted"),
    ("expired", "its session has reached a limit"),
    ("revoked", "its session was revoked, or a newer token replaced it"),
    ("unknown", "no session has the token"),
    ("insufficient", "a requirement is not met: see reason"),
]);

fn answer_view(context: &Context) -> &'static View {
    if context.ui.options().fields.is_some() {
        return &ANY_ANSWER;
    }
    match context.ui.options().format {
        Format::Csv | Format::Table => &FLAT_ANSWER,
        _ => &ANSWER,
    }
}

/// Runs `verify`.
///
/// # Errors
/// Where the answer cannot be determined.
pub fn run(args: &VerifyArgs, context: &mut Context) -> CommandResult<Outcome> {
    let requirements = Requirements {
        scopes: all(&args.scopes),
        app: args.app.clone(),
        max_auth_age: args.max_auth_age,
        ip: args.ip.read(context),
        touch: false,
    };
    let touch = !args.no_touch;
    if args.batch {
        return batch::run(context, &requirements, touch);
    }
    context.require_word(answer_view(context))?;
    let token = args.token.read_token(context)?;
    let mut store = context.host.open_to_read()?;
    let answer = context.act(store.as_mut(), |cx| verify::verify(cx, &token, &requirements))?;
    let writes = reused_token::may_write(context, store.as_ref())?;
    // The process ends soon. The system frees this memory faster than a destructor, which takes a twentieth of the
    // whole time.
    let reader = ManuallyDrop::new(store);
    // The answer does not wait for the write, and the write does not depend on whether the answer could be printed.
    let printed = print_answer(context, &answer, requirements.ip);
    if writes {
        write_follow_ups(context, reader.as_ref(), &answer, touch);
    }
    printed?;
    Ok(Outcome::from(&answer.verdict))
}

/// Writes what follows from the answer. The answer stays the same if the write fails; a reuse that could not be
/// recorded is an error message, because the session is still active.
fn write_follow_ups(context: &mut Context, reader: &dyn Store, answer: &Verification, touch: bool) {
    let Some(found) = answer.verdict.found() else { return };
    if let Some(seen_at) = answer.wants_touch.iter().map(|touch| touch.seen_at).max().filter(|_| touch) {
        match write(context, reader, |cx| verify::touch(cx, answer.wants_touch.clone())) {
            Err(error) => {
                let id = found.session.id;
                context.ui.detail(&format!("writing last_seen of session {id} failed: {error:#}"));
            }
            Ok(()) => report_visit(context, seen_at),
        }
    }
    if answer.wants_reuse_report {
        reused_token::report(context, reader, &found.session);
    }
}

/// Reports a visit at another time than now: whoever looks ahead may not expect that the idle limit moves with it.
fn report_visit(context: &mut Context, seen_at: Timestamp) {
    if context.host.clock_overridden() {
        context.ui.status(&format!(
            "this counted as a visit at {seen_at}; `--no-touch` leaves the idle limit as it is, and `inspect` only looks"
        ));
    }
}

/// Writes about sessions that `reader` showed.
fn write(
    context: &mut Context,
    reader: &dyn Store,
    act: impl FnOnce(&mut OpContext<'_>) -> Result<(), OpsError>,
) -> CommandResult<()> {
    let mut store = context.open_to_change(reader)?;
    Ok(context.act(store.as_mut(), act)?)
}

fn print_answer(context: &mut Context, answer: &Verification, ip: Option<IpAddr>) -> CommandResult<()> {
    let verdict = &answer.verdict;
    let moved = network_change(verdict, ip);
    if context.ui.options().format == Format::Table && context.ui.options().fields.is_none() {
        context.ui.bare(verdict.word())?;
        context.ui.flush()?;
        if let Some(reason) = reason(verdict) {
            context.ui.status(&reason);
        }
        if let Some(moved) = moved {
            context.ui.warn(&moved);
        }
        return Ok(());
    }
    let record = answer_record(context, verdict, moved);
    context.ui.record(answer_view(context), record)?;
    Ok(context.ui.flush()?)
}

/// What is reported of an address in another network than before. It is no reason to refuse: people move.
fn network_change(verdict: &Verdict, ip: Option<IpAddr>) -> Option<String> {
    let Verdict::Active(found) = verdict else { return None };
    let (before, ip) = found.session.network_left(ip?).zip(ip)?;
    let id = found.session.id;
    Some(format!("session {id} comes from another network: {}, before {before}", Cidr::network_of(ip)))
}

/// The record of an answer. `note` is reported where the verdict itself has no reason.
fn answer_record(context: &Context, verdict: &Verdict, note: Option<String>) -> Record {
    let mut record =
        Record::new().with("result", WORDS.find(verdict.word())).with("reason", note.or(reason(verdict)));
    let session = verdict.found().map(|found| &found.session);
    let fields = answer_view(context).fields;
    if fields.contains(&"session") {
        let session = session
            .map(|session| Value::Json(session_record(session.clone(), context.now).to_json(&SESSION)));
        record.push("session", session);
    }
    if !fields.contains(&"id") {
        return record;
    }
    let user = session.and_then(|session| session.user.as_ref()).map(|name| name.as_str().to_owned());
    record.with("id", session.map(|session| session.id.get())).with("user", user)
}

fn reason(verdict: &Verdict) -> Option<String> {
    let Verdict::Insufficient(_, shortfall) = verdict else {
        return match verdict {
            Verdict::RotatedAway(found) => {
                Some(format!("this token of session {} was replaced by a newer one", found.session.id))
            }
            _ => None,
        };
    };
    Some(match shortfall {
        UnmetRequirement::App(app) => {
            format!("the session is not for the application {}", redact_tokens(app))
        }
        // What is written in the place of a scope or an application may be a token.
        UnmetRequirement::Scope(scope) => {
            format!("the session does not have the scope {}", redact_tokens(scope))
        }
        UnmetRequirement::AuthAge { age: None, .. } => "no password was checked for this session".to_owned(),
        UnmetRequirement::AuthAge { age: Some(age), max } => {
            let is_close = approximate_duration(*age) == approximate_duration(*max);
            let age = if is_close { format_duration(*age) } else { approximate_duration(*age) };
            format!("the password was checked {age} ago; at most {} is allowed", format_duration(*max))
        }
        _ => "the session does not meet a requirement".to_owned(),
    })
}

#[cfg(test)]
mod tests;
