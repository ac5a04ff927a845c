//! `cookie format`: a token as a cookie.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use secrecy::ExposeSecret as _;

use crate::commands::args::TokenArg;
use crate::commands::args::token_format::{CookieArgs, TokenFormat};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use sessionctl_core::model::time::parse_duration;
use sessionctl_core::model::token::Token;
use sessionctl_wire::cookie::MAX_AGE;

/// Write a token as a cookie
///
/// The cookie is kept from scripts (HttpOnly), from plain HTTP (Secure) and from other hosts (__Host-) unless
/// you say otherwise. It ends with the browser unless --max-age is given, at most 400 days.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  The line a server sends after login
    sessionctl cookie format - <<< \"$TOKEN\"
  A configuration file for curl, so that the token stands in no argument
    sessionctl cookie format --as curl - <<< \"$TOKEN\" > session.curl
    curl --config session.curl https://shop.example/orders
  A cookie jar
    sessionctl cookie format --as jar --host shop.example - <<< \"$TOKEN\" > cookies.txt")]
pub(super) struct FormatArgs {
    #[command(flatten)]
    token: TokenArg,

    /// Write the cookie in this form
    #[arg(long = "as", value_name = "FORM", default_value = "set-cookie", value_parser =
        PossibleValuesParser::new(["set-cookie", "cookie", "curl", "jar"]).try_map(|name| TokenFormat::named(&name)))]
    shape: TokenFormat,

    /// Keep the cookie so long, instead of until the browser ends
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    max_age: Option<Duration>,

    #[command(flatten)]
    cookie: CookieArgs,
}

pub(super) fn run(args: &FormatArgs, context: &mut Context) -> CommandResult<Outcome> {
    let text = args.token.read(context)?;
    let token = Token::parse(&text).ok_or_else(|| Failure::usage("that has not the shape of a token"))?;
    context.ui.explain("a __Host- cookie is Secure, has Path=/ and no Domain, so that only this very host gets it (RFC 6265bis §4.1.3.2)");
    if args.max_age.is_some_and(|span| span > MAX_AGE) {
        return Err(
            Failure::usage("--max-age is over 400 days, which browsers cut (RFC 6265bis §5.5)").into()
        );
    }
    let lasting = args.max_age.map(|span| (span, context.now.plus(span)));
    let cookie = args.cookie.write(token.expose(), args.shape, lasting)?;
    context.ui.explain("a cookie is only the token_format: the token in it is what the server looks up");
    context.ui.bare(cookie.expose_secret().trim_end_matches('\n'))?;
    Ok(Outcome::Done)
}
