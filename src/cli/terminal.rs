//! What the two output streams can show: colour, width, signs beyond ASCII. Only looked at here; what is made of
//! it is the output's matter.

use std::env;
use std::io::{IsTerminal as _, stderr, stdout};

use clap::ValueEnum;

/// When to colour; by itself, on a terminal that takes colours, unless `NO_COLOR` is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// The look of both streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terminal {
    /// The width in columns, where standard output is a terminal.
    pub(super) stdout: Option<u16>,
    /// Whether standard error is a terminal.
    pub(super) stderr: bool,
    /// Whether standard output takes colours.
    pub(super) color: bool,
    /// Whether standard error takes colours.
    pub(super) stderr_color: bool,
    /// Whether signs beyond ASCII can be drawn.
    pub(super) unicode: bool,
}

/// Where a terminal does not tell its width.
const USUAL_WIDTH: u16 = 80;

impl Terminal {
    /// Looks at the streams and the environment.
    pub(super) fn look(choice: ColorChoice) -> Self {
        let width = || console::Term::stdout().size_checked().map_or(USUAL_WIDTH, |(_, columns)| columns);
        let stdout = stdout().is_terminal().then(width);
        let stderr = stderr().is_terminal();
        let plain = is_plain(env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()), var("TERM").as_deref());
        Terminal {
            stdout,
            stderr,
            color: wants_color(choice, stdout.is_some(), plain),
            stderr_color: wants_color(choice, stderr, plain),
            unicode: is_utf8(["LC_ALL", "LC_CTYPE", "LANG"].map(var)),
        }
    }
}

fn var(name: &str) -> Option<String> {
    env::var(name).ok()
}

fn wants_color(choice: ColorChoice, terminal: bool, plain: bool) -> bool {
    match choice {
        ColorChoice::Auto => terminal && !plain,
        ColorChoice::Always => true,
        ColorChoice::Never => false,
    }
}

fn is_plain(no_color: bool, term: Option<&str>) -> bool {
    no_color || is_dumb(term)
}

/// Whether a terminal of this name obeys no escape sequences. Nothing is known of one without a name.
fn is_dumb(term: Option<&str>) -> bool {
    matches!(term, None | Some("" | "dumb"))
}

/// The first of the three that is set and not empty decides (POSIX.1-2024, XBD 8.2).
fn is_utf8(locales: [Option<String>; 3]) -> bool {
    let locale = locales.into_iter().flatten().find(|value| !value.is_empty()).unwrap_or_default();
    let locale = locale.to_ascii_uppercase();
    locale.contains("UTF-8") || locale.contains("UTF8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_beats_the_environment() {
        assert!(wants_color(ColorChoice::Always, false, true));
        assert!(!wants_color(ColorChoice::Never, true, false));
        assert!(wants_color(ColorChoice::Auto, true, false));
        assert!(!wants_color(ColorChoice::Auto, true, is_plain(true, Some("xterm"))));
        assert!(!wants_color(ColorChoice::Auto, true, is_plain(false, Some("dumb"))));
        assert!(!wants_color(ColorChoice::Auto, false, false));
    }

    #[test]
    fn the_first_locale_that_is_set_decides() {
        let locale = |all: &str, ctype: &str, lang: &str| {
            is_utf8([all, ctype, lang].map(|text| Some(text.to_owned())))
        };
        assert!(locale("", "", "en_US.UTF-8") && locale("C.utf8", "C", "C"));
        assert!(!locale("C", "C.UTF-8", "C.UTF-8") && !locale("", "", "") && !is_utf8([None, None, None]));
    }
}
