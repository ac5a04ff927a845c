//! Reads what a user names whole, up to a bound: a device or a pipe may never end, and must not fill the memory. What
//! is read does not belong here.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

/// Reserved at once up to this number of bytes: growing would leave copies of a secret behind.
const MAX_RESERVED_BYTES: u64 = 64 * 1024;

/// Reads a stream to its end.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] for more than `max_bytes`, and what reading fails with.
pub(in crate::commands) fn read_stream(stream: impl Read, max_bytes: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let reserved = usize::try_from(max_bytes.min(MAX_RESERVED_BYTES) + 1).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(reserved));
    stream.take(max_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("it is longer than {max_bytes} bytes"),
        ));
    }
    Ok(bytes)
}

/// Reads a file to its end; a pipe of the shell is one too.
///
/// # Errors
/// As [`read_stream`], and what opening fails with.
pub(in crate::commands) fn read_file(path: &Path, max_bytes: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    read_stream(File::open(path)?, max_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_without_an_end_is_refused_at_the_bound() {
        let refused = read_file(Path::new("/dev/zero"), 1_000).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
        assert_eq!(*read_stream(&b"four"[..], 4).unwrap(), b"four");
        assert!(read_stream(&b"fives"[..], 4).is_err());
    }
}
