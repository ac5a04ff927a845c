//! Reads bytes front to back and never past the end. A length that a payload claims is compared with what is
//! there before anything is allocated.

use super::PayloadError;

pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], PayloadError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(PayloadError::Unreadable)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, PayloadError> {
        Ok(self.take(1)?[0])
    }

    /// The next byte must be this one.
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), PayloadError> {
        if self.byte()? == byte { Ok(()) } else { Err(PayloadError::Unreadable) }
    }

    /// What is in front of the next `byte`, which is taken as well; at most `most` bytes.
    pub(super) fn until(&mut self, byte: u8, most: usize) -> Result<&'a [u8], PayloadError> {
        let window = &self.rest[..self.rest.len().min(most + 1)];
        let at = window.iter().position(|b| *b == byte).ok_or(PayloadError::Unreadable)?;
        let taken = self.take(at)?;
        self.take(1)?;
        Ok(taken)
    }

    pub(super) fn u16_be(&mut self) -> Result<u16, PayloadError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub(super) fn u32_be(&mut self) -> Result<u32, PayloadError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// The next bytes as an array.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], PayloadError> {
        self.take(N)?.try_into().map_err(|_| PayloadError::Unreadable)
    }
}

/// A length that must fit in memory.
pub(super) fn length(number: impl TryInto<usize>) -> Result<usize, PayloadError> {
    number.try_into().map_err(|_| PayloadError::Unreadable)
}
