//! Standard output: buffered, and every failure reported. `println!` is not used because it panics on a closed pipe
//! and on a full disk. What is written does not belong here.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

/// Large enough that a million rows take a few thousand writes, small enough to stay in the cache.
const BUFFER_BYTES: usize = 64 * 1024;

/// Standard output, shared by the results, which write to it, and the messages, which flush it first where both
/// appear on one terminal.
#[derive(Clone)]
pub(super) struct Stdout(Rc<RefCell<BufferedStdout>>);

impl Stdout {
    pub(super) fn new(stream: Box<dyn Write>) -> Self {
        Stdout(Rc::new(RefCell::new(BufferedStdout::new(stream))))
    }

    /// Appends what `write` puts into the buffer, and passes the buffer on once it is full.
    ///
    /// # Errors
    /// The stream could not be written, now or at any time before.
    pub(super) fn append(&self, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut stdout = self.0.borrow_mut();
        write(&mut stdout.buffer);
        stdout.flush_if_full()
    }

    /// Passes on what has gathered, so that what follows on another stream appears behind it.
    ///
    /// # Errors
    /// As [`Stdout::append`].
    pub(super) fn flush_pending(&self) -> io::Result<()> {
        let mut stdout = self.0.borrow_mut();
        if stdout.buffer.is_empty() { Ok(()) } else { stdout.flush() }
    }

    /// Passes on everything, down to the end of the stream. A flush before anything was written keeps a pager away: it
    /// means that the reader waits for each record.
    ///
    /// # Errors
    /// As [`Stdout::append`].
    pub(super) fn flush(&self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

/// A buffered stream that remembers its first failure: after it, nothing more is written.
struct BufferedStdout {
    stream: Box<dyn Write>,
    buffer: Vec<u8>,
    failed: Option<Failure>,
}

struct Failure {
    kind: io::ErrorKind,
    code: Option<i32>,
}

impl BufferedStdout {
    fn new(stream: Box<dyn Write>) -> Self {
        BufferedStdout { stream, buffer: Vec::new(), failed: None }
    }

    fn flush_if_full(&mut self) -> io::Result<()> {
        if self.buffer.len() >= BUFFER_BYTES || self.failed.is_some() { self.drain() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.drain()?;
        let flushed = self.stream.flush();
        self.remember(flushed)
    }

    fn drain(&mut self) -> io::Result<()> {
        if let Some(failure) = &self.failed {
            self.buffer.clear();
            return Err(failure.code.map_or_else(|| failure.kind.into(), io::Error::from_raw_os_error));
        }
        let written = self.stream.write_all(&self.buffer);
        self.buffer.clear();
        self.remember(written)
    }

    fn remember(&mut self, result: io::Result<()>) -> io::Result<()> {
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
    fn append_to_a_full_device_fails_again_each_time() {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let stdout = Stdout::new(Box::new(full));
        stdout.append(|out| out.extend_from_slice(b"text\n")).unwrap();
        assert_eq!(stdout.flush().unwrap_err().kind(), io::ErrorKind::StorageFull);
        let more = stdout.append(|out| out.extend_from_slice(b"more\n"));
        assert_eq!(more.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(stdout.flush().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn append_to_a_closed_pipe_fails() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let stdout = Stdout::new(Box::new(writer));
        let written = stdout.append(|out| out.resize(BUFFER_BYTES, b'x'));
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
