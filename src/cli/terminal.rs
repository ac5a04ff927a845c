//! What the two output streams can show: colour, width, characters beyond ASCII. They are only examined here; the
//! output decides what it makes of them.

use std::env;
use std::io::{self, IsTerminal as _};

use clap::ValueEnum;
use rustix::fs::FileType;

/// When to use colour; by default on a terminal that takes colours, unless `NO_COLOR` is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// The properties of both streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terminal {
    /// Whether standard output is a terminal.
    pub(super) stdout: bool,
    /// Whether standard error is a terminal.
    pub(super) stderr: bool,
    /// Columns for results, if they have a limit.
    pub(super) width: Option<u16>,
    /// Lines of the terminal that standard output is, if it obeys escape sequences, as a pager needs.
    pub(super) rows: Option<u16>,
    /// Whether both streams go to one file, as with `2>&1`.
    pub(super) shared: bool,
    /// Columns for messages, if they have a limit.
    pub(super) stderr_width: Option<u16>,
    /// Whether standard output takes colours.
    pub(super) color: bool,
    /// Whether standard error takes colours.
    pub(super) stderr_color: bool,
    /// Whether the terminal obeys escape sequences.
    pub(super) escapes: bool,
    /// Whether characters beyond ASCII can be shown.
    pub(super) unicode: bool,
}

/// The width of a terminal that does not report one.
const DEFAULT_COLUMNS: u16 = 80;

impl Terminal {
    /// Examines the streams and the environment.
    pub(super) fn look(choice: ColorChoice) -> Self {
        let (stdout, stderr) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let columns = columns(var("COLUMNS").as_deref());
        let measure =
            |term: console::Term| columns.or_else(|| term.size_checked().map(|(_, columns)| columns));
        let stderr_width = match stderr {
            true => Some(measure(console::Term::stderr()).unwrap_or(DEFAULT_COLUMNS)),
            false => columns,
        };
        let width = match stdout {
            true => Some(measure(console::Term::stdout()).unwrap_or(DEFAULT_COLUMNS)),
            // `sessionctl list | less` is read on the terminal that shows the messages. A file keeps whole lines.
            false => columns.or(stderr_width.filter(|_| stdout_is_pipe())),
        };
        let term = var("TERM");
        let plain = is_plain(env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()), term.as_deref());
        let rows = console::Term::stdout().size_checked().map(|(rows, _)| rows);
        Terminal {
            stdout,
            stderr,
            width,
            rows: rows.filter(|_| stdout && !is_dumb(term.as_deref())),
            shared: streams_are_one(),
            stderr_width,
            color: wants_color(choice, stdout, plain),
            stderr_color: wants_color(choice, stderr, plain),
            escapes: !is_dumb(term.as_deref()),
            unicode: is_utf8(["LC_ALL", "LC_CTYPE", "LANG"].map(var)),
        }
    }
}

/// `COLUMNS`, unless it is empty, zero or no number.
fn columns(value: Option<&str>) -> Option<u16> {
    value?.parse().ok().filter(|columns| *columns > 0)
}

fn streams_are_one() -> bool {
    match (rustix::fs::fstat(io::stdout()), rustix::fs::fstat(io::stderr())) {
        (Ok(out), Ok(err)) => (out.st_dev, out.st_ino) == (err.st_dev, err.st_ino),
        _ => false,
    }
}

fn stdout_is_pipe() -> bool {
    let kind = rustix::fs::fstat(io::stdout()).map(|stat| FileType::from_raw_mode(stat.st_mode));
    matches!(kind, Ok(FileType::Fifo | FileType::Socket))
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
    fn wants_color_prefers_the_flag_to_the_environment() {
        assert!(wants_color(ColorChoice::Always, false, true));
        assert!(!wants_color(ColorChoice::Never, true, false));
        assert!(wants_color(ColorChoice::Auto, true, false));
        assert!(!wants_color(ColorChoice::Auto, false, false));
        for (no_color, term, plain) in [
            (true, Some("xterm"), true),
            (false, Some("dumb"), true),
            (false, Some(""), true),
            (false, None, true),
            (false, Some("xterm"), false),
        ] {
            assert_eq!(is_plain(no_color, term), plain, "{term:?}");
        }
    }

    #[test]
    fn columns_ignores_what_is_no_width() {
        for (value, expected) in
            [(Some("70"), Some(70)), (Some("0"), None), (Some(""), None), (Some("x"), None)]
        {
            assert_eq!(columns(value), expected);
        }
        assert_eq!(columns(None), None);
    }

    #[test]
    fn is_utf8_reads_the_first_variable_that_is_set() {
        let locale = |all: &str, ctype: &str, lang: &str| {
            is_utf8([all, ctype, lang].map(|text| Some(text.to_owned())))
        };
        assert!(locale("", "", "en_US.UTF-8") && locale("C.utf8", "C", "C"));
        assert!(!locale("C", "C.UTF-8", "C.UTF-8") && !locale("", "", "") && !is_utf8([None, None, None]));
    }
}
