//! Lines of standard input as they come: what has arrived is handed on before more is waited for, so that each
//! line is answered at once, however long the input goes on. Shared by the commands that read streams.

use std::io::{self, BufRead};

use zeroize::Zeroizing;

/// A stream of lines. A line over the limit is handed on in parts.
pub struct Lines {
    reader: Box<dyn BufRead>,
    begun: Zeroizing<Vec<u8>>,
    longest: usize,
}

impl Lines {
    /// The lines of `reader`, each at most `longest` bytes.
    #[must_use]
    pub fn of(reader: Box<dyn BufRead>, longest: usize) -> Self {
        Lines { reader, begun: Zeroizing::new(Vec::new()), longest }
    }

    /// Calls `each` with every line that has arrived, waiting for one if there is none; `false` at the end.
    ///
    /// # Errors
    /// Where the input cannot be read, or what `each` fails of.
    pub fn arrived(&mut self, mut each: impl FnMut(&[u8]) -> anyhow::Result<()>) -> anyhow::Result<bool> {
        let mut any = false;
        while !any {
            let available = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if available.is_empty() {
                if !self.begun.is_empty() {
                    each(&self.begun)?;
                    self.begun.clear();
                }
                return Ok(false);
            }
            let length = available.len();
            let mut rest = available;
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                self.begun.extend_from_slice(&rest[..end]);
                each(self.begun.strip_suffix(b"\r").unwrap_or(&self.begun))?;
                self.begun.clear();
                rest = &rest[end + 1..];
                any = true;
            }
            self.begun.extend_from_slice(rest);
            if self.begun.len() >= self.longest {
                each(&self.begun)?;
                self.begun.clear();
                any = true;
            }
            self.reader.consume(length);
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_across_reads_and_the_last_without_its_end() {
        let reader = io::BufReader::with_capacity(3, &b"one\r\n\ntwelve\nlast"[..]);
        let mut lines = Lines::of(Box::new(reader), 100);
        let mut seen = Vec::new();
        while lines
            .arrived(|line| {
                seen.push(line.to_vec());
                Ok(())
            })
            .unwrap()
        {}
        assert_eq!(seen, [&b"one"[..], b"", b"twelve", b"last"]);
    }

    #[test]
    fn a_line_without_end_takes_no_memory_without_end() {
        let reader = io::BufReader::with_capacity(10, io::Read::take(io::repeat(b'x'), 1000));
        let mut lines = Lines::of(Box::new(reader), 50);
        let mut longest = 0;
        while lines
            .arrived(|line| {
                longest = longest.max(line.len());
                Ok(())
            })
            .unwrap()
        {}
        assert!(longest <= 60, "{longest}");
    }
}
