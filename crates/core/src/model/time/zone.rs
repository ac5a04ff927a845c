//! The time zone of a person, handed in by the host. Neither the environment nor the system's zone is read here.

use super::timestamp::Timestamp;

/// A time zone: how far local clocks are from UTC at a time.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Zone {
    /// The same offset at all times, in seconds east of UTC.
    Fixed(i32),
    /// Returns the offset at a time, in seconds east of UTC.
    Lookup(fn(Timestamp) -> i32),
    /// A zone was named that is not known: times are shown in UTC, and no local time is acted on.
    Unknown,
}

/// Every zone keeps an offset for longer than this around a change.
const CHANGE_MARGIN_SECONDS: i64 = 86_400;

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Zone = Zone::Fixed(0);

    /// The offset at a time, in seconds east of UTC.
    #[must_use]
    pub fn offset(self, at: Timestamp) -> i32 {
        match self {
            Zone::Fixed(seconds) => seconds,
            Zone::Lookup(offset) => offset(at),
            Zone::Unknown => 0,
        }
    }

    /// The moment at which local clocks show this, in seconds since 1970-01-01 00:00 local time. Of two such moments
    /// it is the earlier; a time that clocks skip is counted with the offset before the change.
    #[must_use]
    pub fn moment(self, local: i64) -> Timestamp {
        let offset = |at: i64| i64::from(self.offset(Timestamp::from_unix(at)));
        let (before, after) = (offset(local - CHANGE_MARGIN_SECONDS), offset(local + CHANGE_MARGIN_SECONDS));
        let candidates = [local - before, local - after];
        let valid = candidates.into_iter().filter(|at| at + offset(*at) == local).min();
        Timestamp::from_unix(valid.unwrap_or(local - before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Central European Time in 2026: summer time from 29 March 01:00 UTC to 25 October 01:00 UTC.
    fn berlin(at: Timestamp) -> i32 {
        if (1_774_746_000..1_792_890_000).contains(&at.unix()) { 7_200 } else { 3_600 }
    }

    #[test]
    fn moment_follows_changes_of_the_offset() {
        let zone = Zone::Lookup(berlin);
        for (local, offset) in [
            // 2026-01-15 12:00 and 2026-07-15 12:00.
            (1_768_478_400, 3_600),
            (1_784_116_800, 7_200),
            // 2026-10-25 02:30 happens twice.
            (1_792_895_400, 7_200),
            // 2026-03-29 02:30 is skipped.
            (1_774_751_400, 3_600),
        ] {
            assert_eq!(zone.moment(local).unix(), local - offset, "{local}");
        }
        assert_eq!(Zone::Fixed(-18_000).moment(1_000_000).unix(), 1_018_000);
    }
}
