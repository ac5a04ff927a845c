//! The operating system's randomness, read in blocks so that a million tokens do not cost a million system calls. What
//! the bytes are used for does not belong here.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rand::TryRng as _;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use sessionctl_core::model::random::{Randomness, RandomnessError};

/// The largest block; a larger one saves no more time.
const MAX_BLOCK_BYTES: usize = 64 * 1024;
/// How many blocks the thread reads ahead.
const PREFETCHED_BLOCKS: usize = 4;

type Block = Zeroizing<Vec<u8>>;

/// Random bytes of the operating system. One token reads little more than it needs. The block grows with use, and once
/// the largest is used up, a thread reads further ones ahead: half the time of a million tokens was spent waiting for
/// them.
pub struct OsRandomness {
    block: Block,
    used: usize,
    prefetcher: Option<Prefetcher>,
}

/// A thread that fills blocks. It ends when this is dropped.
struct Prefetcher {
    empty: Sender<Block>,
    full: Receiver<Result<Block, RandomnessError>>,
}

impl Prefetcher {
    /// Returns `None` if the process can have no further thread.
    fn start() -> Option<Self> {
        let (empty, to_fill) = channel::<Block>();
        let (filled, full) = channel();
        let fill = move || {
            for mut block in to_fill {
                let result = fill_whole(&mut block).map(|()| block);
                if filled.send(result).is_err() {
                    break;
                }
            }
        };
        thread::Builder::new().spawn(fill).ok()?;
        for _ in 0..PREFETCHED_BLOCKS {
            empty.send(Zeroizing::new(vec![0; MAX_BLOCK_BYTES])).ok()?;
        }
        Some(Prefetcher { empty, full })
    }

    /// Returns a full block for a used one.
    fn exchange(&self, used: Block) -> Result<Block, RandomnessError> {
        let ended = || RandomnessError("the thread that reads it has ended".to_owned());
        self.empty.send(used).map_err(|_| ended())?;
        self.full.recv().map_err(|_| ended())?
    }
}

fn fill_whole(block: &mut [u8]) -> Result<(), RandomnessError> {
    SysRng.try_fill_bytes(block).map_err(|error| RandomnessError(error.to_string()))
}

impl Default for OsRandomness {
    fn default() -> Self {
        Self::new()
    }
}

impl OsRandomness {
    /// Randomness that has read nothing yet.
    #[must_use]
    pub fn new() -> Self {
        OsRandomness { block: Zeroizing::new(Vec::new()), used: 0, prefetcher: None }
    }

    fn refill(&mut self) -> Result<(), RandomnessError> {
        if self.block.len() < MAX_BLOCK_BYTES {
            let size = (self.block.len() * 4).clamp(64, MAX_BLOCK_BYTES);
            // A new block instead of a longer one: growing would leave a copy of the old bytes behind.
            self.block = Zeroizing::new(vec![0; size]);
            // If filling fails, nothing of the block is handed out.
            self.used = size;
            fill_whole(&mut self.block)?;
        } else {
            if self.prefetcher.is_none() {
                self.prefetcher = Prefetcher::start();
            }
            match &self.prefetcher {
                Some(prefetcher) => self.block = prefetcher.exchange(std::mem::take(&mut self.block))?,
                None => fill_whole(&mut self.block)?,
            }
        }
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
            // Bytes that were handed out are not kept.
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
    fn fill_hands_out_no_byte_twice() {
        let mut random = OsRandomness::new();
        let mut seen = HashSet::new();
        for _ in 0..10_000 {
            let mut bytes = [0; 24];
            random.fill(&mut bytes).unwrap();
            assert!(seen.insert(bytes));
        }
        assert_eq!(random.block.len(), MAX_BLOCK_BYTES);
        assert!(random.block[..random.used].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn fill_spans_several_blocks() {
        let mut bytes = vec![0; 3 * MAX_BLOCK_BYTES + 5];
        OsRandomness::new().fill(&mut bytes).unwrap();
        assert!(bytes.chunks(64).all(|part| part.len() < 8 || part.iter().any(|byte| *byte != 0)));
    }
}
