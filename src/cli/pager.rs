//! A pager for results that do not fit the terminal, by the rules of git: the results are held until they exceed the
//! screen, and then a pager shows them and the messages. Which results there are does not belong here.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd as _;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::sync::Arc;

use anstream::adapter::StripBytes;
use rustix::io::Errno;
use sessionctl_startup::stdout_was_closed;

use crate::host::StoreActivity;
use crate::host::process::interrupt;

/// The pager where none is set.
const DEFAULT_PAGER: &str = "less";
/// The options that git gives `less` and `lv` where their variables are not set: quit if it fits, colours, no
/// alternate screen. And what is pasted while `less` reads the keyboard must not be run as a command.
const PAGER_OPTIONS: [(&str, &str); 3] = [("LESS", "FRX"), ("LV", "-c"), ("LESSSECURE", "1")];
/// The pagers that show colours; others, such as `more`, count or print the bytes of an escape sequence.
const COLOR_PAGERS: [&str; 6] = ["less", "lv", "bat", "batcat", "most", "moar"];
/// What a shell must read; without it, the words are the command.
const SHELL_CHARACTERS: &str = "|&;<>()$`\\\"' \t*?[#~=%";

/// Which pager, and for how many lines it is not needed.
pub(super) struct Paging {
    pub(super) command: String,
    pub(super) rows: usize,
    /// Whether the pager gets colours.
    pub(super) color: bool,
    /// A command that changes something prints as it goes on, and must not wait for a reader.
    pub(super) activity: Arc<StoreActivity>,
}

/// The command that `SESSIONCTL_PAGER` or `PAGER` sets, or `less`; none where it is `cat`.
pub(super) fn command(variable: impl Fn(&str) -> Option<OsString>) -> Option<String> {
    let set = ["SESSIONCTL_PAGER", "PAGER"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    let command = set.map_or_else(|| DEFAULT_PAGER.to_owned(), |value| value.to_string_lossy().into_owned());
    (command.trim() != "cat").then_some(command)
}

/// Whether the pager that a command starts is known to show colours.
pub(super) fn shows_colors(command: &str) -> bool {
    let program = command.split_whitespace().next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    COLOR_PAGERS.contains(&name)
}

/// The options of `less`, with `-R`, without which it prints the bytes of a colour.
fn less_options(set: &str) -> String {
    format!("-R {set}")
}

/// Standard output and standard error, of which a pager shows both where `paging` is given.
pub(super) fn streams(paging: Option<Paging>) -> (Box<dyn Write>, Box<dyn Write>) {
    let Some(paging) = paging else { return (stdout(), Box::new(io::stderr())) };
    let paged = Rc::new(RefCell::new(Paged { paging, state: State::Held(Vec::new()), terminal: stdout() }));
    (Box::new(Results(Rc::clone(&paged))), Box::new(Messages(paged)))
}

/// Standard output without the standard library's own buffer, which would be a second one.
///
/// Where the caller closed it (`>&-`), nothing can be written: what the standard library has opened in its place is
/// `/dev/null`, and a result there would be lost without an error.
fn stdout() -> Box<dyn Write> {
    if stdout_was_closed() {
        return Box::new(Closed);
    }
    match io::stdout().as_fd().try_clone_to_owned() {
        Ok(descriptor) => Box::new(File::from(descriptor)),
        Err(_) => Box::new(io::stdout()),
    }
}

/// A stream that nobody can write.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(Errno::BADF.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum State {
    /// The results so far fit the screen.
    Held(Vec<u8>),
    /// No pager is needed any more.
    Direct,
    /// The pager shows them.
    Shown(Pager),
}

/// A pager that runs.
struct Pager {
    process: Child,
    /// Takes the colours out for a pager that does not show them.
    strip: Option<StripBytes>,
}

impl Pager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(stdin) = &mut self.process.stdin else { return Ok(()) };
        match &mut self.strip {
            Some(strip) => strip.strip_next(bytes).try_for_each(|plain| stdin.write_all(plain)),
            None => stdin.write_all(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.process.stdin.as_mut().map_or(Ok(()), Write::flush)
    }
}

struct Paged {
    paging: Paging,
    state: State,
    terminal: Box<dyn Write>,
}

impl Paged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let State::Held(held) = &mut self.state {
            held.extend_from_slice(bytes);
            if self.paging.activity.written() {
                return self.release();
            }
            let lines = held.iter().filter(|byte| **byte == b'\n').count();
            if lines < self.paging.rows {
                return Ok(());
            }
            let held = std::mem::take(held);
            // Ctrl-C is the pager's.
            interrupt().hold();
            let strip = (!self.paging.color).then(StripBytes::new);
            let pager = start(&self.paging.command).map(|process| Pager { process, strip });
            self.state = pager.map_or(State::Direct, State::Shown);
            return self.write(&held);
        }
        match &mut self.state {
            State::Shown(pager) => pager.write(bytes),
            _ => self.terminal.write_all(bytes),
        }
    }

    /// Writes what was held to the terminal: whoever flushes wants it to be seen now.
    fn release(&mut self) -> io::Result<()> {
        if let State::Held(held) = &mut self.state {
            let held = std::mem::take(held);
            self.state = State::Direct;
            self.terminal.write_all(&held)?;
        }
        match &mut self.state {
            State::Shown(pager) => pager.flush(),
            _ => self.terminal.flush(),
        }
    }
}

impl Drop for Paged {
    fn drop(&mut self) {
        if let State::Shown(pager) = &mut self.state {
            // The pager reads to the end, and is waited for: the shell must not prompt before it is left.
            drop(pager.process.stdin.take());
            let _ = pager.process.wait();
        }
    }
}

fn start(command: &str) -> Option<Child> {
    let mut pager = match command.contains(|c| SHELL_CHARACTERS.contains(c)) {
        true => {
            let mut shell = Command::new("sh");
            shell.args(["-c", command]);
            shell
        }
        false => Command::new(command),
    };
    for (name, value) in PAGER_OPTIONS {
        // As everywhere, an empty variable counts as not set.
        match std::env::var(name) {
            Ok(set) if name == "LESS" && !set.is_empty() => pager.env(name, less_options(&set)),
            Ok(set) if !set.is_empty() => continue,
            _ => pager.env(name, value),
        };
    }
    pager.stdin(Stdio::piped()).spawn().ok()
}

struct Results(Rc<RefCell<Paged>>);

impl Write for Results {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().release()
    }
}

/// Messages go to the pager too while it has the screen.
struct Messages(Rc<RefCell<Paged>>);

impl Write for Messages {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0.borrow_mut().state {
            State::Shown(pager) => pager.write(bytes).map(|()| bytes.len()),
            _ => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0.borrow_mut().state {
            State::Shown(pager) => pager.flush(),
            _ => io::stderr().flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Screen(Rc<RefCell<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What the screen and the pager show of these pieces; an empty one is a flush.
    fn shown(pieces: &[&str], pager: &str) -> (String, String) {
        shown_with(pieces, pager, true)
    }

    fn shown_with(pieces: &[&str], pager: &str, color: bool) -> (String, String) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shown");
        std::fs::write(&file, "").unwrap();
        let screen = Screen::default();
        let command = pager.replace("FILE", file.to_str().unwrap());
        let paging = Paging { command, rows: 3, color, activity: Arc::default() };
        let mut paged = Paged { paging, state: State::Held(Vec::new()), terminal: Box::new(screen.clone()) };
        for piece in pieces {
            if piece.is_empty() { paged.release().unwrap() } else { paged.write(piece.as_bytes()).unwrap() }
        }
        paged.release().unwrap();
        drop(paged);
        let text = String::from_utf8(screen.0.borrow().clone()).unwrap();
        (text, std::fs::read_to_string(&file).unwrap())
    }

    #[test]
    fn pager_shows_what_exceeds_the_screen() {
        let pager = "cat > FILE";
        let pair = |screen: &str, pager: &str| (screen.to_owned(), pager.to_owned());
        assert_eq!(shown(&["1\n2\n"], pager), pair("1\n2\n", ""));
        assert_eq!(shown(&["1\n2\n", "3\n", "4\n"], pager), pair("", "1\n2\n3\n4\n"));
        assert_eq!(shown(&["1\n", "", "2\n3\n4\n"], pager), pair("1\n2\n3\n4\n", ""));
        assert_eq!(shown(&["", "1\n2\n3\n4\n"], pager), pair("1\n2\n3\n4\n", ""));
        assert_eq!(shown(&["1\n2\n3\n"], "no-such-pager"), pair("1\n2\n3\n", ""));
    }

    #[test]
    fn colors_stay_on_the_screen_and_leave_what_a_plain_pager_shows() {
        let (red, cut) = ("\u{1b}[31mé\u{1b}[0m\n", ["\u{1b}[3", "1mé\u{1b}[", "0m\n2\n3\n"]);
        let pager = "cat > FILE";
        assert_eq!(shown_with(&[red], pager, false), (red.to_owned(), String::new()));
        assert_eq!(shown_with(&[red, "2\n3\n", red], pager, false).1, "é\n2\n3\né\n");
        assert_eq!(shown_with(&[&["1\n2\n3\n"], &cut[..]].concat(), pager, false).1, "1\n2\n3\né\n2\n3\n");
        assert_eq!(shown_with(&[red, "2\n3\n"], pager, true).1, format!("{red}2\n3\n"));
    }

    #[test]
    fn command_is_the_first_variable_that_is_set() {
        let of = |own: &'static str, general: &'static str| {
            command(|name| Some(OsString::from(if name == "PAGER" { general } else { own })))
        };
        assert_eq!(of("most", "more").as_deref(), Some("most"));
        assert_eq!(of("", "more").as_deref(), Some("more"));
        assert_eq!(of("", "").as_deref(), Some("less"));
        assert_eq!(of("cat", "more"), None);
        assert_eq!(command(|_| None).as_deref(), Some("less"));
    }

    #[test]
    fn only_a_pager_that_is_known_to_show_colors_gets_them() {
        for (command, shows) in [
            ("less", true),
            ("/usr/bin/less -S", true),
            ("most", true),
            ("more", false),
            ("/bin/more", false),
            ("", false),
        ] {
            assert_eq!(shows_colors(command), shows, "{command}");
        }
        assert_eq!(
            (less_options("-M").as_str(), less_options("--ignore-case").as_str()),
            ("-R -M", "-R --ignore-case")
        );
    }
}
