//! Inflates zlib data (RFC 1950) up to a limit. What the data means belongs to the codecs.

use std::cell::RefCell;

use flate2::{Decompress, FlushDecompress, Status};

use super::MAX_INFLATED_BYTES;

/// What a byte of a small payload becomes, roughly: most need no second buffer.
const USUAL_RATIO: usize = 4;

thread_local! {
    /// The state takes tens of kilobytes: making it takes longer than inflating a usual payload.
    static STATE: RefCell<Decompress> = RefCell::new(Decompress::new(true));
}

/// The inflated bytes; `None` for what is no whole zlib stream, or holds more than [`MAX_INFLATED_BYTES`].
pub(super) fn zlib(bytes: &[u8]) -> Option<Vec<u8>> {
    STATE.with_borrow_mut(|state| {
        state.reset(true);
        let mut inflated =
            Vec::with_capacity(bytes.len().saturating_mul(USUAL_RATIO).min(MAX_INFLATED_BYTES));
        loop {
            let rest = &bytes[usize::try_from(state.total_in()).ok()?..];
            let before = inflated.len();
            match state.decompress_vec(rest, &mut inflated, FlushDecompress::Finish).ok()? {
                Status::StreamEnd => return Some(inflated),
                // The input ends before the stream does.
                _ if inflated.len() < inflated.capacity() => return None,
                _ if before == MAX_INFLATED_BYTES => return None,
                _ => {
                    let more = inflated.capacity().max(64).min(MAX_INFLATED_BYTES - inflated.len());
                    inflated.reserve_exact(more);
                }
            }
        }
    })
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;

    use super::*;

    pub(in crate::codec) fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn zlib_inflates_every_size_up_to_the_limit() {
        for size in [0, 1, 63, 64, 65, 1_000, 65_537, MAX_INFLATED_BYTES - 1, MAX_INFLATED_BYTES] {
            let bytes: Vec<u8> = (0..size).map(|number| (number % 251) as u8).collect();
            assert_eq!(zlib(&zipped(&bytes)).as_deref(), Some(&bytes[..]), "{size}");
        }
        assert_eq!(zlib(&zipped(&vec![7; MAX_INFLATED_BYTES + 1])), None);
    }

    #[test]
    fn zlib_refuses_damaged_and_cut_data_and_works_again() {
        let whole = zipped(b"some text that is long enough to be packed, packed, packed");
        for end in 0..whole.len() {
            assert_eq!(zlib(&whole[..end]), None, "{end}");
        }
        for byte in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[byte] ^= 0x55;
            assert_ne!(zlib(&damaged).as_deref(), Some(&b"some text"[..]));
        }
        assert!(zlib(&whole).is_some());
    }
}
