//! The keys that a person presses at a terminal which passes each one on. What a key does does not belong here.
//!
//! Written by hand over the keys of console, whose `Term::read_key` changes the modes of the terminal for each key: a signal
//! that ends the process at that moment would leave a terminal that shows nothing. It also takes the end of a longer
//! sequence, such as that of Ctrl and an arrow, for text.

use std::io;

use console::Key;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{read, retry_on_intr};

use crate::host::process::interrupt;

const CTRL_A: u8 = 0x01;
const CTRL_C: u8 = 0x03;
const CTRL_E: u8 = 0x05;
const CTRL_H: u8 = 0x08;
const ESCAPE: u8 = 0x1b;
const DELETE: u8 = 0x7f;

/// Waits for a key on standard input, which passes each one on ([`super::terminal_line::read_by_key`]).
///
/// # Errors
/// [`io::ErrorKind::Interrupted`] after an interrupt signal, and where the terminal fails or is gone.
pub(super) fn read_key() -> io::Result<Key> {
    let stdin = io::stdin();
    decode(|waits| {
        if waits && interrupt().wait_for(&stdin)? {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if !waits {
            let mut polled = [PollFd::new(&stdin, PollFlags::IN)];
            if retry_on_intr(|| poll(&mut polled, Some(&Timespec::default())))? == 0 {
                return Ok(None);
            }
        }
        let mut byte = [0];
        match retry_on_intr(|| read(&stdin, &mut byte))? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(Some(byte[0])),
        }
    })
}

/// The next key. `next` returns the next byte; where it is not to wait for one, `None` if there is none yet.
fn decode(mut next: impl FnMut(bool) -> io::Result<Option<u8>>) -> io::Result<Key> {
    let Some(first) = next(true)? else { return Ok(Key::Unknown) };
    Ok(match first {
        ESCAPE => match next(false)? {
            None => Key::Escape,
            Some(b'[' | b'O') => sequence(&mut next)?,
            // Alt and a letter.
            Some(_) => Key::Unknown,
        },
        b'\r' | b'\n' => Key::Enter,
        b'\t' => Key::Tab,
        CTRL_A => Key::Home,
        CTRL_C => Key::CtrlC,
        CTRL_E => Key::End,
        CTRL_H | DELETE => Key::Backspace,
        0..=0x7f => Key::Char(char::from(first)),
        _ => character(first, &mut next)?,
    })
}

/// The key of a sequence (ECMA-48 §5.4): parameters, and a byte that ends it.
fn sequence(next: &mut impl FnMut(bool) -> io::Result<Option<u8>>) -> io::Result<Key> {
    let mut parameters = Vec::new();
    loop {
        let Some(byte) = next(false)? else { return Ok(Key::Unknown) };
        match (byte, parameters.as_slice()) {
            (0x20..=0x3f, _) => parameters.push(byte),
            (b'A', []) => return Ok(Key::ArrowUp),
            (b'B', []) => return Ok(Key::ArrowDown),
            (b'C', []) => return Ok(Key::ArrowRight),
            (b'D', []) => return Ok(Key::ArrowLeft),
            (b'H', []) | (b'~', b"1" | b"7") => return Ok(Key::Home),
            (b'F', []) | (b'~', b"4" | b"8") => return Ok(Key::End),
            (b'Z', []) => return Ok(Key::BackTab),
            (b'~', b"3") => return Ok(Key::Del),
            (b'~', b"5") => return Ok(Key::PageUp),
            (b'~', b"6") => return Ok(Key::PageDown),
            _ => return Ok(Key::Unknown),
        }
    }
}

/// The character that begins with this byte, in UTF-8.
fn character(first: u8, next: &mut impl FnMut(bool) -> io::Result<Option<u8>>) -> io::Result<Key> {
    let length = match first {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => return Ok(Key::Unknown),
    };
    let mut bytes = vec![first];
    while bytes.len() < length {
        bytes.extend(next(true)?);
    }
    Ok(std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next()).map_or(Key::Unknown, Key::Char))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of bytes that arrive at once.
    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut rest = bytes.iter().copied().peekable();
        let mut keys = Vec::new();
        while rest.peek().is_some() {
            keys.push(decode(|_| Ok(rest.next())).unwrap());
        }
        keys
    }

    #[test]
    fn key_is_decoded_from_its_bytes() {
        assert_eq!(keys("aé€😀".as_bytes()), ['a', 'é', '€', '😀'].map(Key::Char));
        assert_eq!(keys(b"\r\n\t"), [Key::Enter, Key::Enter, Key::Tab]);
        assert_eq!(
            keys(b"\x03\x01\x05\x08\x7f"),
            [Key::CtrlC, Key::Home, Key::End, Key::Backspace, Key::Backspace]
        );
        assert_eq!(keys(b"\x04\x15"), [Key::Char('\u{4}'), Key::Char('\u{15}')]);
        assert_eq!(keys(b"\xff\xc3("), [Key::Unknown, Key::Unknown]);
    }

    #[test]
    fn key_is_decoded_from_a_whole_sequence() {
        let arrows = [Key::ArrowUp, Key::ArrowDown, Key::ArrowRight, Key::ArrowLeft];
        assert_eq!(keys(b"\x1b[A\x1b[B\x1b[C\x1b[D"), arrows);
        assert_eq!(keys(b"\x1bOA\x1bOB\x1bOC\x1bOD"), arrows);
        assert_eq!(
            keys(b"\x1b[3~\x1b[5~\x1b[6~\x1b[1~\x1b[F\x1b[Z"),
            [Key::Del, Key::PageUp, Key::PageDown, Key::Home, Key::End, Key::BackTab]
        );
        // Ctrl and an arrow, F5, and Alt and a letter mean nothing, and none of their bytes is text.
        assert_eq!(
            keys(b"\x1b[1;5C\x1b[15~\x1bxa"),
            [Key::Unknown, Key::Unknown, Key::Unknown, Key::Char('a')]
        );
        assert_eq!(keys(b"\x1b"), [Key::Escape]);
    }
}
