//! Moments as logs show them: `25/Nov/2026:03:12:00 +0000` (the common log format of nginx and Apache httpd), and
//! `Nov 25 03:12:45` (BSD syslog, RFC 3164 §4.1.2), which leaves out the year.

use chrono::{Datelike as _, NaiveDate};

use super::{TimeOfDay, When, on_date, time_of_day};
use crate::model::time::error::TimeError;
use crate::model::time::timestamp::Timestamp;
use crate::model::time::zone::Zone;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// A year that has every day.
const LEAP_YEAR: i32 = 2024;
/// In this many years there is every day, also where a century begins without a leap day.
const YEARS_WITH_EVERY_DAY: i32 = 8;

/// A day of any year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayOfYear {
    month: u32,
    day: u32,
}

impl DayOfYear {
    /// That time of the last such day that has reached it.
    pub(super) fn last(self, time: TimeOfDay, now: Timestamp, zone: Zone) -> Timestamp {
        self.nearest(time, now, zone, -1)
    }

    /// That time of the next such day, which may be today.
    pub(super) fn next(self, time: TimeOfDay, now: Timestamp, zone: Zone) -> Timestamp {
        self.nearest(time, now, zone, 1)
    }

    fn nearest(self, time: TimeOfDay, now: Timestamp, zone: Zone, step: i32) -> Timestamp {
        let zone = time.offset.map_or(zone, Zone::Fixed);
        let this_year = year(now.unix() + i64::from(zone.offset(now)));
        let moment = |years: i32| {
            let date = NaiveDate::from_ymd_opt(this_year + years * step, self.month, self.day)?;
            let midnight = (date - NaiveDate::default()).num_seconds();
            Some(zone.moment(midnight + i64::from(time.second)))
        };
        let fits = |moment: &Timestamp| if step < 0 { *moment <= now } else { *moment >= now };
        (0..=YEARS_WITH_EVERY_DAY).filter_map(moment).find(fits).unwrap_or(now)
    }
}

/// The year of a second since 1970-01-01 00:00, where it is counted.
fn year(second: i64) -> i32 {
    chrono::DateTime::from_timestamp(second, 0).map_or(1970, |moment| moment.year())
}

/// A time as a log shows it; `None` for any other text.
pub(super) fn parse(text: &str) -> Option<Result<When, TimeError>> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    access_log(bare).or_else(|| syslog(text))
}

/// `25/Nov/2026:03:12:00 +0000`
fn access_log(text: &str) -> Option<Result<When, TimeError>> {
    let (date, time) = text.split_once(':')?;
    let mut parts = date.split('/');
    let (day, month, year) = (number(parts.next()?, 2)?, month(parts.next()?)?, parts.next()?);
    let year = number(year, 4).filter(|_| year.len() == 4 && parts.next().is_none())?;
    let date = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    Some(date.ok_or(TimeError::NoSuchDate).and_then(|date| on_date(date, time_of_day(time, None)?)))
}

/// `Nov 25 03:12:45`, `Nov  5 03:12`
fn syslog(text: &str) -> Option<Result<When, TimeError>> {
    let (first, rest) = text.split_once(' ')?;
    let (day, time) = rest.trim_start().split_once(' ')?;
    let (month, day) = (month(first)?, number(day, 2)?);
    if NaiveDate::from_ymd_opt(LEAP_YEAR, month, day).is_none() {
        return Some(Err(TimeError::NoSuchDate));
    }
    let day = DayOfYear { month, day };
    Some(time_of_day(time.trim_start(), None).map(|time| When::DayOfYear(day, time)))
}

/// The number of a month, from 1.
fn month(name: &str) -> Option<u32> {
    (1..).zip(MONTHS).find(|(_, month)| month.eq_ignore_ascii_case(name)).map(|(number, _)| number)
}

/// A number with no more than the given number of digits.
fn number(text: &str, max_digits: usize) -> Option<u32> {
    let is_number = (1..=max_digits).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}
