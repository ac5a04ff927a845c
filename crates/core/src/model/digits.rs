//! Secret bytes as hex digits, written and read without a table: which line of a table is in the cache would reveal the
//! secret to another program on the same processor. It is also faster, because the compiler vectorises it.

/// Writes each byte as two lowercase hex digits, until either slice ends.
pub(super) fn write(bytes: &[u8], digits: &mut [u8]) {
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair[0] = digit(byte >> 4);
        pair[1] = digit(byte & 15);
    }
}

/// The digit of a number below 16, without a branch.
fn digit(nibble: u8) -> u8 {
    // From 10 on, the gap between '9' and 'a' is added: 9 - nibble wraps around, and its highest bit says so.
    let letter = (9_u8.wrapping_sub(nibble) >> 7).wrapping_neg();
    b'0' + nibble + (letter & (b'a' - b'0' - 10))
}

/// Reads two lowercase hex digits for each byte; `false`, with unspecified contents of `bytes`, for other characters or
/// another length.
pub(super) fn read(digits: &[u8], bytes: &mut [u8]) -> bool {
    let mut wrong = u8::from(digits.len() != 2 * bytes.len());
    for (pair, byte) in digits.chunks_exact(2).zip(bytes) {
        let (high, low) = (nibble(pair[0]), nibble(pair[1]));
        // The numbers of digits are below 16.
        wrong |= (high | low) & 0xf0;
        *byte = high << 4 | low & 15;
    }
    wrong == 0
}

/// The number of a digit; 16 or more for what is none.
fn nibble(digit: u8) -> u8 {
    let (number, letter) = (digit.wrapping_sub(b'0'), digit.wrapping_sub(b'a'));
    let is = |below: bool| u8::from(below).wrapping_neg();
    let (is_number, is_letter) = (is(number < 10), is(letter < 6));
    number & is_number | (letter.wrapping_add(10)) & is_letter | 0xf0 & !(is_number | is_letter)
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_lowercase_digits_are_read() {
        for byte in 0..=u8::MAX {
            let mut read = [0];
            let expected = hex::decode([b'0', byte]).ok().filter(|_| !byte.is_ascii_uppercase());
            let steps = super::read(&[b'0', byte], &mut read).then(|| read.to_vec());
            assert_eq!(steps, expected, "{byte}");
            assert_eq!(super::read(&[byte, b'0'], &mut read), expected.is_some());
        }
        for wrong in ["", "0", "000"] {
            assert!(!super::read(wrong.as_bytes(), &mut [0]), "{wrong:?}");
        }
    }

    #[test]
    fn every_byte_is_written_as_others_write_it() {
        for byte in 0..=u8::MAX {
            let mut digits = [0; 2];
            super::write(&[byte], &mut digits);
            assert_eq!(digits, hex::encode([byte]).as_bytes());
        }
    }
}
