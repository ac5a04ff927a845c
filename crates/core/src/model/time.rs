//! Moments and lengths of time, as the command line writes them and the database keeps them: whole seconds.
//! No clock lives here; whoever needs the present is handed it.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, NaiveDate};
use thiserror::Error;

/// A moment, in whole seconds since the Unix epoch (UTC), between 1970 and the end of 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The last second that RFC 3339 can write, 9999-12-31T23:59:59Z.
const MAX_UNIX_SECONDS: i64 = 253_402_300_799;
/// Longer spans are a slip of the finger, and would leave the range of [`Timestamp`].
const MAX_SPAN_SECONDS: u64 = 100 * 366 * DAY;
const DAY: u64 = 86_400;
/// The fewest digits of a moment in Unix seconds: from March 1973 on.
const MIN_UNIX_DIGITS: usize = 9;

impl Timestamp {
    /// The latest moment that can be named: 9999-12-31T23:59:59Z.
    pub const MAX: Timestamp = Timestamp(MAX_UNIX_SECONDS);

    /// The moment `seconds` after the Unix epoch; out of range, the nearest that can be named.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Self {
        Timestamp(seconds.clamp(0, MAX_UNIX_SECONDS))
    }

    /// Seconds since the Unix epoch.
    #[must_use]
    pub fn unix(self) -> i64 {
        self.0
    }

    /// The moment `span` later, at most [`Timestamp::MAX`].
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self::from_unix(self.0.saturating_add(seconds(span)))
    }

    /// The moment `span` earlier, at the earliest the epoch.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self::from_unix(self.0.saturating_sub(seconds(span)))
    }

    /// How long after `earlier` this is; zero where it is not after.
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_secs(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }
}

impl Timestamp {
    /// The moment as RFC 3339 in UTC, `2026-01-31T23:59:59Z`, in ASCII. Written by hand because a list of a
    /// million sessions writes several million of these, and a general formatter was most of its time.
    #[must_use]
    pub fn rfc3339(self) -> [u8; 20] {
        let mut text = *b"0000-00-00T00:00:00Z";
        // Never negative, and below 2^32 each: narrow numbers are divided in a few cycles.
        let (days, second) = ((self.0.unsigned_abs() / DAY) as u32, (self.0.unsigned_abs() % DAY) as u32);
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

/// As [`Timestamp::rfc3339`].
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

/// Why a moment or a length of time could not be read. The text itself is not repeated: it may be a secret
/// that stands in the wrong place.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TimeError {
    /// Neither of the accepted ways to write a length of time.
    #[error("not a length of time: write a number and a unit, as in 90s, 15m, 2h, 30d, 2w or 1h30m")]
    NotADuration,
    /// Over a hundred years.
    #[error("too long: at most 100 years")]
    TooLong,
    /// None of the accepted ways to write a moment.
    #[error(
        "not a time: write RFC 3339 (2026-01-31T12:00:00Z), a date (2026-01-31, at 0:00 UTC), Unix seconds, or a length of time (30d ago is 30d, +2h is ahead, -1d back)"
    )]
    NotATime,
    /// Before 1970 or after 9999.
    #[error("out of range: a time lies between 1970 and 9999")]
    OutOfRange,
}

/// Reads a length of time: a number and a unit (`s m h d w y`), one or several: `15m`, `1h30m`, `30d`.
/// A year is 365 days. A bare number is refused, because it is read as seconds by some and days by others.
///
/// # Errors
/// [`TimeError::NotADuration`] or [`TimeError::TooLong`].
pub fn parse_duration(text: &str) -> Result<Duration, TimeError> {
    let mut rest = text;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 12 {
            return Err(TimeError::TooLong);
        }
        let number: u64 = rest[..digits].parse().map_err(|_| TimeError::NotADuration)?;
        let unit = match rest.as_bytes().get(digits) {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3_600,
            Some(b'd') => DAY,
            Some(b'w') => 7 * DAY,
            Some(b'y') => 365 * DAY,
            _ => return Err(TimeError::NotADuration),
        };
        total = number.checked_mul(unit).and_then(|s| s.checked_add(total)).ok_or(TimeError::TooLong)?;
        rest = &rest[digits + 1..];
    }
    match total {
        _ if text.is_empty() => Err(TimeError::NotADuration),
        total if total > MAX_SPAN_SECONDS => Err(TimeError::TooLong),
        total => Ok(Duration::from_secs(total)),
    }
}

/// Writes a length of time exactly, in the largest units first: `8h`, `1h30m`, `30d`; nothing is `0s`.
#[must_use]
pub fn format_duration(span: Duration) -> String {
    let mut rest = span.as_secs();
    let mut text = String::new();
    for (unit, length) in [("d", DAY), ("h", 3_600), ("m", 60), ("s", 1)] {
        if rest >= length {
            text.push_str(&format!("{}{unit}", rest / length));
            rest %= length;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// Writes a length of time for a person, two units at most: `2d 3h`, `14m`, `8s`.
#[must_use]
pub fn approximate_duration(span: Duration) -> String {
    let total = span.as_secs();
    let units = [("y", 365 * DAY), ("d", DAY), ("h", 3_600), ("m", 60), ("s", 1)];
    let Some(first) = units.iter().position(|(_, length)| total >= *length) else { return "0s".to_owned() };
    let (unit, length) = units[first];
    let head = format!("{}{unit}", total / length);
    match units.get(first + 1) {
        Some((next, small)) if total / length < 10 && total % length / small > 0 => {
            format!("{head} {}{next}", total % length / small)
        }
        _ => head,
    }
}

/// A moment as it was written: in itself, or counted from a present that is only known later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A date, an RFC 3339 time or Unix seconds.
    At(Timestamp),
    /// `+2h`: so long after the present.
    FromNow(Duration),
    /// `-2h`: so long before the present.
    Ago(Duration),
    /// `30d`: a length of time without a sign. In a filter it means so long ago.
    Unsigned(Duration),
}

impl When {
    /// The moment meant, seen from `now`; a span without a sign lies in the past.
    #[must_use]
    pub fn resolve(self, now: Timestamp) -> Timestamp {
        match self {
            When::At(moment) => moment,
            When::FromNow(span) => now.plus(span),
            When::Ago(span) | When::Unsigned(span) => now.minus(span),
        }
    }
}

impl std::str::FromStr for When {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if let Some(span) = text.strip_prefix('+') {
            return parse_duration(span).map(When::FromNow);
        }
        if let Some(span) = text.strip_prefix('-') {
            return parse_duration(span).map(When::Ago);
        }
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            // A length of time whose unit was left out is no moment in the seventies.
            if text.len() < MIN_UNIX_DIGITS && text != "0" {
                return Err(TimeError::NotATime);
            }
            let seconds: i64 = text.parse().map_err(|_| TimeError::OutOfRange)?;
            return in_range(seconds);
        }
        if let Ok(span) = parse_duration(text) {
            return Ok(When::Unsigned(span));
        }
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            let midnight = date.and_hms_opt(0, 0, 0).ok_or(TimeError::OutOfRange)?;
            return in_range(midnight.and_utc().timestamp());
        }
        let moment = DateTime::parse_from_rfc3339(text).map_err(|_| TimeError::NotATime)?;
        in_range(moment.timestamp())
    }
}

fn in_range(seconds: i64) -> Result<When, TimeError> {
    if (0..=MAX_UNIX_SECONDS).contains(&seconds) {
        Ok(When::At(Timestamp(seconds)))
    } else {
        Err(TimeError::OutOfRange)
    }
}

/// Whole seconds of a span, as the database keeps them.
#[must_use]
pub fn seconds(span: Duration) -> i64 {
    i64::try_from(span.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_add_up_and_round_trip() {
        for (text, expected) in
            [("90s", 90), ("1h30m", 5_400), ("30d", 30 * DAY), ("2w", 14 * DAY), ("0s", 0)]
        {
            let span = parse_duration(text).unwrap();
            assert_eq!(span.as_secs(), expected, "{text}");
            assert_eq!(parse_duration(&format_duration(span)), Ok(span), "{text}");
        }
    }

    #[test]
    fn bad_durations_are_refused() {
        for text in ["", "90", "m", "1x", "1h30", "-1h", "1 h", "h1", "1.5h", "é"] {
            assert_eq!(parse_duration(text), Err(TimeError::NotADuration), "{text}");
        }
        for text in ["200y", "9999999999999s", "999999999999y"] {
            assert_eq!(parse_duration(text), Err(TimeError::TooLong), "{text}");
        }
    }

    #[test]
    fn moments_are_read_in_every_form() {
        let now = Timestamp(1_000_000);
        for (text, expected) in [
            ("+2h", 1_007_200),
            ("-1m", 999_940),
            ("1m", 999_940),
            ("0", 0),
            ("100000000", 100_000_000),
            ("1970-01-02", 86_400),
            ("1970-01-01T01:00:00+01:00", 0),
        ] {
            assert_eq!(text.parse::<When>().unwrap().resolve(now).unix(), expected, "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-02-30",
            "12:00",
            "1969-12-31",
            "99999999999999999999",
            "7",
            "99999999",
        ] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }

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

    #[test]
    fn spans_for_people_have_two_units() {
        for (seconds, expected) in
            [(0, "0s"), (59, "59s"), (90, "1m 30s"), (3_600, "1h"), (15 * 3_600 + 60, "15h")]
        {
            assert_eq!(approximate_duration(Duration::from_secs(seconds)), expected);
        }
    }
}
