//! The way to standard output: gathered in large pieces, and every failure told. What is written is not its
//! matter. `println!` is no way out, because it panics on a closed pipe and on a full disk.

use std::io::{self, Write};

/// Large enough that a million rows are a few thousand writes, small enough to stay in the cache.
const PIECE: usize = 64 * 1024;

/// A buffered stream that remembers its first failure: after it, nothing more is written.
pub(super) struct BufferedStdout {
    stream: Box<dyn Write>,
    buffer: Vec<u8>,
    failed: Option<Failure>,
}

struct Failure {
    kind: io::ErrorKind,
    code: Option<i32>,
}

impl BufferedStdout {
    pub(super) fn new(stream: Box<dyn Write>) -> Self {
        BufferedStdout { stream, buffer: Vec::new(), failed: None }
    }

    /// Where text is put; [`BufferedStdout::flush_if_full`] is called after it.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Passes on what has gathered, if it is enough to be worth it.
    pub(super) fn flush_if_full(&mut self) -> io::Result<()> {
        if self.buffer.len() >= PIECE || self.failed.is_some() { self.drain() } else { Ok(()) }
    }

    /// Passes on everything, down to the stream's own end.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.drain()?;
        let flushed = self.stream.flush();
        self.keep(flushed)
    }

    fn drain(&mut self) -> io::Result<()> {
        if let Some(failure) = &self.failed {
            self.buffer.clear();
            return Err(failure.code.map_or_else(|| failure.kind.into(), io::Error::from_raw_os_error));
        }
        let written = self.stream.write_all(&self.buffer);
        self.buffer.clear();
        self.keep(written)
    }

    fn keep(&mut self, result: io::Result<()>) -> io::Result<()> {
        if let Err(error) = &result {
            self.failed = Some(Failure { kind: error.kind(), code: error.raw_os_error() });
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_device_is_an_error_and_stays_one() {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut buffered_stdout = BufferedStdout::new(Box::new(full));
        buffered_stdout.buffer().extend_from_slice(b"text\n");
        buffered_stdout.flush_if_full().unwrap();
        assert_eq!(buffered_stdout.flush().unwrap_err().kind(), io::ErrorKind::StorageFull);
        buffered_stdout.buffer().extend_from_slice(b"more\n");
        assert_eq!(buffered_stdout.flush_if_full().unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(buffered_stdout.flush().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn a_closed_pipe_is_an_error() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut buffered_stdout = BufferedStdout::new(Box::new(writer));
        buffered_stdout.buffer().resize(PIECE, b'x');
        assert_eq!(buffered_stdout.flush_if_full().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
