//! Reading a token from the source that an argument names.

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
    /// The value of `SESSIONCTL_TOKEN`.
    ///
    /// # Errors
    /// A usage [`Failure`] where it is not set.
    pub fn of_environment(context: &Context) -> Result<Self, Failure> {
        match context.env_token {
            Some(_) => Ok(TokenValue(TokenSource::Environment)),
            None => Err(Failure::usage("no token was given")
                .hint("use - for standard input, @FILE, or set SESSIONCTL_TOKEN")),
        }
    }

    /// Reads the bytes as presented; from standard input and from a file, the first line. Warns about a value in the
    /// arguments.
    ///
    /// # Errors
    /// A [`Failure`] where there is nothing to read, or reading fails.
    pub fn read(&self, context: &mut Context) -> CommandResult<Zeroizing<Vec<u8>>> {
        if self.is_literal() {
            warn_once(context);
        }
        self.read_quietly(context)
    }

    /// Reads without the warning, for a value that may not be a secret, for example an id.
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
                // The path is not repeated: an @ before a token by mistake would make it the path.
                let failure = |error: io::Error| {
                    Failure::of(Outcome::Failed, format!("cannot read the file after the @: {error}"))
                };
                let file = File::open(path).map_err(failure)?;
                first_line(&mut BufReader::with_capacity(MAX_TOKEN_LINE_BYTES, file), "the file after the @")
            }
        }
    }

    /// Whether the value itself is in the arguments.
    pub(in crate::commands) fn is_literal(&self) -> bool {
        matches!(self.0, TokenSource::Literal(_))
    }
}

fn first_line(stream: &mut dyn BufRead, what: &str) -> CommandResult<Zeroizing<Vec<u8>>> {
    match line::read(stream, MAX_TOKEN_LINE_BYTES) {
        Ok(Some(line)) if !line.is_empty() => Ok(line),
        Ok(_) => Err(Failure::usage(format!("no token on the next line of {what}")).into()),
        Err(error) => Err(Failure::of(Outcome::Failed, format!("cannot read {what}: {error}")).into()),
    }
}

thread_local! {
    // The program reads its arguments on one thread, and each test runs on its own.
    static WARNED: Cell<bool> = const { Cell::new(false) };
}

/// Warns about a token in the arguments, the first time.
pub(super) fn warn_once(context: &mut Context) {
    if !WARNED.replace(true) {
        context.ui.warn(
            "a token on the command line is visible to other processes; use -, @FILE or SESSIONCTL_TOKEN",
        );
    }
}

impl TokenArg {
    /// Reads the bytes as presented; [`sessionctl_core::model::token::Token::parse`] decides whether they are a token.
    ///
    /// # Errors
    /// A [`Failure`] where there is nothing to read, or reading fails.
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
    fn token_value_reads_every_source() {
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
    fn token_in_the_arguments_is_warned_about_once() {
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
    fn token_that_cannot_be_read_is_reported_without_its_path() {
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
