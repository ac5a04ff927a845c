//! The time of a change. Each store reads the clock and the latest event under its lock; what the two mean for the
//! change is decided here, once for all of them.

use super::StoreError;
use crate::model::session::CLOCK_TOLERANCE;
use crate::model::time::Timestamp;

/// Which of two times judges whether a session has ended, where the clock is before the latest event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JudgedBy {
    /// The clock, for what takes access away: what ends by the latest event alone would be active again once a false
    /// future is corrected.
    Clock,
    /// The latest event, for what grants access: what has expired once stays expired.
    LatestEvent,
}

/// The times that a change is decided and dated by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeTime {
    /// The time of the change: that of the clock, never earlier than the latest event. In a sandbox, where time is set
    /// at will, that of the clock alone.
    pub now: Timestamp,
    /// What the clock shows.
    pub clock: Timestamp,
    /// What the clock shows and the time of the latest event, where the clock is more than [`CLOCK_TOLERANCE`] behind
    /// it.
    pub behind: Option<(Timestamp, Timestamp)>,
}

impl ChangeTime {
    /// The time of a change where the clock shows `clock` and the latest event was at `latest`; `None` in an empty log.
    /// Whether the database is a sandbox is asked only where the clock is before the latest event.
    ///
    /// # Errors
    /// Those of `is_sandbox`.
    pub fn read<E>(
        clock: Timestamp,
        latest: Option<Timestamp>,
        is_sandbox: impl FnOnce() -> Result<bool, E>,
    ) -> Result<Self, E> {
        match latest {
            Some(latest) if latest > clock && !is_sandbox()? => {
                let behind = (latest.since(clock) > CLOCK_TOLERANCE).then_some((clock, latest));
                Ok(ChangeTime { now: latest, clock, behind })
            }
            _ => Ok(ChangeTime { now: clock, clock, behind: None }),
        }
    }

    /// The time of a change that grants access.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`] where the clock is behind.
    pub fn grant(&self) -> Result<Timestamp, StoreError> {
        match self.behind {
            Some((now, latest)) => Err(StoreError::ClockBehind { now, latest }),
            None => Ok(self.now),
        }
    }

    /// The time by which the change judges whether a session has ended.
    #[must_use]
    pub fn judged_at(&self, by: JudgedBy) -> Timestamp {
        match by {
            JudgedBy::Clock => self.clock,
            JudgedBy::LatestEvent => self.now,
        }
    }

    /// The time kept with what is taken away: never one that only a false future has reached.
    #[must_use]
    pub fn taken_at(&self) -> Timestamp {
        if self.behind.is_some() { self.clock } else { self.now }
    }

    /// The clock's time as that of the change, for the correction of a false future.
    #[must_use]
    pub fn corrected(&self) -> Self {
        ChangeTime { now: self.clock, clock: self.clock, behind: None }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn read(clock: i64, latest: Option<i64>, sandbox: bool) -> ChangeTime {
        let time = Timestamp::from_unix;
        ChangeTime::read(time(clock), latest.map(time), || Ok::<_, StoreError>(sandbox)).unwrap()
    }

    #[test]
    fn change_time_is_never_before_the_latest_event_except_in_a_sandbox() {
        for (latest, sandbox, now) in [
            (None, false, 1000),
            (Some(900), false, 1000),
            (Some(1007), false, 1007),
            (Some(1007), true, 1000),
        ] {
            let time = read(1000, latest, sandbox);
            assert_eq!((time.now.unix(), time.clock.unix(), time.behind), (now, 1000, None));
            assert_eq!(time.grant().unwrap(), time.now);
        }
    }

    #[test]
    fn change_time_refuses_a_grant_where_the_clock_is_more_than_the_tolerance_behind() {
        let limit = 1000 + i64::try_from(CLOCK_TOLERANCE.as_secs()).unwrap();
        assert!(read(1000, Some(limit), false).grant().is_ok());
        let time = read(1000, Some(limit + 1), false);
        assert!(matches!(time.grant(), Err(StoreError::ClockBehind { .. })));
        let (clock, latest) = time.behind.unwrap();
        assert_eq!(latest.since(clock), CLOCK_TOLERANCE + Duration::from_secs(1));
        assert_eq!(time.taken_at(), clock);
        assert_eq!([time.judged_at(JudgedBy::Clock), time.judged_at(JudgedBy::LatestEvent)], [clock, latest]);
        assert_eq!(time.corrected(), read(1000, None, false));
    }

    #[test]
    fn change_time_asks_for_the_sandbox_only_where_the_clock_is_early() {
        let time = Timestamp::from_unix;
        let unasked = || -> Result<bool, StoreError> { Err(StoreError::NoReplica) };
        assert!(ChangeTime::read(time(5), Some(time(5)), unasked).is_ok());
        assert!(ChangeTime::read(time(5), Some(time(6)), unasked).is_err());
    }
}
