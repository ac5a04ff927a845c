//! How much bulk work is done under one lock: as much as others can wait for, whatever the disk and the size of the
//! database. A thousand rows that lie together are written in a few milliseconds; a thousand that lie scattered
//! among ten millions, with their indices, take fifty.

use std::time::Duration;

/// The fewest sessions to a slice: with fewer, each would cost more to begin and to make last than to do.
const MIN_BATCH_ROWS: usize = 250;
/// What the first slice may hold: nothing is known yet.
const FIRST_BATCH_ROWS: usize = 2_500;
/// A slice that held the lock longer is followed by a smaller one.
const SLOW_BATCH: Duration = Duration::from_millis(50);
/// The write-ahead log should not grow more by one slice.
const LARGE_BATCH_WAL_BYTES: u64 = 16 << 20;

/// How many sessions the next slice may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchSize(usize);

impl Default for BatchSize {
    fn default() -> Self {
        BatchSize(FIRST_BATCH_ROWS)
    }
}

impl BatchSize {
    /// So many sessions, where at most `limit` are asked for.
    pub(crate) fn within(self, limit: usize) -> usize {
        self.0.min(limit)
    }

    /// The batch_size after a slice of so many, for which the lock was held so long and the log grew by so many bytes.
    pub(crate) fn after(self, sessions: usize, held: Duration, grown: u64) -> Self {
        if held > SLOW_BATCH || grown > LARGE_BATCH_WAL_BYTES {
            BatchSize((self.0 / 2).max(MIN_BATCH_ROWS))
        } else if sessions >= self.0 && held < SLOW_BATCH / 2 && grown < LARGE_BATCH_WAL_BYTES / 2 {
            BatchSize(self.0.saturating_mul(2))
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_while_others_hardly_wait_and_shrinks_when_they_do() {
        let first = BatchSize::default();
        let (short, long) = (Duration::from_millis(5), Duration::from_millis(80));
        assert_eq!((first.within(10), first.within(9_999)), (10, FIRST_BATCH_ROWS));
        assert_eq!(first.after(FIRST_BATCH_ROWS, short, 0), BatchSize(2 * FIRST_BATCH_ROWS));
        assert_eq!(first.after(FIRST_BATCH_ROWS / 2, short, 0), first, "a part of a slice tells little");
        assert_eq!(first.after(FIRST_BATCH_ROWS, SLOW_BATCH, LARGE_BATCH_WAL_BYTES / 4), first);
        assert_eq!(first.after(FIRST_BATCH_ROWS, long, 0), BatchSize(FIRST_BATCH_ROWS / 2));
        assert_eq!(
            first.after(FIRST_BATCH_ROWS, short, LARGE_BATCH_WAL_BYTES + 1),
            BatchSize(FIRST_BATCH_ROWS / 2)
        );
        let slowest = (0..20).fold(first, |batch_size, _| batch_size.after(batch_size.0, long, 0));
        assert_eq!(slowest, BatchSize(MIN_BATCH_ROWS));
    }
}
