//! Standard input and files that passwords and tokens come through: the buffer is wiped at the end, unlike the standard
//! library's.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::os::fd::AsFd as _;

use zeroize::Zeroizing;

const BUFFER_BYTES: usize = 64 * 1024;
/// The buffer grows up to this size while the input keeps filling it, as a file does.
const MAX_BUFFER_BYTES: usize = 1024 * 1024;

/// A stream with a buffer that is wiped at the end.
pub struct WipedInput<R> {
    stream: R,
    buffer: Zeroizing<Vec<u8>>,
    start: usize,
    end: usize,
}

impl<R: Read> WipedInput<R> {
    /// Reads from a stream.
    #[must_use]
    pub fn new(stream: R) -> Self {
        WipedInput { stream, buffer: Zeroizing::new(Vec::new()), start: 0, end: 0 }
    }
}

/// Returns standard input; one that is closed reads as empty.
#[must_use]
pub fn stdin() -> Box<dyn BufRead> {
    match io::stdin().as_fd().try_clone_to_owned() {
        Ok(descriptor) => Box::new(WipedInput::new(File::from(descriptor))),
        Err(_) => Box::new(io::empty()),
    }
}

impl<R: Read> Read for WipedInput<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let part = ready.len().min(bytes.len());
        bytes[..part].copy_from_slice(&ready[..part]);
        self.consume(part);
        Ok(part)
    }
}

impl<R: Read> BufRead for WipedInput<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            let size = match self.buffer.len() {
                // Allocated only now: most commands never read.
                0 => BUFFER_BYTES,
                size if size == self.end => (2 * size).min(MAX_BUFFER_BYTES),
                size => size,
            };
            if size > self.buffer.len() {
                // A new buffer instead of a longer one: growing would leave a copy of the old bytes behind.
                self.buffer = Zeroizing::new(vec![0; size]);
            }
            (self.start, self.end) = (0, 0);
            self.end = self.stream.read(&mut self.buffer)?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, amount: usize) {
        self.start = self.end.min(self.start + amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_longer_than_the_buffer_are_whole() {
        for length in [3 * BUFFER_BYTES, 3 * MAX_BUFFER_BYTES] {
            let text = format!("first\n{}\nlast", "x".repeat(length));
            let mut input = WipedInput::new(text.as_bytes());
            let lines: Vec<String> = input.by_ref().lines().map(Result::unwrap).collect();
            assert_eq!(lines.len(), 3);
            assert_eq!((lines[0].as_str(), lines[1].len(), lines[2].as_str()), ("first", length, "last"));
            assert!(input.buffer.len() <= MAX_BUFFER_BYTES);
        }
    }
}
