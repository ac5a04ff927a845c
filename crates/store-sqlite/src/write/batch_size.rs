//! How much bulk work is done under one lock: as much as others can wait for, whatever the disk and the size of the
//! database. The cost of a row differs by a factor of a hundred (neighbouring rows in memory, or scattered ones on a
//! disk), so it is measured with each batch. The commit costs much the same for many rows as for few: a slow commit is
//! a reason for larger batches, not for smaller ones.

use std::time::Duration;

use sessionctl_core::store::LockTimes;

/// The fewest sessions of a batch: with fewer, beginning and committing would cost more than the work.
const MIN_BATCH_ROWS: usize = 250;
/// The size of the first batch, when nothing is known yet.
const FIRST_BATCH_ROWS: usize = 2_500;
/// The time for which a batch may hold the lock: half of the 150 ms that another process may wait, because a writer
/// that meets the lock also waits for its own syncs, and can be behind one that came first.
const TARGET_LOCK_TIME: Duration = Duration::from_millis(75);
/// The time for which a batch may hold the lock where the commit alone takes long.
const MAX_LOCK_TIME: Duration = Duration::from_millis(500);
/// A batch that made the WAL grow more is followed by a smaller one.
const MAX_WAL_GROWTH_BYTES: u64 = 64 << 20;
/// By how much a batch can be larger than the one before it: one measurement can be wrong.
const MAX_GROWTH: usize = 4;

/// What a batch cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchCost {
    /// The sessions of the batch.
    pub(crate) rows: usize,
    /// The time under the lock before the commit.
    pub(crate) work: Duration,
    /// The time of the commit.
    pub(crate) commit: Duration,
    /// The bytes by which the WAL grew.
    pub(crate) wal_bytes: u64,
}

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

    /// The size after a batch of this cost: as many rows as fit into the time that remains beside the commit.
    pub(crate) fn after(self, cost: BatchCost) -> Self {
        if cost.rows == 0 {
            return self;
        }
        let times = LockTimes { target: TARGET_LOCK_TIME, max: MAX_LOCK_TIME };
        let by_time = times.fitting_rows(cost.rows, cost.work, cost.commit);
        let by_wal = cost.rows as f64 * MAX_WAL_GROWTH_BYTES as f64 / (cost.wal_bytes as f64).max(1.0);
        // A partial batch measures the cost of a row too, but is no reason to grow.
        let largest = if cost.rows < self.0 { self.0 } else { self.0.saturating_mul(MAX_GROWTH) };
        BatchSize((by_time.min(by_wal) as usize).clamp(MIN_BATCH_ROWS, largest.max(MIN_BATCH_ROWS)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The size after many batches on a disk with these costs, and the time of the last one.
    fn settled(row: Duration, commit: impl Fn(usize) -> Duration) -> (usize, Duration) {
        let (mut size, mut lock_time) = (BatchSize::default(), Duration::ZERO);
        for _ in 0..30 {
            let rows = size.0;
            let (work, commit) = (row * rows as u32, commit(rows));
            lock_time = work + commit;
            size = size.after(BatchCost { rows, work, commit, wal_bytes: 100 * rows as u64 });
        }
        (size.0, lock_time)
    }

    #[test]
    fn batch_size_settles_at_the_target_lock_time() {
        let (rows, lock_time) = settled(Duration::from_micros(10), |_| Duration::from_millis(10));
        assert!((5_900..=7_200).contains(&rows), "{rows}");
        assert!(lock_time <= TARGET_LOCK_TIME, "{lock_time:?}");
    }

    #[test]
    fn batch_size_does_not_shrink_because_commits_are_slow() {
        let slow = settled(Duration::from_micros(10), |_| Duration::from_millis(120)).0;
        let fast = settled(Duration::from_micros(10), |_| Duration::from_millis(1)).0;
        assert!(slow >= fast * 3 / 4, "{slow} and {fast}");
    }

    #[test]
    fn batch_size_bounds_the_lock_time_where_the_commit_grows_with_the_rows() {
        let (_, lock_time) =
            settled(Duration::from_micros(5), |rows| Duration::from_micros(20 * rows as u64));
        assert!(lock_time <= Duration::from_secs(1), "{lock_time:?}");
    }

    #[test]
    fn batch_size_is_bounded_by_the_wal_and_never_below_the_minimum() {
        let size = BatchSize(50_000);
        let cost = BatchCost {
            rows: 50_000,
            work: Duration::from_millis(100),
            commit: Duration::ZERO,
            wal_bytes: 4 * MAX_WAL_GROWTH_BYTES,
        };
        assert_eq!(size.after(cost), BatchSize(12_500));
        let slow = BatchCost { work: Duration::from_secs(1_000), ..cost };
        assert_eq!(size.after(slow), BatchSize(MIN_BATCH_ROWS));
        assert_eq!((size.within(10), size.within(99_999)), (10, 50_000));
    }

    #[test]
    fn batch_size_does_not_grow_after_a_partial_batch() {
        let cost = BatchCost {
            rows: 100,
            work: Duration::from_micros(100),
            commit: Duration::from_micros(100),
            wal_bytes: 1,
        };
        assert_eq!(BatchSize::default().after(cost), BatchSize::default());
        assert_eq!(BatchSize::default().after(BatchCost { rows: 0, ..cost }), BatchSize::default());
    }
}
