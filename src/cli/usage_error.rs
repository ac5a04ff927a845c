//! What the parser has to say: help and the version to standard output, a wrong use to standard error, without
//! repeating what may be a secret.

use std::ffi::OsString;
use std::io::{self, Write};

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::error::is_closed;
use super::redact::{HIDDEN, redact_credentials};
use super::terminal::{ColorChoice, Terminal};
use crate::output::escape::escape_controls;

/// Says what the parser found instead of a command, and gives the exit code.
pub(super) fn print(error: &clap::Error, arguments: &[OsString]) -> u8 {
    let terminal = Terminal::look(color_of(arguments));
    if error.use_stderr() {
        let text = words(error);
        // That this cannot be written is told to nobody, for there is no other way out.
        let _ = io::stderr().write_all(text.as_bytes());
        return 2;
    }
    let text = error.render();
    let text = if terminal.color { text.ansi().to_string() } else { text.to_string() };
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => 0,
        Err(error) if is_closed(&error) => 0,
        Err(error) => {
            let text = format!("error: standard output could not be written: {error}\n");
            let _ = io::stderr().write_all(text.as_bytes());
            1
        }
    }
}

/// The parser's message, fit to be shown.
fn words(error: &clap::Error) -> String {
    let mut text = error.render().to_string();
    // A word too many is often a password: `login alice secret`.
    if let (ErrorKind::UnknownArgument | ErrorKind::TooManyValues, Some(word)) =
        (error.kind(), extra_word(error))
    {
        text = text.replace(&format!("'{word}'"), &format!("'{HIDDEN}'"));
        text = text.replace(&format!("'-- {word}'"), &format!("'-- {HIDDEN}'"));
    }
    escape_controls(&redact_credentials(&text)).into_owned()
}

fn extra_word(error: &clap::Error) -> Option<&str> {
    let kind = match error.kind() {
        ErrorKind::TooManyValues => ContextKind::InvalidValue,
        _ => ContextKind::InvalidArg,
    };
    match error.get(kind) {
        Some(ContextValue::String(word)) if !word.starts_with('-') => Some(word),
        _ => None,
    }
}

/// The colour that was asked for, as far as it can be told of arguments that did not parse.
fn color_of(arguments: &[OsString]) -> ColorChoice {
    let value = arguments.iter().enumerate().find_map(|(index, argument)| match argument.to_str()? {
        "--color" => arguments.get(index + 1)?.to_str(),
        argument => argument.strip_prefix("--color="),
    });
    value.and_then(|name| clap::ValueEnum::from_str(name, false).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

    fn refused(line: &[&str]) -> String {
        let line = std::iter::once("sessionctl").chain(line.iter().copied());
        words(&crate::cli::command().try_get_matches_from(line).unwrap_err())
    }

    #[test]
    fn no_refusal_repeats_a_secret() {
        for line in [
            &[TOKEN][..],
            &["--format", TOKEN],
            &["--now", TOKEN],
            &["db", "info", TOKEN],
            &["db", TOKEN],
            &["completions", TOKEN],
            &["db", &format!("--{TOKEN}")],
            &["db", &format!("--now=sctl_{TOKEN}")],
            &["db", "init", "--sandbox=correct-horse"],
            &["db", "init", "correct-horse"],
            &["db", "init", "--", "correct-horse"],
        ] {
            let shown = refused(line);
            assert!(!shown.contains(TOKEN) && !shown.contains("horse"), "{shown}");
            assert!(shown.starts_with("error: "), "{shown}");
        }
        assert!(refused(&["db", "init", "correct-horse"]).contains("'[hidden]'"));
    }

    #[test]
    fn a_refusal_cannot_drive_the_terminal() {
        let shown = refused(&["--format", "\x1b[2J\u{202e}"]);
        assert!(!shown.contains(['\x1b', '\u{202e}']) && shown.contains("\\u{202e}"), "{shown:?}");
    }

    #[test]
    fn the_colour_is_found_in_arguments_that_do_not_parse() {
        let find = |line: &[&str]| color_of(&line.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(find(&["x", "--color", "always"]), ColorChoice::Always);
        assert_eq!(find(&["x", "--color=never", "--bad"]), ColorChoice::Never);
        assert_eq!(find(&["x", "--color"]), ColorChoice::Auto);
        assert_eq!(find(&["x", "--color=odd"]), ColorChoice::Auto);
    }
}
