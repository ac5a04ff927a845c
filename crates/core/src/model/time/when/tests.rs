//! Tests of the forms in which a time is written.

use super::*;

const TOKYO: Zone = Zone::Fixed(9 * 3_600);

/// 2026-11-24T01:05:00Z.
fn now() -> Timestamp {
    Timestamp::from_unix(1_795_482_300)
}

fn resolved(text: &str) -> Result<String, TimeError> {
    text.parse::<When>().map(|when| when.resolve(now(), TOKYO).to_string())
}

#[test]
fn when_reads_every_form() {
    for (text, expected) in [
        ("now", "2026-11-24T01:05:00Z"),
        ("+2h", "2026-11-24T03:05:00Z"),
        ("-1m", "2026-11-24T01:04:00Z"),
        ("1m", "2026-11-24T01:04:00Z"),
        ("2d 3h ago", "2026-11-21T22:05:00Z"),
        ("in 1h 5m", "2026-11-24T02:10:00Z"),
        ("0", "1970-01-01T00:00:00Z"),
        ("1795482300", "2026-11-24T01:05:00Z"),
        ("1795482300123", "2026-11-24T01:05:00Z"),
        ("2026-11-25T03:12:00Z", "2026-11-25T03:12:00Z"),
        ("2026-11-25t03:12:00.123456z", "2026-11-25T03:12:00Z"),
        ("2026-11-25T03:12:00+01:00", "2026-11-25T02:12:00Z"),
        ("2026-11-25T17:44:00+0100", "2026-11-25T16:44:00Z"),
        ("2026-11-25 03:12 -05", "2026-11-25T08:12:00Z"),
        ("2026-11-25 03:12 UTC", "2026-11-25T03:12:00Z"),
        ("2026-12-31T23:59:60Z", "2026-12-31T23:59:59Z"),
        // What follows is local time in Tokyo, where it is 10:05 on the 24th.
        ("2026-11-25", "2026-11-24T15:00:00Z"),
        ("2026-11-25 03:12", "2026-11-24T18:12:00Z"),
        ("2026-11-25T03:12", "2026-11-24T18:12:00Z"),
        ("2026-11-25 03:12:45 (in 8h)", "2026-11-24T18:12:45Z"),
        ("03:12", "2026-11-23T18:12:00Z"),
        ("10:05", "2026-11-24T01:05:00Z"),
        ("10:06", "2026-11-23T01:06:00Z"),
        ("today", "2026-11-23T15:00:00Z"),
        ("today 10:00", "2026-11-24T01:00:00Z"),
        ("yesterday", "2026-11-22T15:00:00Z"),
        ("yesterday 03:12", "2026-11-22T18:12:00Z"),
        ("Yesterday  03:12", "2026-11-22T18:12:00Z"),
        ("NOW", "2026-11-24T01:05:00Z"),
        ("tomorrow", "2026-11-24T15:00:00Z"),
        ("tomorrow 03:12", "2026-11-24T18:12:00Z"),
        ("2 weeks ago", "2026-11-10T01:05:00Z"),
        ("1 day", "2026-11-23T01:05:00Z"),
        ("1h 5m", "2026-11-24T00:00:00Z"),
        ("in 2 hours", "2026-11-24T03:05:00Z"),
        // The same clocks elsewhere: at 01:05 UTC, and at 20:05 of the 23rd in New York.
        ("03:12 UTC", "2026-11-23T03:12:00Z"),
        ("00:12z", "2026-11-24T00:12:00Z"),
        ("yesterday 03:12Z", "2026-11-23T03:12:00Z"),
        ("yesterday 03:12 -05:00", "2026-11-22T08:12:00Z"),
        ("today UTC", "2026-11-24T00:00:00Z"),
        ("yesterday 03:12 (1d ago)", "2026-11-22T18:12:00Z"),
        ("yesterday at 03:12", "2026-11-22T18:12:00Z"),
        ("03:12 yesterday", "2026-11-22T18:12:00Z"),
        // As logs show them. It is 2026-11-24 10:05 here.
        ("25/Nov/2026:03:12:00 +0000", "2026-11-25T03:12:00Z"),
        ("[25/nov/2026:03:12:45 -0500]", "2026-11-25T08:12:45Z"),
        ("5/Nov/2026:03:12:00", "2026-11-04T18:12:00Z"),
        ("Nov 24 10:05", "2026-11-24T01:05:00Z"),
        ("Nov 24 10:05:01", "2025-11-24T01:05:01Z"),
        ("Nov 25 03:12", "2025-11-24T18:12:00Z"),
        ("nov  5 03:12:45", "2026-11-04T18:12:45Z"),
        ("Feb 29 12:00 UTC", "2024-02-29T12:00:00Z"),
        ("Nov 24 01:05Z", "2026-11-24T01:05:00Z"),
        ("Dec 31 23:59:60", "2025-12-31T14:59:59Z"),
    ] {
        assert_eq!(resolved(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn resolve_ahead_takes_the_next_time_of_day() {
    for (text, expected) in [
        ("03:12", "2026-11-24T18:12:00Z"),
        ("10:05", "2026-11-24T01:05:00Z"),
        ("23:00", "2026-11-24T14:00:00Z"),
        ("2h", "2026-11-24T03:05:00Z"),
        ("03:12 UTC", "2026-11-24T03:12:00Z"),
        ("20:00 -0500", "2026-11-25T01:00:00Z"),
        ("yesterday", "2026-11-22T15:00:00Z"),
        ("Nov 24 10:05", "2026-11-24T01:05:00Z"),
        ("Nov 24 10:04", "2027-11-24T01:04:00Z"),
        ("Feb 29 12:00 UTC", "2028-02-29T12:00:00Z"),
    ] {
        let when: When = text.parse().unwrap();
        assert_eq!(when.resolve_ahead(now(), TOKYO).to_string(), expected, "{text}");
    }
}

#[test]
fn when_names_the_cause_of_a_refusal() {
    for (text, expected) in [
        ("", TimeError::NotATime),
        ("soon", TimeError::NotATime),
        ("last monday", TimeError::NotATime),
        ("monday 03:12", TimeError::NotATime),
        ("11/25/2026 03:12", TimeError::NotATime),
        ("25.11.2026 03:12", TimeError::NotATime),
        ("25/Nov/2026", TimeError::NotATime),
        ("Nov 25", TimeError::NotATime),
        ("Nov 2026 03:12", TimeError::NotATime),
        ("Nox 25 03:12", TimeError::NotATime),
        ("31/Nov/2026:03:12:00 +0000", TimeError::NoSuchDate),
        ("Nov 31 03:12", TimeError::NoSuchDate),
        ("Feb 30 03:12", TimeError::NoSuchDate),
        ("25/Nov/1969:03:12:00 +0000", TimeError::OutOfRange),
        ("25/Nov/2026:25:12:00 +0000", TimeError::NoSuchTimeOfDay),
        ("25/Nov/2026:03:12:00 +000", TimeError::NotAnOffset),
        ("Nov 25 03:72", TimeError::NoSuchTimeOfDay),
        ("Nov 26 12:41:39 2026", TimeError::NotAnOffset),
        ("Thu Nov 26 12:41:39 UTC 2026", TimeError::NotATime),
        ("yesterdayish", TimeError::NotATime),
        ("1 5m ago", TimeError::NotADuration),
        ("1M", TimeError::NotATime),
        ("2026-13-01", TimeError::NoSuchDate),
        ("2026-02-30", TimeError::NoSuchDate),
        ("2026-11-25x", TimeError::NoSuchDate),
        ("2026-11-25 25:00", TimeError::NoSuchTimeOfDay),
        ("2026-11-25 03", TimeError::NoSuchTimeOfDay),
        ("yesterday 7", TimeError::NoSuchTimeOfDay),
        ("yesterday 03:12 CET", TimeError::NotAnOffset),
        ("03:12 am", TimeError::NoSuchTimeOfDay),
        ("yesterdays", TimeError::NotATime),
        ("12:60", TimeError::NoSuchTimeOfDay),
        ("1:2:3:4", TimeError::NoSuchTimeOfDay),
        ("2026-11-25T03:12:00+1", TimeError::NotAnOffset),
        ("2026-11-25 03:12 CET", TimeError::NotAnOffset),
        ("20261125", TimeError::DashesMissing),
        ("7", TimeError::UnitMissing),
        ("99999999", TimeError::UnitMissing),
        ("101y", TimeError::TooLong),
        ("+101y", TimeError::TooLong),
        ("+2", TimeError::NotADuration),
        ("1969-12-31", TimeError::OutOfRange),
        ("99999999999999999999", TimeError::OutOfRange),
    ] {
        assert_eq!(resolved(text), Err(expected), "{text}");
    }
}
