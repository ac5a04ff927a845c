//! `cookie lint`: a cookie line judged as the token_format of a session token.

use crate::commands::{CommandResult, Context, Outcome};
use std::ffi::OsString;

use crate::output::{Record, View};
use sessionctl_wire::cookie::{
    Header, Severity, header_of, lint, lint_cookie_header, parse_cookie_header, parse_set_cookie,
};

const FINDING: View = View {
    noun: "findings",
    singular: "finding",
    fields: &["line", "severity", "rule", "message", "advice"],
    columns: &["line", "severity", "rule", "message", "advice"],
};

/// Judge a Set-Cookie or Cookie line
///
/// OnBatch finding names its rule. Exits with 7 where a finding is an error: such a cookie is refused by browsers
/// or leaves the token open to others.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  Is the cookie of that site a good one?
    curl -sI https://shop.example/ | grep -i set-cookie | sessionctl cookie lint -")]
pub(super) struct LintArgs {
    /// Where the lines are: - for standard input, or @FILE
    #[arg(value_name = "SOURCE", default_value = "-", hide_default_value = true)]
    source: OsString,
}

pub(super) fn run(args: &LintArgs, context: &mut Context) -> CommandResult<Outcome> {
    let lines = super::lines(&args.source, context)?;
    context.ui.check_fields(&FINDING)?;
    context
        .ui
        .explain("judge what browsers would drop (RFC 6265bis §5.7), and what lets a session be stolen");
    let now = context.now;
    let mut worst = None;
    let mut list = context.ui.list(&FINDING)?;
    for (number, line) in lines.iter().enumerate() {
        let findings = match header_of(line) {
            Some(Header::Cookie) => lint_cookie_header(&parse_cookie_header(line)),
            _ => lint(&parse_set_cookie(line), now.unix()),
        };
        for finding in findings {
            worst = worst.max(Some(finding.severity));
            list.push(
                Record::new()
                    .with("line", number + 1)
                    .with("severity", finding.severity.to_string())
                    .with("rule", finding.rule)
                    .with("message", finding.message)
                    .with("advice", finding.advice),
            )?;
        }
    }
    list.finish(None)?;
    if worst.is_none() {
        context.ui.status("nothing to find fault with");
    }
    Ok(if worst == Some(Severity::Error) { Outcome::Insufficient } else { Outcome::Done })
}
