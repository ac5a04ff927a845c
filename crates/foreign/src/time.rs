//! Times as other programs store them, read strictly: a value in another form or outside 1990 to 2200 is a
//! misfit, never a guess. Times are microseconds since the Unix epoch, because a framework compares fractions.

use sessionctl_core::model::time::Timestamp;

use crate::value::Value;

/// A moment in microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

const MICROS: i64 = 1_000_000;
/// 1990-01-01T00:00:00Z and 2200-01-01T00:00:00Z in Unix seconds: a time outside is a number in another unit.
pub(crate) const MIN_SECONDS: i64 = 631_152_000;
pub(crate) const MAX_SECONDS: i64 = 7_258_118_400;

impl Moment {
    /// The moment of a whole second.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Moment(at.unix().saturating_mul(MICROS))
    }

    /// The second in which the moment is.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_unix(self.0.div_euclid(MICROS))
    }

    /// The moment `micros` later.
    #[must_use]
    pub fn plus(self, micros: i64) -> Self {
        Moment(self.0.saturating_add(micros))
    }
}

/// One form of a stored time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeForm {
    /// A number of seconds since the epoch.
    Seconds,
    /// A number of milliseconds since the epoch.
    Millis,
    /// `2026-01-31 12:00:00[.ffffff]`, in UTC without a zone.
    UtcText,
    /// `2026-01-31T12:00:00[.ffffff]`, in UTC without a zone.
    UtcIso,
    /// RFC 3339, also with a space before the time and before the zone.
    Rfc3339,
}

impl TimeForm {
    /// The names, as a layout writes them.
    pub const NAMES: [&str; 5] = ["s", "ms", "utc-text", "utc-iso", "rfc3339"];

    /// The form that a layout calls `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "s" => Some(TimeForm::Seconds),
            "ms" => Some(TimeForm::Millis),
            "utc-text" => Some(TimeForm::UtcText),
            "utc-iso" => Some(TimeForm::UtcIso),
            "rfc3339" => Some(TimeForm::Rfc3339),
            _ => None,
        }
    }

    fn read(self, value: &Value) -> Option<Moment> {
        match (self, value) {
            (TimeForm::Seconds, Value::Integer(number)) => number.checked_mul(MICROS).map(Moment),
            (TimeForm::Seconds, Value::Real(number)) => from_real(*number, 1e6),
            (TimeForm::Millis, Value::Integer(number)) => number.checked_mul(1_000).map(Moment),
            (TimeForm::Millis, Value::Real(number)) => from_real(*number, 1e3),
            (TimeForm::UtcText, value) => {
                let (moment, rest) = date_and_time(value.as_str()?.as_bytes(), b" ")?;
                rest.is_empty().then_some(moment)
            }
            (TimeForm::UtcIso, value) => {
                let (moment, rest) = date_and_time(value.as_str()?.as_bytes(), b"T")?;
                rest.is_empty().then_some(moment)
            }
            (TimeForm::Rfc3339, value) => {
                let (moment, rest) = date_and_time(value.as_str()?.as_bytes(), b"Tt ")?;
                Some(Moment(moment.0 - zone_seconds(rest.strip_prefix(b" ").unwrap_or(rest))? * MICROS))
            }
            _ => None,
        }
    }
}

fn from_real(number: f64, scale: f64) -> Option<Moment> {
    let micros = (number * scale).round();
    (micros.abs() < 9e18).then_some(Moment(micros as i64))
}

/// Reads a value in the first of `forms` that fits.
#[must_use]
pub fn read(forms: &[TimeForm], value: &Value) -> Option<Moment> {
    let in_range = |moment: &Moment| (MIN_SECONDS..MAX_SECONDS).contains(&moment.0.div_euclid(MICROS));
    forms.iter().find_map(|form| form.read(value).filter(in_range))
}

/// `YYYY-MM-DD`, one of `separators`, `HH:MM:SS` and up to nine digits of a fraction; also what follows.
fn date_and_time<'a>(text: &'a [u8], separators: &[u8]) -> Option<(Moment, &'a [u8])> {
    let number = |from: usize, to: usize| -> Option<i64> {
        text.get(from..to)?
            .iter()
            .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    };
    let is = |at: usize, byte: u8| text.get(at) == Some(&byte);
    if !(is(4, b'-') && is(7, b'-') && is(13, b':') && is(16, b':') && separators.contains(text.get(10)?)) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    let (fraction, rest) = fraction(text.get(19..)?)?;
    Some((Moment(seconds * MICROS + fraction), rest))
}

/// Microseconds of a fraction that begins with a point, and what follows it.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(digits) = text.strip_prefix(b".") else { return Some((0, text)) };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&count) {
        return None;
    }
    let digit = |at: usize| if at < count { i64::from(digits[at] - b'0') } else { 0 };
    Some(((0..6).fold(0, |sum, at| sum * 10 + digit(at)), &digits[count..]))
}

fn zone_seconds(zone: &[u8]) -> Option<i64> {
    match zone {
        b"Z" | b"z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let two = |a: &u8, b: &u8| {
                (a.is_ascii_digit() && b.is_ascii_digit())
                    .then(|| i64::from(a - b'0') * 10 + i64::from(b - b'0'))
            };
            let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
            let seconds = hours * 3_600 + minutes * 60;
            (hours < 24 && minutes < 60).then_some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar; years are counted from March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(form: TimeForm, value: Value) -> Option<i64> {
        read(&[form], &value).map(|moment| moment.timestamp().unix())
    }

    #[test]
    fn read_accepts_each_form() {
        for (form, value, expected) in [
            (TimeForm::Seconds, Value::Integer(1_767_225_599), 1_767_225_599),
            (TimeForm::Millis, Value::Real(1_767_225_599_999.9), 1_767_225_599),
            (TimeForm::Millis, Value::Integer(1_767_225_599_000), 1_767_225_599),
            (TimeForm::UtcText, Value::text("2025-12-31 23:59:59"), 1_767_225_599),
            (TimeForm::UtcText, Value::text("2024-02-29 00:00:00.250000"), 1_709_164_800),
            (TimeForm::Rfc3339, Value::text("2025-12-31T23:59:59.000Z"), 1_767_225_599),
            (TimeForm::Rfc3339, Value::text("2026-01-01T01:59:59+02:00"), 1_767_225_599),
            (TimeForm::Rfc3339, Value::text("2025-12-31 23:59:59.000 +00:00"), 1_767_225_599),
            (TimeForm::UtcIso, Value::text("2025-12-31T23:59:59"), 1_767_225_599),
            (TimeForm::Rfc3339, Value::text("2025-12-31 23:59:59.123456789+00:00"), 1_767_225_599),
        ] {
            assert_eq!(unix(form, value), Some(expected), "{form:?}");
        }
        let fraction = read(&[TimeForm::UtcText], &Value::text("2025-12-31 23:59:59.25")).unwrap();
        assert_eq!(fraction, Moment(1_767_225_599_250_000));
    }

    #[test]
    fn read_refuses_what_is_another_form_or_out_of_range() {
        for (form, value) in [
            (TimeForm::Seconds, Value::Integer(1_767_225_599_000)),
            (TimeForm::Millis, Value::Integer(1_767_225_599)),
            (TimeForm::Seconds, Value::text("1767225599")),
            (TimeForm::Seconds, Value::Real(f64::NAN)),
            (TimeForm::Seconds, Value::Integer(i64::MAX)),
            (TimeForm::UtcText, Value::text("2025-12-31T23:59:59Z")),
            (TimeForm::UtcText, Value::text("2025-02-29 00:00:00")),
            (TimeForm::UtcText, Value::text("9999-99-99 99:99:99")),
            (TimeForm::UtcText, Value::text("")),
            (TimeForm::UtcText, Value::Blob(b"2025-12-31 23:59:59".to_vec())),
            (TimeForm::Rfc3339, Value::text("2025-12-31T23:59:59")),
            (TimeForm::Rfc3339, Value::text("2025-12-31T23:59:59.Z")),
            (TimeForm::Rfc3339, Value::Null),
        ] {
            assert_eq!(unix(form, value.clone()), None, "{form:?} {:?}", value.shown());
        }
    }
}
