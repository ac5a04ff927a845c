//! For how long bulk work holds the lock that others wait for. The cost of a row differs by a factor of a hundred, so
//! it is measured with each batch. How many rows a batch has at least and at most is the caller's to decide.

use std::time::Duration;

/// The times for which a batch may hold the lock.
#[derive(Clone, Copy, Debug)]
pub struct LockTimes {
    /// Usually.
    pub target: Duration,
    /// Where the commit alone takes long. It costs much the same for few rows as for many: a slow commit is a reason
    /// for larger batches, not for smaller ones.
    pub max: Duration,
}

impl LockTimes {
    /// How many rows fit into the time that remains beside the commit, after a batch of `rows` that took this long
    /// before its commit and in it.
    #[must_use]
    pub fn fitting_rows(&self, rows: usize, work: Duration, commit: Duration) -> f64 {
        let lock_time = self.target.max(2 * commit).min(self.max);
        let work_time = lock_time.saturating_sub(commit).max(self.target / 4);
        rows as f64 * work_time.as_secs_f64() / work.as_secs_f64().max(1e-6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fitting_rows_grow_with_a_slow_commit_up_to_the_longest_lock() {
        let millis = Duration::from_millis;
        let times = LockTimes { target: millis(60), max: millis(250) };
        for (work, commit, expected) in
            [(60, 0, 1_000.0), (120, 0, 500.0), (60, 60, 1_000.0), (60, 120, 2_000.0)]
        {
            assert_eq!(times.fitting_rows(1_000, millis(work), millis(commit)), expected, "{work} {commit}");
        }
        // A quarter of the target remains for the work, however long the commit takes.
        assert_eq!(times.fitting_rows(1_000, millis(60), millis(9_000)), 250.0);
    }
}
