//! Reads the JWT that a command works on.

use secrecy::{ExposeSecret as _, SecretString};

use crate::commands::args::TokenArg;
use crate::commands::{CommandResult, Context, Failure};
use sessionctl_core::model::token::Token;
use sessionctl_wire::find::{FindError, find_jwt};
use sessionctl_wire::text;

/// The JWT in the text that was given, in any form in which one is handed out. Text in which none is recognised is
/// returned as it is, so that the caller can report what is wrong with it.
///
/// # Errors
/// A usage [`Failure`] for no text, for several JWTs, and for a session token.
pub(super) fn read(argument: &TokenArg, context: &mut Context) -> CommandResult<SecretString> {
    if !argument.is_given() && context.env_token.is_none() {
        return Err(Failure::usage("no JWT was given")
            .hint("use - for standard input, @FILE, or set SESSIONCTL_TOKEN")
            .into());
    }
    let bytes = argument.read(context)?;
    match find_jwt(&bytes, &|word| Token::parse(word.as_bytes()).is_some()) {
        Ok(found) => Ok(found.value),
        Err(FindError::NotAToken | FindError::Unclear) => {
            let text = text::decode(&bytes).unwrap_or_default();
            Ok(SecretString::from(text.trim()))
        }
        Err(error) => Err(Failure::usage(error.to_string()).into()),
    }
}

/// Names the argument in the help of a command that takes a JWT; for `mut_args`.
pub(super) fn jwt_argument(arg: clap::Arg) -> clap::Arg {
    if arg.get_id() != "token" {
        return arg;
    }
    arg.value_name("JWT").help("The JWT: - reads standard input, @FILE a file; without it, SESSIONCTL_TOKEN")
}

/// The text of a JWT.
pub(super) fn text_of(jwt: &SecretString) -> &str {
    jwt.expose_secret()
}
