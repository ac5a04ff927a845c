//! `cookie parse`: what a cookie line says, as a browser reads it. Values are secrets and are not shown.

use std::ffi::OsString;

use secrecy::ExposeSecret as _;

use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, View};
use sessionctl_core::model::token::Token;
use sessionctl_wire::cookie::{Header, header_of, parse_cookie_header, parse_set_cookie};

const COOKIE: View = View {
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
    ],
    columns: &["header", "name", "value", "secure", "http_only", "same_site", "domain", "path"],
};

/// Show what a Set-Cookie or Cookie line says
///
/// Lines are read as a browser reads them (RFC 6265bis §5.6). A value is a secret and is not shown: only
/// whether it has the shape of a token, and its length.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  What did the server set?
    curl -sI https://shop.example/ | grep -i set-cookie | sessionctl cookie parse -")]
pub(super) struct ParseArgs {
    /// Where the lines are: - for standard input, or @FILE
    #[arg(value_name = "SOURCE", default_value = "-", hide_default_value = true)]
    source: OsString,
}

pub(super) fn run(args: &ParseArgs, context: &mut Context) -> CommandResult<Outcome> {
    let lines = super::lines(&args.source, context)?;
    context.ui.check_fields(&COOKIE)?;
    context.ui.explain("read the line as a browser does (RFC 6265bis §5.6): the last attribute of a name counts, and values are not shown");
    let mut list = context.ui.list(&COOKIE)?;
    for line in &lines {
        if header_of(line) == Some(Header::Cookie) {
            for pair in parse_cookie_header(line).pairs {
                list.push(
                    Record::new()
                        .with("header", "Cookie")
                        .with("name", pair.name)
                        .with("value", describe(pair.value.expose_secret())),
                )?;
            }
            continue;
        }
        let cookie = parse_set_cookie(line);
        list.push(
            Record::new()
                .with("header", "Set-Cookie")
                .with("name", cookie.name.as_str())
                .with("value", describe(cookie.value.expose_secret()))
                .with("secure", cookie.is_secure())
                .with("http_only", cookie.is_http_only())
                .with("same_site", cookie.same_site().map(|s| s.to_string()))
                .with("domain", cookie.domain())
                .with("path", cookie.path())
                .with("max_age", cookie.max_age())
                .with("expires", cookie.expires()),
        )?;
    }
    list.finish(None)?;
    Ok(Outcome::Done)
}

fn describe(value: &str) -> String {
    if Token::parse(value.as_bytes()).is_some() {
        "a token".to_owned()
    } else {
        format!("{} bytes", value.len())
    }
}
