//! One line of a stream, which may be a secret. What the line means is not known here.

use std::io::{self, BufRead, Read as _};

use zeroize::Zeroizing;

/// The next line without its end (LF or CRLF), at most `most` bytes; `None` where the stream has ended.
///
/// # Errors
/// The stream could not be read, or the line is longer ([`io::ErrorKind::InvalidData`]).
pub fn read(stream: &mut dyn BufRead, most: usize) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let room = most + b"\r\n".len();
    // Taken whole at once: growing would leave copies behind.
    let mut line = Zeroizing::new(Vec::with_capacity(room));
    if stream.take(room as u64).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
    }
    if line.len() > most {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the line is too long"));
    }
    Ok(Some(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_one_after_the_other_without_their_ends() {
        let mut stream = &b"one\r\n\n two \nlast"[..];
        let mut next = || read(&mut stream, 5).unwrap().map(|line| line.to_vec());
        assert_eq!(next().unwrap(), b"one");
        assert_eq!(next().unwrap(), b"");
        assert_eq!(next().unwrap(), b" two ");
        assert_eq!(next().unwrap(), b"last");
        assert_eq!(next(), None);
    }

    #[test]
    fn a_line_has_an_end() {
        assert_eq!(read(&mut &b"12345\r\n"[..], 5).unwrap().unwrap().len(), 5);
        for long in [&b"123456\n"[..], b"123456", b"123456789012345"] {
            assert_eq!(read(&mut &*long, 5).unwrap_err().kind(), io::ErrorKind::InvalidData);
        }
    }
}
