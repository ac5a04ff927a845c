//! `cookie format`: a token as a cookie, or the line that removes one.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use secrecy::{ExposeSecret as _, SecretString};

use crate::commands::args::TokenArg;
use crate::commands::args::token_format::{CookieArgs, TokenFormat};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Format, Record, View};
use sessionctl_core::model::time::parse_duration;
use sessionctl_wire::cookie::MAX_AGE;

pub(in crate::commands) const COOKIE_TEXT: View =
    View { noun: "cookies", singular: "cookie", fields: &["text", "form"], columns: &["text", "form"] };

/// Write a token as a cookie
///
/// By default scripts cannot read the cookie (HttpOnly), plain HTTP does not carry it (Secure), and only one host gets
/// it (__Host-). It ends when the browser is closed, unless --max-age is given, at most 400 days.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  The line that a server sends after login
    sessionctl cookie format - < token
  The line that a server sends after logout
    sessionctl cookie format --delete
  A configuration file for curl, so that the token is in no argument
    sessionctl cookie format --as curl - < token > session.curl
    curl --config session.curl https://shop.example/orders
  A cookie jar
    sessionctl cookie format --as jar --host shop.example @token > cookies.txt")]
pub(super) struct FormatArgs {
    #[command(flatten)]
    token: TokenArg,

    /// Write the cookie in this form
    #[arg(long = "as", value_name = "FORM", default_value = "set-cookie", value_parser =
        PossibleValuesParser::new(TokenFormat::cookie_values()).try_map(|name| TokenFormat::named(&name)))]
    form: TokenFormat,

    /// Write the Set-Cookie line that removes the cookie; needs no TOKEN
    #[arg(long, conflicts_with = "max_age")]
    delete: bool,

    /// Omit the name of the header field
    #[arg(long)]
    bare: bool,

    /// Keep the cookie this long, not just until the browser is closed
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    max_age: Option<Duration>,

    #[command(flatten)]
    cookie: CookieArgs,
}

pub(super) fn run(args: &FormatArgs, context: &mut Context) -> CommandResult<Outcome> {
    args.check()?;
    context.ui.check_fields(&COOKIE_TEXT)?;
    context.ui.explain(
        "a __Host- cookie is Secure, has Path=/ and no Domain, so that only this host gets it (RFC 6265bis §4.1.3.2)",
    );
    let text = args.text(context)?;
    const MAX_AGE_FORMS: &[TokenFormat] = &[TokenFormat::SetCookie, TokenFormat::Jar];
    let others = args.max_age.map(|_| ("--max-age", MAX_AGE_FORMS));
    args.cookie.warn_of_ignored(args.form, others.as_slice(), context);
    context.ui.explain("a cookie only carries the token: the server looks up the token in it");
    let text = text.expose_secret().trim_end_matches('\n');
    let options = context.ui.options();
    if options.format == Format::Table && options.fields.is_none() {
        context.ui.bare(text)?;
    } else {
        context.ui.record(&COOKIE_TEXT, Record::new().with("text", text).with("form", args.form_name()))?;
    }
    Ok(Outcome::Done)
}

impl FormatArgs {
    fn check(&self) -> Result<(), Failure> {
        if self.delete && self.form != TokenFormat::SetCookie {
            return Err(Failure::usage("--delete writes a Set-Cookie line only: omit --as"));
        }
        if self.bare && !matches!(self.form, TokenFormat::SetCookie | TokenFormat::Cookie) {
            return Err(Failure::usage("--bare is for the forms set-cookie and cookie"));
        }
        if self.max_age.is_some_and(|age| age > MAX_AGE) {
            let message = "--max-age is over 400 days, and browsers shorten that to 400 (RFC 6265bis §5.5)";
            return Err(Failure::usage(message));
        }
        Ok(())
    }

    fn form_name(&self) -> &'static str {
        match self.form {
            TokenFormat::Cookie => "cookie",
            TokenFormat::Curl => "curl",
            TokenFormat::Jar => "jar",
            _ => "set-cookie",
        }
    }

    fn text(&self, context: &mut Context) -> CommandResult<SecretString> {
        if self.delete {
            let cookie = self.cookie.removing()?;
            return Ok(if self.bare { cookie.set_cookie_value() } else { cookie.set_cookie() });
        }
        let token = self.token.read_token(context)?.expose();
        if self.bare {
            let cookie = self.cookie.cookie(&token, self.max_age)?;
            return Ok(match self.form {
                TokenFormat::Cookie => cookie.cookie_value(),
                _ => cookie.set_cookie_value(),
            });
        }
        let lasting = self.max_age.map(|age| (age, context.now.plus(age)));
        Ok(self.cookie.write(token, self.form, lasting)?)
    }
}
