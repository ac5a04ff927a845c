//! The operating system's randomness, read in blocks so that a million tokens do not cost a million system
//! calls. How a token is made of it is not known here.

use rand::TryRng as _;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use crate::domain::random::{Randomness, RandomnessError};

/// The largest block; a larger one saves nothing more.
const LARGEST: usize = 64 * 1024;

/// Bytes of the operating system. One token reads little more than it takes; the block grows with use.
pub(super) struct OsRandomness {
    block: Zeroizing<Vec<u8>>,
    used: usize,
}

impl OsRandomness {
    pub(super) fn new() -> Self {
        OsRandomness { block: Zeroizing::new(Vec::new()), used: 0 }
    }

    fn refill(&mut self) -> Result<(), RandomnessError> {
        let size = (self.block.len() * 4).clamp(64, LARGEST);
        if size > self.block.len() {
            // A new block instead of a longer one: growing would leave a copy of the old bytes behind.
            self.block = Zeroizing::new(vec![0; size]);
        }
        self.used = self.block.len();
        SysRng.try_fill_bytes(&mut self.block).map_err(|error| RandomnessError(error.to_string()))?;
        self.used = 0;
        Ok(())
    }
}

impl Randomness for OsRandomness {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        let mut filled = 0;
        while filled < bytes.len() {
            if self.used == self.block.len() {
                self.refill()?;
            }
            let part = (bytes.len() - filled).min(self.block.len() - self.used);
            let taken = &mut self.block[self.used..self.used + part];
            bytes[filled..filled + part].copy_from_slice(taken);
            // What was handed out is kept here no longer.
            taken.fill(0);
            self.used += part;
            filled += part;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_byte_is_handed_out_twice() {
        let mut random = OsRandomness::new();
        let mut seen = HashSet::new();
        for _ in 0..10_000 {
            let mut bytes = [0; 24];
            random.fill(&mut bytes).unwrap();
            assert!(seen.insert(bytes));
        }
        assert_eq!(random.block.len(), LARGEST);
        assert!(random.block[..random.used].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn more_than_a_block_is_filled_whole() {
        let mut bytes = vec![0; 3 * LARGEST + 5];
        OsRandomness::new().fill(&mut bytes).unwrap();
        assert!(bytes.chunks(64).all(|part| part.len() < 8 || part.iter().any(|byte| *byte != 0)));
    }
}
