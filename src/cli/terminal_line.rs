//! Reads a line from the terminal, hidden or shown, so that Ctrl-C restores the terminal and ends with a message.
//!
//! Written by hand. rpassword 7.5 replaces bytes that are not UTF-8 by U+FFFD, while a password counts exactly as it was
//! typed; it leaves copies behind as the line grows; and it raises SIGINT before it restores the terminal. What the line
//! is for does not belong here.

use std::io;
use std::os::fd::AsFd as _;

use rustix::termios::{InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr};
use zeroize::Zeroizing;

use crate::host::process::{Interrupt, interrupt};
use crate::host::terminal_modes;

/// Longer than any password may be; further bytes are dropped.
const MAX_LINE_BYTES: usize = 4096;

/// How reading a line ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// The line, without its end.
    Line(Zeroizing<Vec<u8>>),
    /// Ctrl-C, Escape or Ctrl-D, or the terminal is gone.
    Cancelled,
}

/// Restores the terminal, however the reading ends.
pub(super) struct Restore(Termios);

impl Drop for Restore {
    fn drop(&mut self) {
        let _ = terminal_modes::set(&self.0, OptionalActions::Now);
    }
}

/// Makes the terminal pass each key on and show none, until the result is dropped. A line then has no limit, and Ctrl-C and
/// Ctrl-D arrive as bytes.
pub(super) fn read_by_key(when: OptionalActions) -> io::Result<Restore> {
    let stdin = io::stdin();
    let before = tcgetattr(stdin.as_fd())?;
    let mut silent = before.clone();
    silent.local_modes &= !(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN);
    // Ctrl-S would stop what the terminal shows.
    silent.input_modes &= !InputModes::IXON;
    silent.special_codes[SpecialCodeIndex::VMIN] = 1;
    silent.special_codes[SpecialCodeIndex::VTIME] = 0;
    let restore = Restore(before);
    terminal_modes::set(&silent, when)?;
    Ok(restore)
}

/// Reads one line from standard input, which is a terminal, without showing it.
pub(super) fn read_hidden() -> io::Result<Typed> {
    let interrupt = interrupt();
    interrupt.during(|| {
        // What was typed before the question is no answer to it.
        let _restore = read_by_key(OptionalActions::Flush)?;
        read_line(interrupt, |_| None)
    })
}

/// Reads one line from standard input, which is a terminal that shows and edits it.
pub(super) fn read_shown() -> io::Result<Typed> {
    let interrupt = interrupt();
    interrupt.during(|| read_line(interrupt, keys_with_enter))
}

/// A line that begins with a key such as Escape, from a terminal that passes whole lines on: no answer that anything means,
/// but an answer, since Enter was pressed.
fn keys_with_enter(piece: &[u8]) -> Option<Typed> {
    let line = piece.strip_suffix(b"\n").filter(|line| line.starts_with(b"\x1b"))?;
    Some(Typed::Line(Zeroizing::new(line.to_vec())))
}

fn read_line(interrupt: &Interrupt, whole: impl Fn(&[u8]) -> Option<Typed>) -> io::Result<Typed> {
    let stdin = io::stdin();
    let mut line = Line::default();
    let mut piece = Zeroizing::new([0; 256]);
    loop {
        if interrupt.wait_for(&stdin)? {
            return Ok(Typed::Cancelled);
        }
        let length = rustix::io::read(stdin.as_fd(), &mut piece[..])?;
        if let Some(typed) = whole(&piece[..length]).or_else(|| line.take(&piece[..length])) {
            return Ok(typed);
        }
    }
}

/// A line while it is typed.
#[derive(Default)]
struct Line(Zeroizing<Vec<u8>>);

impl Line {
    /// Takes the bytes of one read; returns the line once it is complete.
    fn take(&mut self, piece: &[u8]) -> Option<Typed> {
        match piece {
            // Escape alone. With more bytes behind it, it is a key such as an arrow, which means nothing here.
            [] | [0x1b] => return Some(Typed::Cancelled),
            [0x1b, ..] => return None,
            _ => {}
        }
        for byte in piece {
            match byte {
                b'\r' | b'\n' => return Some(Typed::Line(std::mem::take(&mut self.0))),
                0x03 => return Some(Typed::Cancelled),
                0x04 if self.0.is_empty() => return Some(Typed::Cancelled),
                0x04 => return Some(Typed::Line(std::mem::take(&mut self.0))),
                0x08 | 0x7f => self.erase_last(),
                // Ctrl-U and Ctrl-W: a line that cannot be seen is best typed again.
                0x15 | 0x17 => self.0.clear(),
                b'\t' | 0x20.. if self.0.len() < MAX_LINE_BYTES => self.push(*byte),
                _ => {}
            }
        }
        None
    }

    fn push(&mut self, byte: u8) {
        // Allocated once: growing would leave copies behind.
        if self.0.capacity() == 0 {
            self.0.reserve_exact(MAX_LINE_BYTES);
        }
        self.0.push(byte);
    }

    /// Removes the last character, which may be several bytes of UTF-8.
    fn erase_last(&mut self) {
        while self.0.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pieces: &[&[u8]]) -> Option<Typed> {
        let mut line = Line::default();
        pieces.iter().find_map(|piece| line.take(piece))
    }

    fn line(text: &str) -> Option<Typed> {
        Some(Typed::Line(Zeroizing::new(text.as_bytes().to_vec())))
    }

    #[test]
    fn line_can_be_edited() {
        assert_eq!(typed(&[b"pass word\r"]), line("pass word"));
        assert_eq!(typed(&[b"a", b"b", b"\x7f", b"c\n"]), line("ac"));
        assert_eq!(typed(&["aé\x7f\x7f\x7fb\n".as_bytes()]), line("b"));
        assert_eq!(typed(&[b"wrong\x15right\n"]), line("right"));
        assert_eq!(typed(&[b"a", b"\x1b[A", b"b\n"]), line("ab"));
        assert_eq!(typed(&[b"\n"]), line(""));
        assert_eq!(typed(&[b"ab"]), None);
    }

    #[test]
    fn line_is_cancelled_by_interrupt_escape_and_end() {
        for key in [&b"\x03"[..], b"\x1b", b"\x04", b""] {
            assert_eq!(typed(&[key]), Some(Typed::Cancelled));
        }
        assert_eq!(typed(&[b"abc\x03def\n"]), Some(Typed::Cancelled));
        assert_eq!(typed(&[b"abc\x04"]), line("abc"));
    }

    #[test]
    fn line_drops_what_is_over_its_limit() {
        let Some(Typed::Line(line)) = typed(&[&[b'x'; 2 * MAX_LINE_BYTES], b"\n"]) else { panic!("no line") };
        assert_eq!(line.len(), MAX_LINE_BYTES);
    }
}
