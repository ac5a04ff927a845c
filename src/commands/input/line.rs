//! Reading one line of a stream, which may be a secret. The meaning of the line is not interpreted here.

use std::io::{self, BufRead, Read as _};

use zeroize::Zeroizing;

/// Reads the next line without its end (LF or CRLF), at most `max_bytes` bytes; `None` at the end of the stream.
///
/// # Errors
/// Where reading fails, or the line is longer ([`io::ErrorKind::InvalidData`]).
pub fn read(stream: &mut dyn BufRead, max_bytes: usize) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    match read_start(stream, max_bytes)? {
        Some(line) if line.len() > max_bytes => {
            Err(io::Error::new(io::ErrorKind::InvalidData, "the line is too long"))
        }
        line => Ok(line),
    }
}

/// The same where a longer line is no failure: of that, its start is returned, with more than `max_bytes` bytes. The rest
/// stays in the stream.
///
/// # Errors
/// Where reading fails.
pub fn read_start(stream: &mut dyn BufRead, max_bytes: usize) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let capacity = max_bytes + b"\r\n".len();
    // Allocated once: growing would leave copies of a secret behind.
    let mut line = Zeroizing::new(Vec::with_capacity(capacity));
    if stream.take(capacity as u64).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
    }
    Ok(Some(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_returns_lines_in_order_without_their_ends() {
        let mut stream = &b"one\r\n\n two \nlast"[..];
        let mut next = || read(&mut stream, 5).unwrap().map(|line| line.to_vec());
        assert_eq!(next().unwrap(), b"one");
        assert_eq!(next().unwrap(), b"");
        assert_eq!(next().unwrap(), b" two ");
        assert_eq!(next().unwrap(), b"last");
        assert_eq!(next(), None);
    }

    #[test]
    fn read_refuses_a_line_over_the_limit() {
        assert_eq!(read(&mut &b"12345\r\n"[..], 5).unwrap().unwrap().len(), 5);
        for long in [&b"123456\n"[..], b"123456", b"123456789012345"] {
            assert_eq!(read(&mut &*long, 5).unwrap_err().kind(), io::ErrorKind::InvalidData);
            assert!(read_start(&mut &*long, 5).unwrap().unwrap().starts_with(b"123456"));
        }
    }
}
