//! How much bulk work is done under one lock: as much as others can wait for, whatever the disk and the size of the
//! database. A thousand neighbouring rows are written in a few milliseconds; a thousand that are scattered among ten
//! millions, with their indices, take fifty.

use std::time::Duration;

/// The fewest sessions of a batch: with fewer, beginning and committing would cost more than the work.
const MIN_BATCH_ROWS: usize = 250;
/// The size of the first batch, when nothing is known yet.
const FIRST_BATCH_ROWS: usize = 2_500;
/// A batch that held the lock longer is followed by a smaller one.
const SLOW_BATCH: Duration = Duration::from_millis(50);
/// A batch that made the WAL grow more is followed by a smaller one.
const LARGE_BATCH_WAL_BYTES: u64 = 16 << 20;

/// The number of sessions that the next batch may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchSize(usize);

impl Default for BatchSize {
    fn default() -> Self {
        BatchSize(FIRST_BATCH_ROWS)
    }
}

impl BatchSize {
    /// This many sessions, but at most `limit`.
    pub(crate) fn within(self, limit: usize) -> usize {
        self.0.min(limit)
    }

    /// The size after a batch of `sessions` for which the lock was `held` and the WAL grew by `grown` bytes.
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
    fn batch_size_grows_after_short_locks_and_shrinks_after_long_ones() {
        let first = BatchSize::default();
        let (short, long) = (Duration::from_millis(5), Duration::from_millis(80));
        assert_eq!((first.within(10), first.within(9_999)), (10, FIRST_BATCH_ROWS));
        assert_eq!(first.after(FIRST_BATCH_ROWS, short, 0), BatchSize(2 * FIRST_BATCH_ROWS));
        assert_eq!(first.after(FIRST_BATCH_ROWS / 2, short, 0), first, "a partial batch is no measure");
        assert_eq!(first.after(FIRST_BATCH_ROWS, SLOW_BATCH, LARGE_BATCH_WAL_BYTES / 4), first);
        assert_eq!(first.after(FIRST_BATCH_ROWS, long, 0), BatchSize(FIRST_BATCH_ROWS / 2));
        assert_eq!(
            first.after(FIRST_BATCH_ROWS, short, LARGE_BATCH_WAL_BYTES + 1),
            BatchSize(FIRST_BATCH_ROWS / 2)
        );
        let slowest = (0..20).fold(first, |size, _| size.after(size.0, long, 0));
        assert_eq!(slowest, BatchSize(MIN_BATCH_ROWS));
    }
}
