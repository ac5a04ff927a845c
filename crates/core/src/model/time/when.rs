//! Moments as people write them, and as tables show them: dates and times of day in local time, RFC 3339, Unix seconds,
//! durations; as logs show them, `log_formats` reads them. The present and the zone are parameters when a time is
//! resolved.

mod log_formats;

use std::str::FromStr;
use std::time::Duration;

use chrono::NaiveDate;

use super::duration::{DAY_SECONDS, longest_shown_alike, parse_duration};
use super::error::TimeError;
use super::timestamp::{MAX_UNIX_SECONDS, Timestamp};
use super::zone::Zone;
pub use log_formats::DayOfYear;

/// The fewest digits of a time in Unix seconds: March 1973 and later.
const MIN_UNIX_DIGITS: usize = 9;
/// The digits of a date without dashes.
const DATE_DIGITS: usize = 8;
const DAY: i64 = DAY_SECONDS as i64;

/// A time as it was written: absolute, or relative to a present and a zone that are known later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum When {
    /// RFC 3339 or Unix time.
    At(Timestamp),
    /// `+2h`, `in 2h`: this long after the present.
    FromNow(Duration),
    /// `-2h`: this long before the present.
    Ago(Duration),
    /// `2h ago`: an age as a table shows it, which stands for all moments that it shows so.
    Age(Duration),
    /// `30d`: a length of time without a sign. In a filter it is that long ago.
    Unsigned(Duration),
    /// `2026-11-25 03:12`: seconds since 1970-01-01 00:00 local time.
    Local(i64),
    /// `yesterday 03:12`: a time of the day that many days before today, or after it where the number is negative.
    DaysAgo(i32, TimeOfDay),
    /// `03:12`: a time of day, of the last day that has reached it.
    TimeOfDay(TimeOfDay),
    /// `Nov 25 03:12:45`: that time of the last such day that has reached it.
    DayOfYear(DayOfYear, TimeOfDay),
}

/// What a clock shows, in local time or at an offset from UTC: `03:12`, `03:12 UTC`, `03:12+01:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay {
    second: u32,
    /// In seconds east of UTC; none is local time.
    offset: Option<i32>,
}

impl TimeOfDay {
    /// This time of the day that many days before the present one, where the clock is.
    fn days_before(self, days: i32, now: Timestamp, zone: Zone) -> Timestamp {
        let zone = self.offset.map_or(zone, Zone::Fixed);
        let local = now.unix() + i64::from(zone.offset(now));
        zone.moment(local - local.rem_euclid(DAY) - i64::from(days) * DAY + i64::from(self.second))
    }
}

impl When {
    /// Whether it means another moment in another zone.
    #[must_use]
    pub fn is_local(self) -> bool {
        match self {
            When::Local(_) => true,
            When::DaysAgo(_, time) | When::TimeOfDay(time) | When::DayOfYear(_, time) => {
                time.offset.is_none()
            }
            When::At(_) | When::FromNow(_) | When::Ago(_) | When::Age(_) | When::Unsigned(_) => false,
        }
    }

    /// The time that is meant, seen from `now`: of a time of day or a day of the year the last one, and a length of
    /// time without a sign is in the past.
    #[must_use]
    pub fn resolve(self, now: Timestamp, zone: Zone) -> Timestamp {
        match self {
            When::At(moment) => moment,
            When::FromNow(span) => now.plus(span),
            When::Ago(span) | When::Age(span) | When::Unsigned(span) => now.minus(span),
            When::Local(local) => zone.moment(local),
            When::DaysAgo(days, time) => time.days_before(days, now, zone),
            When::DayOfYear(day, time) => day.last(time, now, zone),
            When::TimeOfDay(time) => {
                let today = time.days_before(0, now, zone);
                if today <= now { today } else { time.days_before(1, now, zone) }
            }
        }
    }

    /// The bound of a filter that accepts this time and later ones: of an age the earliest moment that is shown so,
    /// since a table cuts it to whole units.
    #[must_use]
    pub fn resolve_after(self, now: Timestamp, zone: Zone) -> Timestamp {
        match self {
            When::Age(span) => now.minus(longest_shown_alike(span)),
            other => other.resolve(now, zone),
        }
    }

    /// The bound of a filter that accepts what is before this time: the moments that are shown as this age are
    /// included, and the present is not.
    #[must_use]
    pub fn resolve_before(self, now: Timestamp, zone: Zone) -> Timestamp {
        match self {
            When::Age(span) => now.minus(span.saturating_sub(Duration::from_secs(1))),
            other => other.resolve(now, zone),
        }
    }

    /// The time that is meant where only the future makes sense: of a time of day or a day of the year the next one,
    /// and a length of time without a sign is ahead.
    #[must_use]
    pub fn resolve_ahead(self, now: Timestamp, zone: Zone) -> Timestamp {
        match self {
            When::Unsigned(span) => now.plus(span),
            When::TimeOfDay(time) => {
                let zone = time.offset.map_or(zone, Zone::Fixed);
                let last = self.resolve(now, zone);
                let second = last.unix() + i64::from(zone.offset(last));
                if last == now { last } else { zone.moment(second + DAY) }
            }
            When::DayOfYear(day, time) => day.next(time, now, zone),
            other => other.resolve(now, zone),
        }
    }
}

impl FromStr for When {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let text = without_remark(text.trim());
        if let Some(relative) = relative(text) {
            return relative;
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return unix_time(text);
        }
        if let Some(logged) = log_formats::parse(text) {
            return logged;
        }
        if let Some((days_ago, time)) = named_day(text) {
            return Ok(When::DaysAgo(days_ago, time_of_day(time, Some(0))?));
        }
        match text.split_once('-') {
            Some((year, _)) if year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) => {
                date_time(text)
            }
            _ if begins_with_hours(text) => time_of_day(text, None).map(When::TimeOfDay),
            _ => Err(match parse_duration(text) {
                Err(TimeError::TooLong) => TimeError::TooLong,
                _ => TimeError::NotATime,
            }),
        }
    }
}

/// The day that a text begins or ends with, in days ago, and the rest of the text: `yesterday 03:12`, `yesterday at
/// 03:12`, `03:12 yesterday`.
fn named_day(text: &str) -> Option<(i32, &str)> {
    let days = [("today", 0), ("yesterday", 1), ("tomorrow", -1)];
    let find = |word: &str| days.iter().find(|(day, _)| word.eq_ignore_ascii_case(day)).map(|(_, ago)| *ago);
    let (first, behind) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if let Some(days_ago) = find(first) {
        let time = behind.trim_start();
        return Some((days_ago, time.strip_prefix("at ").unwrap_or(time).trim_start()));
    }
    let (before, last) = text.rsplit_once(char::is_whitespace)?;
    find(last).map(|days_ago| (days_ago, before.trim_end()))
}

/// Whether a text begins as a time of day does, right or wrong, so that its error is about that.
fn begins_with_hours(text: &str) -> bool {
    let hours = text.split_once(':').map(|(hours, _)| hours);
    hours.is_some_and(|hours| hours.len() <= 2 && hours.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The text without the age that a record shows behind a time: `2026-11-25 03:12:45 (3m ago)`.
fn without_remark(text: &str) -> &str {
    match text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        Some((moment, _)) => moment.trim_end(),
        None => text,
    }
}

/// A time that is relative to the present; `None` for any other text.
fn relative(text: &str) -> Option<Result<When, TimeError>> {
    if text.eq_ignore_ascii_case("now") {
        return Some(Ok(When::Ago(Duration::ZERO)));
    }
    if let Some(ahead) = text.strip_prefix('+').or_else(|| text.strip_prefix("in ")) {
        return Some(parse_duration(ahead).map(When::FromNow));
    }
    if let Some(back) = text.strip_prefix('-') {
        return Some(parse_duration(back).map(When::Ago));
    }
    if let Some(age) = text.strip_suffix(" ago") {
        return Some(parse_duration(age).map(When::Age));
    }
    parse_duration(text).ok().map(|span| Ok(When::Unsigned(span)))
}

/// Unix seconds, or milliseconds where the number can only be those.
fn unix_time(digits: &str) -> Result<When, TimeError> {
    match digits.len() {
        DATE_DIGITS if NaiveDate::parse_from_str(digits, "%Y%m%d").is_ok() => {
            return Err(TimeError::DashesMissing);
        }
        // A duration without its unit is not a time in the seventies.
        0..MIN_UNIX_DIGITS if digits != "0" => return Err(TimeError::UnitMissing),
        _ => {}
    }
    let number: i64 = digits.parse().map_err(|_| TimeError::OutOfRange)?;
    let seconds = if number > MAX_UNIX_SECONDS { number / 1000 } else { number };
    absolute(seconds)
}

fn absolute(seconds: i64) -> Result<When, TimeError> {
    match seconds {
        0..=MAX_UNIX_SECONDS => Ok(When::At(Timestamp::from_unix(seconds))),
        _ => Err(TimeError::OutOfRange),
    }
}

/// A date, alone or with a time of day, in local time or with an offset.
fn date_time(text: &str) -> Result<When, TimeError> {
    let (date, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim_start()),
        None => (text, ""),
    };
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").map_err(|_| TimeError::NoSuchDate)?;
    on_date(date, time_of_day(rest, Some(0))?)
}

/// A time of the day on a date.
fn on_date(date: NaiveDate, time: TimeOfDay) -> Result<When, TimeError> {
    let midnight = (date - NaiveDate::default()).num_seconds();
    if midnight < 0 {
        return Err(TimeError::OutOfRange);
    }
    let local = midnight + i64::from(time.second);
    match time.offset {
        None => Ok(When::Local(local)),
        Some(offset) => absolute(local - i64::from(offset)),
    }
}

/// A time of day, in local time or with an offset; `otherwise` where there is none.
fn time_of_day(text: &str, otherwise: Option<u32>) -> Result<TimeOfDay, TimeError> {
    let end = text.find(|c: char| !matches!(c, '0'..='9' | ':' | '.')).unwrap_or(text.len());
    let (clock, offset) = (text[..end].trim_end(), text[end..].trim());
    let second = match otherwise {
        Some(second) if clock.is_empty() => second,
        _ => second_of_day(clock)?,
    };
    let offset = match offset {
        "" => None,
        "Z" | "z" | "UTC" | "GMT" => Some(0),
        offset => Some(utc_offset(offset)?),
    };
    Ok(TimeOfDay { second, offset })
}

/// `03:12`, `03:12:45`, `03:12:45.678`: the second of the day. A leap second is the last of its minute.
fn second_of_day(text: &str) -> Result<u32, TimeError> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let number = |part: &str, max: u32| match part.parse::<u32>() {
        Ok(number) if (1..=2).contains(&part.len()) && number <= max && !part.starts_with('+') => Ok(number),
        _ => Err(TimeError::NoSuchTimeOfDay),
    };
    let mut parts = whole.split(':');
    let hours = number(parts.next().unwrap_or_default(), 23)?;
    let minutes = number(parts.next().ok_or(TimeError::NoSuchTimeOfDay)?, 59)?;
    let seconds = parts.next().map_or(Ok(0), |part| number(part, 60))?.min(59);
    match parts.next() {
        None => Ok(hours * 3_600 + minutes * 60 + seconds),
        Some(_) => Err(TimeError::NoSuchTimeOfDay),
    }
}

/// `+01:00`, `-0500`, `+01`: seconds east of UTC.
fn utc_offset(text: &str) -> Result<i32, TimeError> {
    let (sign, rest) = match text.as_bytes() {
        [b'+', ..] => (1, &text[1..]),
        [b'-', ..] => (-1, &text[1..]),
        _ if matches!(text.trim().to_ascii_lowercase().as_str(), "am" | "pm") => {
            return Err(TimeError::NoSuchTimeOfDay);
        }
        _ => return Err(TimeError::NotAnOffset),
    };
    let digits = rest.replace(':', "");
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TimeError::NotAnOffset);
    }
    let part = |range: std::ops::Range<usize>| digits.get(range).map_or(0, |part| part.parse().unwrap_or(0));
    let (hours, minutes) = (part(0..2), part(2..4));
    if hours > 23 || minutes > 59 {
        Err(TimeError::NotAnOffset)
    } else {
        Ok(sign * (hours * 3_600 + minutes * 60))
    }
}

#[cfg(test)]
mod tests;
