//! Reads a line from the terminal without showing it. Done by hand because the usual way leaves the echo off when
//! it is interrupted, and keeps copies of what was typed. What the line is for is not known here.

use std::io;
use std::os::fd::AsFd as _;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::host::process::interrupt;

/// More than any password may have; the rest is not kept.
const LONGEST: usize = 4096;

/// How reading a line ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// The line, without its end.
    Line(Zeroizing<Vec<u8>>),
    /// Ctrl-C, Escape, or the terminal is gone.
    Cancelled,
}

/// Puts the terminal back as it was, however the reading ends.
struct Restore(Termios);

impl Drop for Restore {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin().as_fd(), OptionalActions::Now, &self.0);
    }
}

/// Reads one line from standard input, which is a terminal.
pub(super) fn read() -> io::Result<Typed> {
    let stdin = io::stdin();
    let before = tcgetattr(stdin.as_fd())?;
    let mut silent = before.clone();
    // Byte by byte, so that there is no limit on a line, and Ctrl-C comes as a byte.
    silent.local_modes &= !(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN);
    silent.special_codes[SpecialCodeIndex::VMIN] = 1;
    silent.special_codes[SpecialCodeIndex::VTIME] = 0;
    let interrupt = interrupt();
    interrupt.during(|| {
        let _restore = Restore(before);
        tcsetattr(stdin.as_fd(), OptionalActions::Flush, &silent)?;
        let mut line = Line::default();
        let mut piece = Zeroizing::new([0; 256]);
        loop {
            match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], None) {
                Err(rustix::io::Errno::INTR) if interrupt.pressed() => return Ok(Typed::Cancelled),
                Err(rustix::io::Errno::INTR) => continue,
                polled => polled?,
            };
            let length = rustix::io::read(stdin.as_fd(), &mut piece[..])?;
            if let Some(typed) = line.take(&piece[..length]) {
                return Ok(typed);
            }
        }
    })
}

/// A line while it is typed.
#[derive(Default)]
struct Line(Zeroizing<Vec<u8>>);

impl Line {
    /// Takes what came at once; the line where it is complete.
    fn take(&mut self, piece: &[u8]) -> Option<Typed> {
        match piece {
            // Escape alone; with more behind it, it is a key such as an arrow, which means nothing here.
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
                0x08 | 0x7f => self.rub_out(),
                // Ctrl-U and Ctrl-W: what cannot be seen is best begun anew.
                0x15 | 0x17 => self.0.clear(),
                b'\t' | 0x20.. if self.0.len() < LONGEST => self.push(*byte),
                _ => {}
            }
        }
        None
    }

    fn push(&mut self, byte: u8) {
        // Taken whole at once: growing would leave copies behind.
        if self.0.capacity() == 0 {
            self.0.reserve_exact(LONGEST);
        }
        self.0.push(byte);
    }

    /// Takes off the last character, which may be several bytes of UTF-8.
    fn rub_out(&mut self) {
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
    fn a_line_can_be_mended() {
        assert_eq!(typed(&[b"pass word\r"]), line("pass word"));
        assert_eq!(typed(&[b"a", b"b", b"\x7f", b"c\n"]), line("ac"));
        assert_eq!(typed(&["aé\x7f\x7f\x7fb\n".as_bytes()]), line("b"));
        assert_eq!(typed(&[b"wrong\x15right\n"]), line("right"));
        assert_eq!(typed(&[b"a", b"\x1b[A", b"b\n"]), line("ab"));
        assert_eq!(typed(&[b"\n"]), line(""));
        assert_eq!(typed(&[b"ab"]), None);
    }

    #[test]
    fn it_can_be_broken_off() {
        for key in [&b"\x03"[..], b"\x1b", b"\x04", b""] {
            assert_eq!(typed(&[key]), Some(Typed::Cancelled));
        }
        assert_eq!(typed(&[b"abc\x03def\n"]), Some(Typed::Cancelled));
        assert_eq!(typed(&[b"abc\x04"]), line("abc"));
    }

    #[test]
    fn a_line_has_an_end() {
        let Some(Typed::Line(line)) = typed(&[&[b'x'; 2 * LONGEST], b"\n"]) else { panic!("no line") };
        assert_eq!(line.len(), LONGEST);
    }
}
