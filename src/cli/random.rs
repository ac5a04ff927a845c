//! The operating system's randomness, read in blocks so that a million tokens do not cost a million system
//! calls. How a token is made of it is not known here.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rand::TryRng as _;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use sessionctl_core::model::random::{Randomness, RandomnessError};

/// The largest block; a larger one saves nothing more.
const LARGEST: usize = 64 * 1024;
/// So many blocks are read ahead, once the largest ones are used up.
const AHEAD: usize = 4;

type Block = Zeroizing<Vec<u8>>;

/// Bytes of the operating system. One token reads little more than it takes; the block grows with use, and who uses
/// up the largest has further ones read by a thread: half the time of a million tokens was spent in waiting for them.
pub(super) struct OsRandomness {
    block: Block,
    used: usize,
    ahead: Option<Ahead>,
}

/// A thread that fills blocks. It ends when this is dropped.
struct Ahead {
    empty: Sender<Block>,
    full: Receiver<Result<Block, RandomnessError>>,
}

impl Ahead {
    /// `None` where there can be no further thread.
    fn begin() -> Option<Self> {
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
        for _ in 0..AHEAD {
            empty.send(Zeroizing::new(vec![0; LARGEST])).ok()?;
        }
        Some(Ahead { empty, full })
    }

    /// A full block for one that is used up.
    fn exchange(&self, used: Block) -> Result<Block, RandomnessError> {
        let ended = || RandomnessError("the thread that reads it has ended".to_owned());
        self.empty.send(used).map_err(|_| ended())?;
        self.full.recv().map_err(|_| ended())?
    }
}

fn fill_whole(block: &mut [u8]) -> Result<(), RandomnessError> {
    SysRng.try_fill_bytes(block).map_err(|error| RandomnessError(error.to_string()))
}

impl OsRandomness {
    pub(super) fn new() -> Self {
        OsRandomness { block: Zeroizing::new(Vec::new()), used: 0, ahead: None }
    }

    fn refill(&mut self) -> Result<(), RandomnessError> {
        if self.block.len() < LARGEST {
            let size = (self.block.len() * 4).clamp(64, LARGEST);
            // A new block instead of a longer one: growing would leave a copy of the old bytes behind.
            self.block = Zeroizing::new(vec![0; size]);
            // Should it fail, nothing of it is handed out.
            self.used = size;
            fill_whole(&mut self.block)?;
        } else {
            if self.ahead.is_none() {
                self.ahead = Ahead::begin();
            }
            match &self.ahead {
                Some(ahead) => self.block = ahead.exchange(std::mem::take(&mut self.block))?,
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
