//! What is judged of how long a cookie is kept.

use secrecy::ExposeSecret as _;

use super::Report;
use crate::UnixSeconds;
use crate::cookie::date::imf_fixdate;
use crate::cookie::{Attribute, MAX_AGE, ParsedSetCookie};

/// Clocks and slow responses part Expires from Max-Age by a little; more is a mistake.
const SLACK: i64 = 300;

/// Whether the line takes the cookie away.
pub(super) fn removes(cookie: &ParsedSetCookie, now: UnixSeconds) -> bool {
    match (cookie.max_age(), cookie.expires()) {
        (Some(age), _) => age <= 0,
        (None, Some(moment)) => moment <= now,
        (None, None) => false,
    }
}

pub(super) fn check(cookie: &ParsedSetCookie, now: UnixSeconds, report: &mut Report) {
    check_forms(cookie, report);
    let limit = i64::try_from(MAX_AGE.as_secs()).unwrap_or(i64::MAX);
    let (age, expires) = (cookie.max_age(), cookie.expires());
    let left = expires.map(|moment| moment - now);
    if age.or(left).is_some_and(|length| length > limit) {
        report.warning(
            "RFC 6265bis §5.5",
            "the cookie is to be kept for over 400 days: user agents cut it to that",
            "keep it for 400d at most; a session cookie needs less",
        );
    }
    if let (Some(age), Some(left)) = (age, left) {
        if (age <= 0) != (left <= 0) {
            report.warning(
                "RFC 6265bis §5.7",
                "Max-Age and Expires contradict each other: one takes the cookie away, the other keeps it; Max-Age counts",
                "write one of them, best Max-Age",
            );
        } else if age > 0 && age.saturating_sub(left).saturating_abs() > SLACK {
            report.warning(
                "RFC 6265bis §5.7",
                "Max-Age and Expires do not name the same time: Max-Age counts",
                "write one of them, best Max-Age",
            );
        }
    }
    if removes(cookie, now) {
        report.note(
            "RFC 6265bis §5.7",
            "the line takes the cookie away",
            "end the session on the server too: a copy of the token stays good",
        );
    } else if let Some(length) = age.or(left) {
        let length = length.clamp(0, limit);
        report.note(
            "RFC 6265bis §4.1.2.2",
            format!("the cookie outlives the browser's session: kept for {}", in_units(length)),
            "leave Max-Age and Expires out unless the user asked to be remembered",
        );
    }
}

fn check_forms(cookie: &ParsedSetCookie, report: &mut Report) {
    for attribute in &cookie.attributes {
        match attribute.meaning {
            Attribute::MaxAge(None) => report.warning(
                "RFC 6265bis §5.6.2",
                "Max-Age is not a number of seconds: it is ignored",
                "write digits only, as in Max-Age=3600",
            ),
            Attribute::MaxAge(Some(age)) if age < 0 => report.note(
                "RFC 6265bis §4.1.1",
                "Max-Age is negative: user agents read it as 0",
                "write Max-Age=0 to take the cookie away",
            ),
            Attribute::Expires(None) => report.warning(
                "RFC 6265bis §5.6.1",
                "Expires is not a date: it is ignored",
                "write it as in Expires=Sun, 06 Nov 1994 08:49:37 GMT, or use Max-Age",
            ),
            Attribute::Expires(Some(moment)) if *attribute.value.expose_secret() != imf_fixdate(moment) => {
                report.note(
                    "RFC 6265bis §4.1.1",
                    "Expires is not written in the one form that all user agents read alike",
                    "write it as in Expires=Sun, 06 Nov 1994 08:49:37 GMT",
                )
            }
            _ => {}
        }
    }
}

/// A length of time in days, hours, minutes and seconds, as in `1d12h`.
fn in_units(mut seconds: i64) -> String {
    let mut text = String::new();
    for (size, unit) in [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')] {
        if seconds >= size {
            text.push_str(&format!("{}{unit}", seconds / size));
            seconds %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}
