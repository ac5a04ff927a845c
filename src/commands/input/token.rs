//! Reading a token from where an argument says it is.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader};

use zeroize::Zeroizing;

use super::line;
use crate::commands::args::token::TokenSource;
use crate::commands::args::{TokenArg, TokenValue};
use crate::commands::{CommandResult, Context, Failure, Outcome};

/// Longer than any token, JWT or cookie line.
const MAX_TOKEN_LINE_BYTES: usize = 16 * 1024;

impl TokenValue {
    /// What `SESSIONCTL_TOKEN` holds.
    ///
    /// # Errors
    /// A usage [`Failure`] where it holds nothing.
    pub fn of_environment(context: &Context) -> Result<Self, Failure> {
        match context.env_token {
            Some(_) => Ok(TokenValue(TokenSource::Environment)),
            None => Err(Failure::usage("no token was given")
                .hint("write - to give it on standard input, @FILE, or set SESSIONCTL_TOKEN")),
        }
    }

    /// The bytes as they were presented; of standard input and of a file, the first line. A value in the
    /// arguments is warned about.
    ///
    /// # Errors
    /// A [`Failure`] where there is nothing to read, or it cannot be read.
    pub fn read(&self, context: &mut Context) -> CommandResult<Zeroizing<Vec<u8>>> {
        if self.is_literal() {
            warn_once(context);
        }
        self.read_quietly(context)
    }

    /// The same without the warning: for what may also be no secret, such as an id.
    pub(super) fn read_quietly(&self, context: &mut Context) -> CommandResult<Zeroizing<Vec<u8>>> {
        match &self.0 {
            TokenSource::Literal(bytes) => Ok(bytes.clone()),
            TokenSource::Environment => {
                let bytes = context.env_token.as_ref().map(|token| token.as_bytes().to_vec());
                Ok(Zeroizing::new(bytes.unwrap_or_default()))
            }
            TokenSource::Stdin => {
                let line = first_line(context.stdin.as_mut(), "standard input");
                context.present();
                line
            }
            TokenSource::File(path) => {
                // The path is not repeated: with an @ in front by mistake, it is the token.
                let failure = |error: io::Error| {
                    Failure::of(Outcome::Failed, format!("the file behind the @ cannot be read: {error}"))
                };
                let file = File::open(path).map_err(failure)?;
                first_line(&mut BufReader::with_capacity(MAX_TOKEN_LINE_BYTES, file), "the file behind the @")
            }
        }
    }

    /// Whether the value itself stands in the arguments.
    pub(in crate::commands) fn is_literal(&self) -> bool {
        matches!(self.0, TokenSource::Literal(_))
    }
}

fn first_line(stream: &mut dyn BufRead, what: &str) -> CommandResult<Zeroizing<Vec<u8>>> {
    match line::read(stream, MAX_TOKEN_LINE_BYTES) {
        Ok(Some(line)) if !line.is_empty() => Ok(line),
        Ok(_) => Err(Failure::usage(format!("no token in the next line of {what}")).into()),
        Err(error) => Err(Failure::of(Outcome::Failed, format!("{what} cannot be read: {error}")).into()),
    }
}

thread_local! {
    // A program has one thread that reads arguments; a test has one of its own.
    static WARNED: Cell<bool> = const { Cell::new(false) };
}

/// Warns of a token in the arguments, the first time.
pub(super) fn warn_once(context: &mut Context) {
    if !WARNED.replace(true) {
        context.ui.warn(
            "a token on the command line is visible to other processes; use -, @FILE or SESSIONCTL_TOKEN",
        );
    }
}

impl TokenArg {
    /// The bytes as they were presented; whether they are a token is for [`sessionctl_core::model::token::Token::parse`]
    /// to say.
    ///
    /// # Errors
    /// A [`Failure`] where there is nothing to read, or it cannot be read.
    pub fn read(&self, context: &mut Context) -> CommandResult<Zeroizing<Vec<u8>>> {
        match &self.token {
            Some(value) => value.read(context),
            None => TokenValue::of_environment(context)?.read(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;
    use crate::commands::testing::Scene;

    fn value(text: &[u8]) -> TokenValue {
        TokenValue::from(OsString::from_vec(text.to_vec()))
    }

    #[test]
    fn every_source_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "filed\r\nmore\n").unwrap();
        let file = format!("@{}", path.display());
        let mut scene = Scene::new().stdin("first\nsecond\n").env_token("kept");
        for (argument, expected) in [
            (&b"-"[..], &b"first"[..]),
            (b"-", b"second"),
            (file.as_bytes(), b"filed"),
            (b"odd \xff\n", b"odd \xff\n"),
            (b"@", b"@"),
            (b"", b""),
        ] {
            assert_eq!(**value(argument).read(&mut scene.context).unwrap(), *expected);
        }
        let absent = TokenArg { token: None };
        assert_eq!(**absent.read(&mut scene.context).unwrap(), *b"kept");
    }

    #[test]
    fn a_token_in_the_arguments_is_warned_about_once() {
        let mut scene = Scene::new().stdin("x\n").env_token("kept");
        value(b"-").read(&mut scene.context).unwrap();
        TokenArg { token: None }.read(&mut scene.context).unwrap();
        assert_eq!(scene.err(), "");
        for _ in 0..2 {
            value(b"literal").read(&mut scene.context).unwrap();
        }
        assert_eq!(scene.err().lines().count(), 1);
        assert!(scene.err().starts_with("warning: a token on the command line is visible"));
    }

    #[test]
    fn nothing_to_read_is_told_without_a_path() {
        let mut scene = Scene::new();
        let code = |result: CommandResult<_>| {
            let error = result.unwrap_err();
            assert!(!error.to_string().contains("s3cret"), "{error}");
            error.failure().unwrap().code
        };
        assert_eq!(code(value(b"-").read(&mut scene.context)), 2);
        assert_eq!(code(value(b"@/no/s3cret").read(&mut scene.context)), 1);
        assert_eq!(code(TokenArg { token: None }.read(&mut scene.context)), 2);
        assert_eq!(format!("{:?}", value(b"s3cret")), "TokenValue(..)");
    }
}
