//! `cookie lint`: checks cookies that carry a session.

use super::source::SourceArg;
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, View};
use sessionctl_core::counted;
use sessionctl_wire::cookie::{
    Finding, LineContent, Severity, lint, lint_cookie_header, lint_jar_line, suggests_session,
};

pub(in crate::commands) const FINDING: View = View {
    noun: "findings",
    singular: "finding",
    fields: &["line", "severity", "rule", "message", "advice"],
    columns: &["line", "severity", "rule", "message", "advice"],
};

/// Check cookies that carry a session
///
/// Reads what `cookie parse` reads. Each Set-Cookie line and each line of a jar is judged as one that carries a session, and
/// of a Cookie line the values whose names suggest one. Each finding gives its rule. Exits with 7 if a finding is an error: browsers refuse
/// that cookie, or it exposes the token to others.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  Are the cookies of that site safe?
    curl -si https://shop.example/ | sessionctl cookie lint -")]
pub(super) struct LintArgs {
    #[command(flatten)]
    source: SourceArg,
}

pub(super) fn run(args: &LintArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.exit_code_answers = true;
    context.ui.check_fields(&FINDING)?;
    let cookies = args.source.read(context)?;
    context.ui.explain(
        "check what browsers would drop (RFC 6265bis §5.7), and what lets a session be stolen or planted",
    );
    let now = context.now.unix();
    let (mut worst, mut problems, mut notes) = (None, 0, 0);
    let mut may_be_another = false;
    let mut list = context.ui.list(&FINDING)?;
    for line in &cookies.lines {
        for finding in check(&line.content, now) {
            worst = worst.max(Some(finding.severity));
            may_be_another |= finding.severity != Severity::Note && !suggests_a_session(&line.content);
            *(if finding.severity == Severity::Note { &mut notes } else { &mut problems }) += 1;
            list.push(
                Record::new()
                    .with("line", line.number)
                    .with("severity", finding.severity.to_string())
                    .with("rule", finding.rule)
                    .with("message", finding.message)
                    .with("advice", finding.advice),
            )?;
        }
    }
    list.finish(None)?;
    context.ui.status(&summary(problems, notes));
    if may_be_another {
        context.ui.status("each line is judged as one that carries a session: the cookie of a theme or a language needs less");
    }
    if cookies.lines.iter().any(|line| matches!(line.content, LineContent::Jar(_))) {
        context
            .ui
            .status("a jar does not keep SameSite: check the Set-Cookie line of the server's answer for it");
    }
    Ok(if worst == Some(Severity::Error) { Outcome::Insufficient } else { Outcome::Done })
}

/// Whether a line that is judged as that of a session has a name that suggests one. A Cookie line is judged by its names.
fn suggests_a_session(content: &LineContent) -> bool {
    match content {
        LineContent::SetCookie(cookie) => suggests_session(&cookie.name),
        LineContent::Jar(line) => suggests_session(&line.cookie.name),
        _ => true,
    }
}

/// A note is no problem.
fn summary(problems: u64, notes: u64) -> String {
    let (problems, notes) = (
        (problems > 0).then(|| counted(problems, "problem", "problems")),
        (notes > 0).then(|| counted(notes, "note", "notes")),
    );
    let parts: Vec<String> = problems.into_iter().chain(notes).collect();
    if parts.is_empty() { "no problems found".to_owned() } else { parts.join(", ") }
}

fn check(content: &LineContent, now: i64) -> Vec<Finding> {
    match content {
        LineContent::SetCookie(cookie) => lint(cookie, now),
        LineContent::Cookie(header) => lint_cookie_header(header),
        LineContent::Jar(line) => lint_jar_line(line, now),
        _ => Vec::new(),
    }
}
