//! Reading a token from the source that an argument names.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};

use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::id::id;
use super::line;
use crate::commands::args::session::Place;
use crate::commands::args::token::TokenSource;
use crate::commands::args::{TokenArg, TokenValue};
use crate::commands::shell_word::{argument, user_selector};
use crate::commands::{CommandError, CommandResult, Context, Failure, Outcome};
use sessionctl_core::model::token::{Token, looks_like_token};
use sessionctl_core::model::user::UserName;
use sessionctl_wire::find::{self, FindError};

/// More than any text that holds one token, JWT, cookie jar or HTTP message.
const MAX_TOKEN_TEXT_BYTES: usize = 64 * 1024;

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

    /// Reads the bytes as presented: all of a file and of standard input, and one line of a terminal. Warns about a
    /// value in the arguments.
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
                let text = if context.stdin_is_terminal {
                    line::read(context.stdin.as_mut(), MAX_TOKEN_TEXT_BYTES).map(Option::unwrap_or_default)
                } else {
                    read_all(context.stdin.as_mut())
                };
                context.present();
                not_empty(text, "standard input")
            }
            TokenSource::File(path) => {
                // The path is not repeated: an @ before a token by mistake would make it the path.
                not_empty(File::open(path).and_then(|mut file| read_all(&mut file)), "the file after the @")
            }
        }
    }

    /// Whether the value itself is in the arguments.
    pub(in crate::commands) fn is_literal(&self) -> bool {
        matches!(self.0, TokenSource::Literal(_))
    }
}

fn read_all(stream: &mut dyn Read) -> io::Result<Zeroizing<Vec<u8>>> {
    // Allocated once: growing would leave copies of a secret behind.
    let mut text = Zeroizing::new(Vec::with_capacity(MAX_TOKEN_TEXT_BYTES + 1));
    stream.take(MAX_TOKEN_TEXT_BYTES as u64 + 1).read_to_end(&mut text)?;
    if text.len() > MAX_TOKEN_TEXT_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is longer than 64 KiB"));
    }
    Ok(text)
}

fn not_empty(text: io::Result<Zeroizing<Vec<u8>>>, what: &str) -> CommandResult<Zeroizing<Vec<u8>>> {
    match text {
        Ok(text) if !text.trim_ascii().is_empty() => Ok(text),
        Ok(_) => Err(Failure::usage(format!("there is no token in {what}")).into()),
        // A client sends what it wants: too much of it is text without a token, not a failure to answer.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(Failure::usage(format!("there is no token in {what}: it is longer than 64 KiB")).into())
        }
        Err(error) => Err(Failure::of(Outcome::Failed, format!("cannot read {what}: {error}")).into()),
    }
}

/// Finds the one token in text that was presented, in any form in which this program or the web hands out tokens.
///
/// # Errors
/// A usage [`Failure`], which does not repeat the text, where it does not hold exactly one token.
pub fn find_token(text: &[u8]) -> Result<Token, Failure> {
    search(text).map_err(explain)
}

/// The one token in a text, in any form.
///
/// # Errors
/// [`FindError`] where the text does not hold exactly one token.
pub fn search(text: &[u8]) -> Result<Token, FindError> {
    if let Some(token) = Token::parse(text.trim_ascii()) {
        return Ok(token);
    }
    let is_token = |word: &str| Token::parse(word.as_bytes()).is_some();
    let found = find::find_token(text, &is_token)?;
    Token::parse(found.value.expose_secret().as_bytes()).ok_or(FindError::NotAToken)
}

/// What a token is, for text that is none.
const TOKEN_SHAPE: &str =
    "a token is 64 hexadecimal digits, an API token has `sctl_` before them, and an id is no token";

/// A search that failed, with the command that reads text of this kind.
pub(super) fn explain(error: FindError) -> Failure {
    let failure = Failure::usage(error.to_string());
    match error {
        FindError::Several(_) => {
            failure.hint("`verify --batch` checks several tokens, and `revoke --stdin` revokes them")
        }
        FindError::Unclear => {
            failure.hint("`revoke --stdin --dry-run` finds tokens in any text, and shows their sessions")
        }
        FindError::NotAToken => failure.hint(TOKEN_SHAPE),
        _ => failure,
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

impl TokenValue {
    /// Reads the one token, in any form.
    ///
    /// # Errors
    /// A [`Failure`] where there is nothing to read, reading fails, or the text does not hold exactly one token.
    pub fn read_token(&self, context: &mut Context) -> CommandResult<Token> {
        Ok(find_token(&self.read(context)?).map_err(|failure| self.name_source(failure))?)
    }

    /// Names the environment variable in a failure of its value, which is not on the command line to be seen, and to one
    /// who wrote the name of a file the sign that it needs.
    pub(super) fn name_source(&self, failure: Failure) -> Failure {
        match &self.0 {
            TokenSource::Literal(bytes)
                if failure.hint.as_deref() == Some(TOKEN_SHAPE) && id(bytes).is_some() =>
            {
                let id = String::from_utf8_lossy(bytes.trim_ascii());
                failure.hint(format!(
                    "that is an id, and this needs the session's token: `sessionctl inspect {id}` shows the session, \
                     `sessionctl revoke {id}` ends it"
                ))
            }
            TokenSource::Literal(_) if failure.hint.as_deref() == Some(TOKEN_SHAPE) => {
                failure.hint(format!("{TOKEN_SHAPE}; - reads it from standard input, @FILE from a file"))
            }
            TokenSource::Environment => {
                Failure { message: format!("SESSIONCTL_TOKEN: {}", failure.message), ..failure }
            }
            _ => failure,
        }
    }
}

impl TokenValue {
    /// Adds to a failure what a word on the command line is that names no session: a user, whom other commands show. Only
    /// for commands that a person writes; the text of a client is not looked up.
    pub(super) fn hint_at_user(&self, failure: Failure, place: Place, context: &Context) -> Failure {
        let text = self.written().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let name = text.filter(|text| !looks_like_token(text)).and_then(|text| text.parse::<UserName>().ok());
        let Some(name) = name else { return failure };
        let Ok(store) = context.host.open_to_read() else { return failure };
        let Ok(Some(user)) = store.user(&name) else { return failure };
        let (shown, selector) = (argument(user.name.as_str()), user_selector(user.name.as_str()));
        failure.hint(match place {
            Place::One => format!(
                "that is a user: `sessionctl user show {shown}` shows it, `sessionctl list {selector}` its sessions"
            ),
            Place::Ids => {
                format!("that is a user: write {selector}; `sessionctl user show {shown}` shows the user")
            }
            Place::Except => format!("that is a user: write --not-{}", selector.trim_start_matches("--")),
        })
    }

    /// Reads the one token, and from standard input only its next line.
    ///
    /// # Errors
    /// As [`TokenValue::read_token`].
    pub fn read_token_line(&self, context: &mut Context) -> CommandResult<Token> {
        if !matches!(self.0, TokenSource::Stdin) {
            return self.read_token(context);
        }
        let line = line::read(context.stdin.as_mut(), MAX_TOKEN_TEXT_BYTES).map(Option::unwrap_or_default);
        context.present();
        Ok(find_token(&not_empty(line, "the next line of standard input")?)?)
    }
}

impl TokenArg {
    /// Reads the bytes as presented.
    ///
    /// # Errors
    /// A [`Failure`] where there is nothing to read, or reading fails.
    pub fn read(&self, context: &mut Context) -> CommandResult<Zeroizing<Vec<u8>>> {
        match &self.token {
            Some(value) => value.read(context),
            None => TokenValue::of_environment(context)?.read(context),
        }
    }

    /// Reads the one token, in any form.
    ///
    /// # Errors
    /// As [`TokenValue::read_token`].
    pub fn read_token(&self, context: &mut Context) -> CommandResult<Token> {
        match &self.token {
            Some(value) => value.read_token(context),
            None => TokenValue::of_environment(context)?.read_token(context),
        }
    }

    /// The same for a command that a person writes: a word that is the name of a user is reported as one.
    ///
    /// # Errors
    /// As [`TokenValue::read_token`].
    pub fn read_own_token(&self, context: &mut Context) -> CommandResult<Token> {
        match (&self.token, self.read_token(context)) {
            (Some(value), Err(CommandError::Failure(failure))) => {
                Err(value.hint_at_user(failure, Place::One, context).into())
            }
            (_, read) => read,
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
            (&b"-"[..], &b"first\nsecond\n"[..]),
            (file.as_bytes(), b"filed\r\nmore\n"),
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
