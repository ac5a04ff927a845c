//! Values as a person reads them: local times, ages, `-` for null. Every time that is shown is accepted as input. Where
//! the values are put does not belong here.

use chrono::DateTime;

use super::escape::{escape_text, to_ascii};
use super::lines::Bare;
use super::record::Value;
use sessionctl_core::model::time::{Timestamp, Zone, approximate_duration, format_duration};

/// The present and the place from which values are seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present {
    pub(super) now: Timestamp,
    pub(super) zone: Zone,
    pub(super) unicode: bool,
}

/// How a moment is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeStyle {
    /// `2026-11-24 01:02:45`
    Clock,
    /// `3m ago`, `in 29m`
    Age,
    /// `2026-11-24 01:02:45 (3m ago)`
    ClockAndAge,
}

/// The age of a moment: `3m ago`, `in 29m`, `now`.
#[must_use]
pub fn age(moment: Timestamp, now: Timestamp) -> String {
    match moment.cmp(&now) {
        std::cmp::Ordering::Less => format!("{} ago", approximate_duration(now.since(moment))),
        std::cmp::Ordering::Equal => "now".to_owned(),
        std::cmp::Ordering::Greater => format!("in {}", approximate_duration(moment.since(now))),
    }
}

/// An offset as RFC 3339 writes it, `+09:00`; `UTC` for none.
fn offset_text(seconds: i32) -> String {
    if seconds == 0 {
        return "UTC".to_owned();
    }
    let minutes = seconds.unsigned_abs() / 60;
    format!("{}{:02}:{:02}", if seconds < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}

/// The text of seconds since 1970-01-01 00:00 local time.
fn local_text(local: i64) -> String {
    DateTime::from_timestamp(local, 0).unwrap_or_default().format("%Y-%m-%d %H:%M:%S").to_string()
}

impl Present {
    /// The text of one cell.
    pub(super) fn cell(&self, value: &Value, style: TimeStyle) -> String {
        match value {
            Value::Null => "-".to_owned(),
            Value::Time(moment) => match style {
                TimeStyle::Clock => self.clock(*moment),
                TimeStyle::Age => age(*moment, self.now),
                TimeStyle::ClockAndAge => format!("{} ({})", self.clock(*moment), age(*moment, self.now)),
            },
            Value::Span(span) => format_duration(*span),
            Value::Word(word) => (*word).to_owned(),
            Value::List(list) if list.is_empty() => "-".to_owned(),
            // So that it differs from null, and columns can be counted.
            Value::Text(text) if text.is_empty() => "\"\"".to_owned(),
            Value::Text(text) => self.visible(&escape_text(text)),
            value => {
                let mut out = Vec::new();
                Bare { escaped: true }.write(&mut out, value);
                self.visible(&String::from_utf8_lossy(&out))
            }
        }
    }

    /// The zone of the times, to be shown once an answer: its offset at present.
    pub(super) fn zone_text(&self) -> String {
        offset_text(self.zone.offset(self.now))
    }

    /// A local time. Where the offset was another than it is now, as in summer, it is added: the zone that the answer
    /// shows does not hold for this time. It is added as well to a time that clocks showed twice, when they were set
    /// back: without it, the time that is read from the text is the first of them.
    pub(super) fn clock(&self, moment: Timestamp) -> String {
        let offset = self.zone.offset(moment);
        let local = moment.unix() + i64::from(offset);
        let is_plain = offset == self.zone.offset(self.now) && self.zone.moment(local) == moment;
        if is_plain { local_text(local) } else { format!("{} {}", local_text(local), offset_text(offset)) }
    }

    /// A local time with its zone.
    pub(super) fn clock_with_zone(&self, moment: Timestamp) -> String {
        let offset = self.zone.offset(moment);
        format!("{} {}", local_text(moment.unix() + i64::from(offset)), offset_text(offset))
    }

    fn visible(&self, text: &str) -> String {
        if self.unicode { text.to_owned() } else { to_ascii(text).into_owned() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::output::capture::NOW;
    use sessionctl_core::model::time::When;

    const PRESENT: Present = Present { now: Timestamp::MAX, zone: Zone::UTC, unicode: true };

    #[test]
    fn cell_shows_moments_as_local_times_or_ages() {
        let present = Present { now: Timestamp::from_unix(NOW), ..PRESENT };
        let east = Present { zone: Zone::Fixed(5 * 3600 + 1800), ..present };
        for (seconds, style, expected) in [
            (-180, TimeStyle::ClockAndAge, "2026-11-24 01:02:00 (3m ago)"),
            (29 * 60, TimeStyle::Clock, "2026-11-24 01:34:00"),
            (0, TimeStyle::Age, "now"),
            (-180, TimeStyle::Age, "3m ago"),
            (-2 * 86_400 - 3_600, TimeStyle::Age, "2d 1h ago"),
            (90 * 86_400, TimeStyle::Age, "in 90d"),
        ] {
            let moment = Timestamp::from_unix(NOW + seconds);
            let shown = present.cell(&Value::Time(moment), style);
            assert_eq!(shown, expected);
            assert_eq!(shown.parse::<When>().unwrap().resolve(present.now, present.zone), moment);
        }
        let moment = Timestamp::from_unix(NOW - 180);
        assert_eq!(east.clock(moment), "2026-11-24 06:32:00");
        assert_eq!(east.clock_with_zone(moment), "2026-11-24 06:32:00 +05:30");
        assert_eq!(east.zone_text(), "+05:30");
        assert_eq!(Present { zone: Zone::Fixed(-18_000), ..present }.zone_text(), "-05:00");
    }

    #[test]
    fn clock_names_an_offset_that_is_not_the_present_one() {
        let zone = Zone::Lookup(|at| if at.unix() < NOW - 1000 { 7_200 } else { 3_600 });
        let present = Present { now: Timestamp::from_unix(NOW), zone, unicode: true };
        let summer = Timestamp::from_unix(NOW - 2000);
        assert_eq!(present.clock(summer), "2026-11-24 02:31:40 +02:00");
        assert_eq!(present.clock_with_zone(summer), "2026-11-24 02:31:40 +02:00");
        assert_eq!(present.clock(summer).parse::<When>().unwrap().resolve(present.now, zone), summer);
    }

    #[test]
    fn cell_shows_null_and_empty_differently() {
        for (value, expected) in [
            (Value::Null, "-"),
            (Value::List(Vec::new()), "-"),
            (Value::from(""), "\"\""),
            (Value::from("a\x1b"), r"a\x1b"),
            (Value::from(r"DOMAIN\bob"), r"DOMAIN\bob"),
            (Value::from(vec!["read".to_owned(), "write".to_owned()]), "read write"),
            (Value::from(Duration::from_secs(1800)), "30m"),
            (Value::from(true), "true"),
        ] {
            assert_eq!(PRESENT.cell(&value, TimeStyle::Clock), expected);
        }
        assert_eq!(
            Present { unicode: false, ..PRESENT }.cell(&Value::from("Zoë"), TimeStyle::Clock),
            r"Zo\u{eb}"
        );
    }
}
