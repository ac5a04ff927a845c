//! Lengths of time in whole seconds: reading them, and writing them for people and exactly.

use std::time::Duration;

use super::error::TimeError;

/// The seconds of a day.
pub(super) const DAY_SECONDS: u64 = 86_400;
/// Longer spans are a slip of the finger, and would leave the range of a timestamp.
const MAX_SPAN_SECONDS: u64 = 100 * 366 * DAY_SECONDS;

/// Reads a duration: one or more numbers with a unit (`s m h d w y`, or its name), such as `15m`, `1h30m`, `30d` or
/// `2 weeks`. A year is 365 days. A number without a unit is an error, because some read it as seconds and others as
/// days. (humantime also accepts `1M`, fractions and a year of 365.25 days.)
///
/// # Errors
/// [`TimeError::NotADuration`] or [`TimeError::TooLong`].
pub fn parse_duration(text: &str) -> Result<Duration, TimeError> {
    let mut rest = text.trim();
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 12 {
            return Err(TimeError::TooLong);
        }
        let number: u64 = rest[..digits].parse().map_err(|_| TimeError::NotADuration)?;
        let behind = rest[digits..].trim_start();
        let letters = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = match &behind[..letters] {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3_600,
            "d" | "day" | "days" => DAY_SECONDS,
            "w" | "week" | "weeks" => 7 * DAY_SECONDS,
            "y" | "year" | "years" => 365 * DAY_SECONDS,
            _ => return Err(TimeError::NotADuration),
        };
        total = number.checked_mul(unit).and_then(|s| s.checked_add(total)).ok_or(TimeError::TooLong)?;
        rest = behind[letters..].trim_start();
    }
    match total {
        _ if text.trim().is_empty() => Err(TimeError::NotADuration),
        total if total > MAX_SPAN_SECONDS => Err(TimeError::TooLong),
        total => Ok(Duration::from_secs(total)),
    }
}

/// Writes a duration exactly, the largest unit first: `8h`, `1h30m`, `30d`; zero is `0s`.
#[must_use]
pub fn format_duration(span: Duration) -> String {
    let mut rest = span.as_secs();
    let mut text = String::new();
    for (unit, length) in [("d", DAY_SECONDS), ("h", 3_600), ("m", 60), ("s", 1)] {
        if rest >= length {
            text.push_str(&format!("{}{unit}", rest / length));
            rest %= length;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// Writes a duration for people, with at most two units: `2d 3h`, `14m`, `8s`.
#[must_use]
pub fn approximate_duration(span: Duration) -> String {
    let total = span.as_secs();
    let Some((unit, length, finer)) = shown_units(total) else { return "0s".to_owned() };
    let head = format!("{}{unit}", total / length);
    match finer {
        Some((next, small)) if total % length / small > 0 => {
            format!("{head} {}{next}", total % length / small)
        }
        _ => head,
    }
}

/// A unit, and its seconds.
type Unit = (&'static str, u64);

const UNITS: [Unit; 5] = [("y", 365 * DAY_SECONDS), ("d", DAY_SECONDS), ("h", 3_600), ("m", 60), ("s", 1)];

/// The unit in which a length of time is written for people, and the finer one beside it where few of the first are
/// shown.
fn shown_units(total: u64) -> Option<(&'static str, u64, Option<Unit>)> {
    let first = UNITS.iter().position(|(_, length)| total >= *length)?;
    let (unit, length) = UNITS[first];
    Some((unit, length, UNITS.get(first + 1).copied().filter(|_| total / length < 10)))
}

/// The longest duration that [`approximate_duration`] writes as it writes this one; the same one where it does not
/// write this one exactly.
pub(super) fn longest_shown_alike(span: Duration) -> Duration {
    let total = span.as_secs();
    let Some((_, length, finer)) = shown_units(total) else { return span };
    let step = finer.map_or(length, |(_, small)| small);
    if total.is_multiple_of(step) { Duration::from_secs(total + step - 1) } else { span }
}

/// The whole seconds of a duration.
#[must_use]
pub fn seconds(span: Duration) -> i64 {
    i64::try_from(span.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_duration_adds_units_and_round_trips() {
        for (text, expected) in [
            ("90s", 90),
            ("1h30m", 5_400),
            ("30d", 30 * DAY_SECONDS),
            ("2w", 14 * DAY_SECONDS),
            ("0s", 0),
            (" 2 weeks ", 14 * DAY_SECONDS),
            ("1 hour 30min", 5_400),
        ] {
            let span = parse_duration(text).unwrap();
            assert_eq!(span.as_secs(), expected, "{text}");
            assert_eq!(parse_duration(&format_duration(span)), Ok(span), "{text}");
        }
    }

    #[test]
    fn parse_duration_refuses_other_forms() {
        for text in ["", "90", "m", "1x", "1h30", "-1h", "1 5m", "1M", "h1", "1.5h", "é"] {
            assert_eq!(parse_duration(text), Err(TimeError::NotADuration), "{text}");
        }
        for text in ["200y", "9999999999999s", "999999999999y"] {
            assert_eq!(parse_duration(text), Err(TimeError::TooLong), "{text}");
        }
    }

    #[test]
    fn longest_shown_alike_is_the_last_that_is_written_so() {
        for seconds in
            (0..4_000).chain([36_000, 39_599, 86_400, 90_000, 864_000, 3_456_000, 31_536_000, 40_000_000])
        {
            let span = Duration::from_secs(seconds);
            let text = approximate_duration(span);
            let shown = parse_duration(&text).unwrap();
            let longest = longest_shown_alike(shown);
            assert!(longest >= span, "{text}");
            assert_eq!(approximate_duration(longest), text);
            assert_ne!(approximate_duration(longest + Duration::from_secs(1)), text);
        }
        let exact = Duration::from_secs(15 * 3_600 + 60);
        assert_eq!(longest_shown_alike(exact), exact, "no table shows 15h1m");
    }

    #[test]
    fn approximate_duration_has_two_units() {
        for (seconds, expected) in
            [(0, "0s"), (59, "59s"), (90, "1m 30s"), (3_600, "1h"), (15 * 3_600 + 60, "15h")]
        {
            assert_eq!(approximate_duration(Duration::from_secs(seconds)), expected);
        }
    }
}
