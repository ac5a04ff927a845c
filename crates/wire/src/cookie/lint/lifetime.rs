//! Checks how long a cookie is kept.

use secrecy::ExposeSecret as _;

use super::report::Report;
use crate::UnixSeconds;
use crate::cookie::date::imf_fixdate;
use crate::cookie::limits::MAX_AGE;
use crate::cookie::parse::{Attribute, ParsedSetCookie};

/// Expires and Max-Age differ a little because of clocks and slow responses. A larger difference is a mistake.
const MAX_DIFFERENCE_SECONDS: i64 = 300;

/// Whether the line removes the cookie.
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
            "the cookie is to be kept for over 400 days, and user agents shorten that to 400",
            "keep it for 400d at most; a session cookie needs less",
        );
    }
    if let (Some(age), Some(left)) = (age, left) {
        if (age <= 0) != (left <= 0) {
            report.warning(
                "RFC 6265bis §5.7",
                "Max-Age and Expires contradict each other: one removes the cookie, the other keeps it; Max-Age counts",
                "write only Max-Age",
            );
        } else if age > 0 && age.saturating_sub(left).saturating_abs() > MAX_DIFFERENCE_SECONDS {
            report.warning(
                "RFC 6265bis §5.7",
                "Max-Age and Expires give different times: Max-Age counts",
                "write only Max-Age",
            );
        }
    }
    if removes(cookie, now) {
        report.note(
            "RFC 6265bis §5.7",
            "the line removes the cookie",
            "revoke the session on the server too: a copy of the token remains valid",
        );
    } else if let Some(length) = age.or(left) {
        let length = length.clamp(0, limit);
        report.note(
            "RFC 6265bis §4.1.2.2",
            format!("the cookie is kept after the browser is closed, for {}", in_units(length)),
            "omit Max-Age and Expires unless the user asked to stay logged in",
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
                "Max-Age is negative, which user agents read as 0",
                "write Max-Age=0 to remove the cookie",
            ),
            Attribute::Expires(None) => report.warning(
                "RFC 6265bis §5.6.1",
                "Expires is not a date: it is ignored",
                "write it as in Expires=Sun, 06 Nov 1994 08:49:37 GMT, or use Max-Age",
            ),
            Attribute::Expires(Some(moment)) if *attribute.value.expose_secret() != imf_fixdate(moment) => {
                report.note(
                    "RFC 6265bis §4.1.1",
                    "Expires is not in the one form that all user agents read alike",
                    "write it as in Expires=Sun, 06 Nov 1994 08:49:37 GMT",
                )
            }
            _ => {}
        }
    }
}

/// A duration in days, hours, minutes and seconds, as in `1d12h`. The program's own form is in the core crate, which
/// depends on this one.
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
