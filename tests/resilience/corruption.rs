//! Damage to a file, as failing disks and careless copies cause it. It is random, and the same in every run.

/// Pseudo-random numbers, the same in every run.
pub(crate) struct Prng(pub(crate) u64);

impl Prng {
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

const PAGE: usize = 4_096;

/// Damages the bytes of a file in one way and returns a description. `older` is the earlier content, page by
/// page: a disk that loses a write leaves it there.
pub(crate) fn damage_bytes(bytes: &mut Vec<u8>, older: &[u8], prng: &mut Prng) -> String {
    let env = prng.below(bytes.len());
    let page = env / PAGE * PAGE;
    let end = (page + PAGE).min(bytes.len());
    match prng.below(10) {
        0 => {
            bytes.truncate(env);
            format!("cut at {env}")
        }
        1 => {
            bytes[page..end].fill(0);
            format!("page at {page} zeroed")
        }
        2 => {
            let from = prng.below(bytes.len()) / PAGE * PAGE;
            let length = (end - page).min(bytes.len() - from);
            bytes.copy_within(from..from + length, page);
            format!("page at {page} is that at {from}")
        }
        3 if end <= older.len() => {
            bytes[page..end].copy_from_slice(&older[page..end]);
            format!("page at {page} is an older one")
        }
        3 | 4 => {
            let length = 1 + prng.below(64).min(bytes.len() - env - 1);
            bytes[env..env + length].fill_with(|| prng.below(256) as u8);
            format!("{length} bytes at {env} are chance")
        }
        5 => {
            let byte = prng.below(256) as u8;
            bytes[env] = byte;
            format!("byte {env} is {byte:#x}")
        }
        _ => {
            let bit = 1 << prng.below(8);
            bytes[env] ^= bit;
            format!("bit {bit:#x} of byte {env} flipped")
        }
    }
}

/// The offsets at which the transactions of a WAL end (file format of SQLite, section 4.1): the frame that
/// ends one holds the size of the database, the others hold 0.
pub(crate) fn ends_of_transactions(wal: &[u8]) -> Vec<usize> {
    const HEADER: usize = 32;
    const FRAME: usize = 24 + PAGE;
    let frames = (HEADER..).step_by(FRAME).take_while(|at| at + FRAME <= wal.len());
    frames.filter(|at| wal[at + 4..at + 8] != [0; 4]).map(|at| at + FRAME).collect()
}
