//! Why a time or a duration cannot be read.

use thiserror::Error;

/// Why a time or a duration cannot be read. The message does not repeat the text: it may be a secret in the
/// wrong place.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeError {
    /// Not a length of time.
    #[error("not a length of time: write a number and a unit, as in 90s, 15m, 2h, 30d, 2w or 1h30m")]
    NotADuration,
    /// The duration is over a hundred years.
    #[error("too long: at most 100 years")]
    TooLong,
    /// The text is in none of the accepted forms of a time.
    #[error(
        "not a time: write 2026-11-25 03:12, 03:12, yesterday 03:12, 2026-11-25T03:12:00Z, Unix seconds, or a length \
         of time such as 30d"
    )]
    NotATime,
    /// A date that the calendar does not have.
    #[error("no such date: a date is written year-month-day, as in 2026-11-25")]
    NoSuchDate,
    /// A time of day that the clock does not show.
    #[error(
        "no such time of day: write hours from 00 to 23 and minutes from 00 to 59, as in 03:12 or 03:12:45"
    )]
    NoSuchTimeOfDay,
    /// Something that is no offset behind a date and a time of day.
    #[error("not a UTC offset: write Z, +01:00 or +0100 behind the time, or nothing for local time")]
    NotAnOffset,
    /// Eight digits, as a date is written without dashes.
    #[error("a date is written with dashes, as in 2026-11-25")]
    DashesMissing,
    /// A number that is too small for Unix seconds.
    #[error(
        "a number without a unit: write 90s, 15m, 2h or 30d for a length of time; Unix seconds have 9 digits or more"
    )]
    UnitMissing,
    /// The time is before 1970 or after 9999.
    #[error("out of range: a time is between 1970 and 9999")]
    OutOfRange,
}
