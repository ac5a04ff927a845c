//! Moments in whole seconds, and their RFC 3339 form. How a person writes one does not belong here.

use std::fmt;
use std::time::Duration;

use chrono::NaiveDate;

use super::duration::{DAY_SECONDS, seconds};

/// A time in whole seconds since the Unix epoch (UTC), between 1970 and the end of 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The last second that RFC 3339 can express, 9999-12-31T23:59:59Z.
pub(super) const MAX_UNIX_SECONDS: i64 = 253_402_300_799;

impl Timestamp {
    /// The date in UTC, as in `2026-01-31`.
    #[must_use]
    pub fn date(self) -> String {
        self.to_string().chars().take(10).collect()
    }

    /// The beginning, in UTC, of a date written as in `2026-01-31`.
    #[must_use]
    pub fn from_date(text: &str) -> Option<Self> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10)?;
        Some(Self::from_unix(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp()))
    }

    /// The latest time: 9999-12-31T23:59:59Z.
    pub const MAX: Timestamp = Timestamp(MAX_UNIX_SECONDS);

    /// The time `seconds` after the Unix epoch, clamped to the range of the type.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Self {
        Timestamp(seconds.clamp(0, MAX_UNIX_SECONDS))
    }

    /// Seconds since the Unix epoch.
    #[must_use]
    pub fn unix(self) -> i64 {
        self.0
    }

    /// The time `span` later, at most [`Timestamp::MAX`].
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self::from_unix(self.0.saturating_add(seconds(span)))
    }

    /// The time `span` earlier, at the earliest the epoch.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self::from_unix(self.0.saturating_sub(seconds(span)))
    }

    /// The duration since `earlier`; zero where this time is not later.
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_secs(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }
}

impl Timestamp {
    /// The time as RFC 3339 in UTC, `2026-01-31T23:59:59Z`, in ASCII. Written by hand because a list of a
    /// million sessions writes several million of these, and a general formatter was most of its time.
    #[must_use]
    pub fn rfc3339(self) -> [u8; 20] {
        let mut text = *b"0000-00-00T00:00:00Z";
        // Never negative, and below 2^32 each: narrow numbers are divided in a few cycles.
        let (days, second) =
            ((self.0.unsigned_abs() / DAY_SECONDS) as u32, (self.0.unsigned_abs() % DAY_SECONDS) as u32);
        let (year, month, day) = civil(days);
        for (at, number) in [
            (0, year / 100),
            (2, year % 100),
            (5, month),
            (8, day),
            (11, second / 3600),
            (14, second / 60 % 60),
            (17, second % 60),
        ] {
            text[at] = b'0' + (number / 10) as u8;
            text[at + 1] = b'0' + (number % 10) as u8;
        }
        text
    }
}

/// The form of [`Timestamp::rfc3339`].
/// Written as RFC 3339 in UTC.
impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.rfc3339()).map_err(|_| fmt::Error)?)
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar: years are
/// counted from March so that the leap day is the last of its year, and 400 years are 146,097 days.
fn civil(days: u32) -> (u32, u32, u32) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + u32::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn display_agrees_with_chrono() {
        for unix in
            (0..MAX_UNIX_SECONDS).step_by(86_399 * 367).chain([951_782_400, 951_868_799, MAX_UNIX_SECONDS])
        {
            let expected =
                DateTime::from_timestamp(unix, 0).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string();
            assert_eq!(Timestamp(unix).to_string(), expected);
        }
    }
}
