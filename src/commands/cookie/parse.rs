//! `cookie parse`: the content of cookies, as a browser reads them. Values are secrets and are not shown.

use secrecy::ExposeSecret as _;

use super::source::SourceArg;
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, View};
use sessionctl_core::counted;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::Token;
use sessionctl_wire::cookie::{CookieLine, LineContent, ParsedSetCookie};

pub(in crate::commands) const COOKIE: View = View {
    noun: "cookies",
    singular: "cookie",
    fields: &[
        "header",
        "name",
        "value",
        "secure",
        "http_only",
        "same_site",
        "domain",
        "path",
        "max_age",
        "expires",
        "host",
        "line",
        "folded",
    ],
    columns: &[
        "header",
        "name",
        "value",
        "secure",
        "http_only",
        "same_site",
        "domain",
        "path",
        "max_age",
        "expires",
    ],
};

/// Show the content of cookies
///
/// Reads Set-Cookie and Cookie lines, alone or in a whole HTTP message, Netscape cookie jars and curl configurations.
/// Lines are read as a browser reads them (RFC 6265bis §5.6). A value is a secret and is not shown: only whether it
/// looks like a token, and its length.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  What did the server set?
    curl -si https://shop.example/ | sessionctl cookie parse -
  What is in this cookie jar?
    sessionctl cookie parse @cookies.txt")]
pub(super) struct ParseArgs {
    #[command(flatten)]
    source: SourceArg,
}

pub(super) fn run(args: &ParseArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&COOKIE)?;
    let cookies = args.source.read(context)?;
    context.ui.explain(
        "read each line as a browser does (RFC 6265bis §5.6): of repeated attributes the last counts, and values are not shown",
    );
    let mut folded = Vec::new();
    let mut list = context.ui.list(&COOKIE)?;
    for line in &cookies.lines {
        for record in records(line) {
            list.push(record)?;
        }
        match &line.content {
            LineContent::SetCookie(cookie) if cookie.is_folded => {
                folded.push((line.number, "Set-Cookie line"))
            }
            LineContent::Cookie(header) if header.is_folded => folded.push((line.number, "cookie")),
            _ => {}
        }
    }
    list.finish(None)?;
    for (number, noun) in folded {
        context.ui.warn(&format!(
            "line {number}: `, name=` looks like a second {noun}; joined with a comma, only the first is read"
        ));
    }
    Ok(Outcome::Done)
}

fn records(line: &CookieLine) -> Vec<Record> {
    match &line.content {
        LineContent::Cookie(header) => header
            .pairs
            .iter()
            .map(|pair| {
                Record::new()
                    .with("header", "Cookie")
                    .with("name", pair.name.as_str())
                    .with("value", describe(pair.value.expose_secret()))
                    .with("line", line.number)
                    .with("folded", header.is_folded)
            })
            .collect(),
        LineContent::SetCookie(cookie) => {
            vec![set_cookie("Set-Cookie", cookie, None, line.number).with("folded", cookie.is_folded)]
        }
        LineContent::Jar(jar) => vec![set_cookie("jar", &jar.cookie, Some(&jar.host), line.number)],
        _ => Vec::new(),
    }
}

fn set_cookie(header: &'static str, cookie: &ParsedSetCookie, host: Option<&str>, line: usize) -> Record {
    Record::new()
        .with("header", header)
        .with("name", cookie.name.as_str())
        .with("value", describe(cookie.value.expose_secret()))
        .with("secure", cookie.is_secure())
        .with("http_only", cookie.is_http_only())
        .with("same_site", cookie.same_site().map(|same_site| same_site.to_string()))
        .with("domain", cookie.domain())
        .with("path", cookie.path())
        .with("max_age", cookie.max_age())
        .with("expires", cookie.expires().map(Timestamp::from_unix))
        .with("host", host)
        .with("line", line)
}

fn describe(value: &str) -> String {
    if Token::parse(value.as_bytes()).is_some() {
        return "a token".to_owned();
    }
    counted(value.len(), "byte", "bytes")
}
