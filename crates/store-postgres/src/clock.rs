//! The server's clock, as it is estimated between two questions: the clock that decides for the whole fleet. What it
//! showed is kept with this process's own time since, which no one can set.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::time::Timestamp;
use tokio_postgres::Row;

use crate::error::PostgresError;

/// After a longer round trip the clock is asked again.
const MAX_ROUND_TRIP: Duration = Duration::from_secs(2);
/// An estimate that is further off is asked again.
const MAX_JUMP_MILLIS: i64 = 5_000;

/// A time of the server's clock, in milliseconds since 1970.
pub(crate) fn millis(row: &Row, column: usize) -> Result<i64, PostgresError> {
    let since = row.try_get::<_, SystemTime>(column)?.duration_since(UNIX_EPOCH);
    Ok(i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX))
}

/// Whose clock decides.
#[derive(Clone, Debug)]
pub(crate) enum ClockSource {
    /// The server's, read under the locks of each change; between changes, an estimate of it.
    Server(ServerClock),
    /// One that was given: `--now` on a sandbox, and the clock of a test.
    Given(Arc<dyn Clock>),
}

/// An estimate of the server's clock.
#[derive(Clone, Debug)]
pub struct ServerClock {
    machine: Arc<dyn Clock>,
    /// What the server's clock showed, in milliseconds since 1970, and when.
    measured: Arc<Mutex<Option<(i64, Instant)>>>,
}

impl ServerClock {
    /// An estimate that begins with the machine's clock. Its clones share what is measured.
    #[must_use]
    pub fn new(machine: Arc<dyn Clock>) -> Self {
        ServerClock { machine, measured: Arc::default() }
    }

    /// Takes note of what the server's clock showed, in answer to a question of `asked_at`. Whether that is doubtful,
    /// so that it is to be asked again; the second answer counts.
    pub(crate) fn measured(&self, millis: i64, asked_at: Instant, is_second: bool) -> bool {
        let round_trip = asked_at.elapsed();
        let at = asked_at + round_trip / 2;
        let jumps = self.estimate(at).is_some_and(|before| (millis - before).abs() > MAX_JUMP_MILLIS);
        let is_doubtful = !is_second && (round_trip > MAX_ROUND_TRIP || jumps);
        if !is_doubtful {
            *self.measured.lock().unwrap_or_else(PoisonError::into_inner) = Some((millis, at));
        }
        is_doubtful
    }

    fn estimate(&self, at: Instant) -> Option<i64> {
        let (millis, since) = (*self.measured.lock().unwrap_or_else(PoisonError::into_inner))?;
        let elapsed = i64::try_from(at.saturating_duration_since(since).as_millis()).unwrap_or(i64::MAX);
        Some(millis.saturating_add(elapsed))
    }

    /// By how many seconds the server's clock is ahead of the machine's.
    pub(crate) fn offset(&self) -> i64 {
        self.now().unix() - self.machine.now().unix()
    }
}

impl Clock for ServerClock {
    fn now(&self) -> Timestamp {
        match self.estimate(Instant::now()) {
            Some(millis) => Timestamp::from_unix(millis.div_euclid(1_000)),
            None => self.machine.now(),
        }
    }
}

#[cfg(test)]
mod tests {
    use sessionctl_core::model::clock::FixedClock;

    use super::*;

    #[test]
    fn estimate_follows_the_server_and_a_jump_counts_when_it_is_confirmed() {
        let clock = ServerClock::new(Arc::new(FixedClock::new(Timestamp::from_unix(5))));
        assert_eq!(clock.now().unix(), 5, "nothing was measured yet");
        // The estimate goes on with the time that this test takes.
        let shows = |unix: i64| (unix..unix + 60).contains(&clock.now().unix());
        assert!(!clock.measured(1_000_400, Instant::now(), false));
        assert!(shows(1_000) && clock.offset() >= 995, "{} {}", clock.now(), clock.offset());
        assert!(clock.measured(2_000_000, Instant::now(), false), "by how much it jumps is asked again");
        assert!(shows(1_000), "{}", clock.now());
        assert!(!clock.measured(2_000_000, Instant::now(), true));
        assert!(shows(2_000), "{}", clock.now());
        let slow = Instant::now().checked_sub(Duration::from_secs(3)).unwrap();
        assert!(clock.measured(2_000_000, slow, false), "a slow answer is asked again");
    }
}
