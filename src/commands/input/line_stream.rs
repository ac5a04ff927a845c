//! The lines of standard input as they come: what has arrived is handed on before more is waited for, so that each
//! line is answered at once, however long the input goes on. Shared by the commands that read streams.

use crate::commands::CommandResult;
use std::io::{self, BufRead};

use zeroize::Zeroizing;

/// A stream of lines, each in bounded memory.
pub struct LineStream {
    reader: Box<dyn BufRead>,
    pending: Zeroizing<Vec<u8>>,
    max_bytes: usize,
    long: LongLine,
}

/// More than any escape of a whole token takes: the parts of a line overlap by as much.
const MAX_OVERLAP_BYTES: usize = 1024;

/// What happens to a line over the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LongLine {
    /// It is cut off, and is still longer than the limit.
    Cut,
    /// It is passed on in parts, none of which ends inside a token. NUL bytes are left out.
    Parts,
}

impl LineStream {
    /// The lines of `reader`; `long` decides what happens to lines over `max_bytes` bytes.
    #[must_use]
    pub fn new(reader: Box<dyn BufRead>, max_bytes: usize, long: LongLine) -> Self {
        LineStream { reader, pending: Zeroizing::new(Vec::new()), max_bytes, long }
    }

    /// Calls `each` with every line that has arrived, waiting for one if there is none, and whether the line
    /// ends there; returns `false` at the end of the stream.
    ///
    /// # Errors
    /// Where reading fails, or an error of `each`.
    pub fn arrived(&mut self, mut each: impl FnMut(&[u8], bool) -> CommandResult<()>) -> CommandResult<bool> {
        let mut any = false;
        while !any {
            let available = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if available.is_empty() {
                if !self.pending.is_empty() {
                    each(&self.pending, true)?;
                    self.pending.clear();
                }
                return Ok(false);
            }
            let length = available.len();
            let mut rest = available;
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                append(&mut self.pending, &rest[..end], self.max_bytes, self.long);
                each(self.pending.strip_suffix(b"\r").unwrap_or(&self.pending), true)?;
                self.pending.clear();
                rest = &rest[end + 1..];
                any = true;
            }
            append(&mut self.pending, rest, self.max_bytes, self.long);
            if self.long == LongLine::Parts && self.pending.len() >= self.max_bytes {
                // Within a run without another byte, a token can be split only if the parts do not overlap.
                let (cut, kept) = match self.pending.iter().rposition(|byte| !is_of_word(*byte)) {
                    Some(at) => (at + 1, 0),
                    None => (self.pending.len(), MAX_OVERLAP_BYTES.min(self.pending.len() / 2)),
                };
                each(&self.pending[..cut], false)?;
                self.pending.drain(..cut - kept);
                any = true;
            }
            self.reader.consume(length);
        }
        Ok(true)
    }
}

fn append(pending: &mut Vec<u8>, more: &[u8], max_bytes: usize, long: LongLine) {
    let room = match long {
        // One byte over the limit shows that the line was longer.
        LongLine::Cut => (max_bytes + 1).saturating_sub(pending.len()),
        // Without its NUL bytes, UTF-16 text is ASCII where it holds a token.
        LongLine::Parts => return pending.extend(more.iter().filter(|byte| **byte != 0)),
    };
    pending.extend_from_slice(&more[..more.len().min(room)]);
}

/// Whether a byte can be of a token, of its escapes or of Base64.
pub fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=_-%\\&#;{}".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessionctl_core::model::token::hex_runs;

    fn read(reader: impl BufRead + 'static, max_bytes: usize, long: LongLine) -> Vec<(Vec<u8>, bool)> {
        let mut lines = LineStream::new(Box::new(reader), max_bytes, long);
        let mut seen = Vec::new();
        let mut each = |line: &[u8], ends| {
            seen.push((line.to_vec(), ends));
            Ok(())
        };
        while lines.arrived(&mut each).unwrap() {}
        seen
    }

    #[test]
    fn line_stream_joins_reads_and_passes_a_last_line_without_end() {
        let reader = io::BufReader::with_capacity(3, &b"one\r\n\ntwelve\nlast"[..]);
        let seen = read(reader, 100, LongLine::Parts);
        let expected = [&b"one"[..], b"", b"twelve", b"last"].map(|line| (line.to_vec(), true));
        assert_eq!(seen, expected);
    }

    #[test]
    fn line_stream_bounds_the_memory_of_an_endless_line() {
        let endless = || io::BufReader::with_capacity(10, io::Read::take(io::repeat(b'x'), 1000));
        assert!(read(endless(), 50, LongLine::Parts).iter().all(|(line, _)| line.len() <= 60));
        assert_eq!(read(endless(), 50, LongLine::Cut), [(vec![b'x'; 51], true)]);
    }

    #[test]
    fn line_stream_parts_never_split_a_token() {
        let token = "a1b2c3d4".repeat(8);
        for before in 0..200 {
            let text = format!("{}sctl_{token} {}\n", "- ".repeat(before), "-".repeat(100));
            let reader = io::BufReader::with_capacity(7, io::Cursor::new(text));
            let parts = read(reader, 120, LongLine::Parts);
            assert_eq!(parts.iter().map(|(part, _)| hex_runs(part).count()).sum::<usize>(), 1, "{before}");
            assert_eq!(parts.iter().filter(|(_, ends)| *ends).count(), 1);
        }
    }
}
