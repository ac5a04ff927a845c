//! Values as a person reads them: ages beside local times, `-` for nothing. Where they are put is the table's matter.

use chrono::{DateTime, Datelike, Local, NaiveDateTime, TimeDelta, Timelike};

use super::escape::{escape_text, to_ascii};
use super::lines::Bare;
use super::record::Value;
use sessionctl_core::model::time::{Timestamp, approximate_duration, format_duration};

/// From where times are seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present {
    pub(super) now: Timestamp,
    /// Seconds east of UTC; without it, the system's time zone.
    pub(super) utc_offset: Option<i32>,
    pub(super) unicode: bool,
}

/// How much of a moment there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeDetail {
    /// `3m ago · 2026-11-24 01:02`
    Full,
    /// `3m ago · 01:02`; of another day `2d 3h ago · 11-22`, of another year the whole date.
    Short,
    /// `3m ago`
    Age,
}

/// The age of a moment: `3m ago`, `in 29m`, `now`.
pub(super) fn age(moment: Timestamp, now: Timestamp) -> String {
    match moment.cmp(&now) {
        std::cmp::Ordering::Less => format!("{} ago", approximate_duration(now.since(moment))),
        std::cmp::Ordering::Equal => "now".to_owned(),
        std::cmp::Ordering::Greater => format!("in {}", approximate_duration(moment.since(now))),
    }
}

impl Present {
    /// The text of one cell.
    pub(super) fn cell(&self, value: &Value, room: TimeDetail) -> String {
        match value {
            Value::Null => "-".to_owned(),
            Value::Time(moment) => self.moment(*moment, room),
            Value::Span(span) => format_duration(*span),
            Value::Word(word) => (*word).to_owned(),
            Value::List(list) if list.is_empty() => "-".to_owned(),
            // So that it differs from nothing, and columns can be counted.
            Value::Text(text) if text.is_empty() => "\"\"".to_owned(),
            Value::Text(text) => self.shown(&escape_text(text)),
            value => {
                let mut out = Vec::new();
                Bare { escaped: true }.write(&mut out, value);
                self.shown(&String::from_utf8_lossy(&out))
            }
        }
    }

    fn shown(&self, text: &str) -> String {
        if self.unicode { text.to_owned() } else { to_ascii(text).into_owned() }
    }

    fn moment(&self, moment: Timestamp, room: TimeDetail) -> String {
        let age = age(moment, self.now);
        let (then, now) = (self.local(moment), self.local(self.now));
        let date = format!("{:04}-{:02}-{:02}", then.year(), then.month(), then.day());
        let clock = format!("{:02}:{:02}", then.hour(), then.minute());
        let separator = if self.unicode { "·" } else { "|" };
        match room {
            TimeDetail::Full => format!("{age} {separator} {date} {clock}"),
            TimeDetail::Short if then.date() == now.date() => format!("{age} {separator} {clock}"),
            TimeDetail::Short if then.year() == now.year() => format!("{age} {separator} {}", &date[5..]),
            TimeDetail::Short => format!("{age} {separator} {date}"),
            TimeDetail::Age => age,
        }
    }

    fn local(&self, moment: Timestamp) -> NaiveDateTime {
        // Every `Timestamp` lies within what chrono can name.
        let utc = DateTime::from_timestamp(moment.unix(), 0).unwrap_or_default();
        match self.utc_offset {
            Some(seconds) => utc.naive_utc() + TimeDelta::seconds(i64::from(seconds)),
            None => utc.with_timezone(&Local).naive_local(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::output::capture::NOW;

    const PRESENT: Present = Present { now: Timestamp::MAX, utc_offset: Some(0), unicode: true };

    #[test]
    fn moments_are_ages_beside_local_times() {
        let present = Present { now: Timestamp::from_unix(NOW), ..PRESENT };
        let east = Present { utc_offset: Some(5 * 3600 + 1800), unicode: false, ..present };
        for (seconds, room, expected) in [
            (-180, TimeDetail::Full, "3m ago · 2026-11-24 01:02"),
            (29 * 60, TimeDetail::Full, "in 29m · 2026-11-24 01:34"),
            (0, TimeDetail::Full, "now · 2026-11-24 01:05"),
            (-180, TimeDetail::Short, "3m ago · 01:02"),
            (-2 * 86_400, TimeDetail::Short, "2d ago · 11-22"),
            (90 * 86_400, TimeDetail::Short, "in 90d · 2027-02-22"),
            (-180, TimeDetail::Age, "3m ago"),
        ] {
            let moment = Timestamp::from_unix(NOW + seconds);
            assert_eq!(present.cell(&Value::Time(moment), room), expected);
        }
        let moment = Timestamp::from_unix(NOW - 180);
        assert_eq!(east.cell(&Value::Time(moment), TimeDetail::Full), "3m ago | 2026-11-24 06:32");
    }

    #[test]
    fn nothing_can_be_told_from_empty() {
        for (value, expected) in [
            (Value::Null, "-"),
            (Value::List(Vec::new()), "-"),
            (Value::from(""), "\"\""),
            (Value::from("a\x1b"), r"a\x1b"),
            (Value::from(vec!["read".to_owned(), "write".to_owned()]), "read write"),
            (Value::from(Duration::from_secs(1800)), "30m"),
            (Value::from(true), "true"),
        ] {
            assert_eq!(PRESENT.cell(&value, TimeDetail::Full), expected);
        }
    }
}
