//! What bulk work would end, in a few lines: shown before a confirmation.

use super::{selection, sessions};
use sessionctl_core::model::session::Session;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::ops::preview::{Groups, Preview};

/// This number of sessions, users, addresses and API tokens is named; the others are counted.
pub(super) const MAX_NAMED: usize = 10;

/// The lines of the summary. `shown` are the first sessions that would change.
pub(super) fn lines(preview: &Preview, shown: &[Session], now: Timestamp) -> Vec<String> {
    let mut lines = Vec::new();
    if preview.changing <= MAX_NAMED as u64 {
        lines.extend(shown.iter().map(|session| selection::describe(session, now)));
    }
    lines.extend(totals(preview));
    let children: u64 = preview.cascades.iter().map(|(_, children)| children.len() as u64).sum();
    if children > 0 {
        lines.push(format!("together with their parents: {}", sessions(children)));
    }
    lines.extend(moved_ends(preview, "will"));
    lines.extend(clamped(preview, "will"));
    lines
}

/// What would change, by kind, user and address, with the names of API tokens.
pub(super) fn totals(preview: &Preview) -> Vec<String> {
    let mut lines = Vec::new();
    if preview.changing > 1 {
        let total = sessions(preview.changing);
        lines.push(format!("{total}: {}", groups(&preview.kinds, |kind| kind.as_str().to_owned())));
        let user = |user: &Option<String>| user.clone().unwrap_or_else(|| "(no user)".to_owned());
        lines.push(format!("users: {}", groups(&preview.users, user)));
        let address =
            |ip: &Option<std::net::IpAddr>| ip.map_or("(no address)".to_owned(), |ip| ip.to_string());
        lines.push(format!("addresses: {}", groups(&preview.addresses, address)));
    }
    if !preview.api_tokens.is_empty() {
        let tokens = preview.api_tokens.iter().take(MAX_NAMED).map(|token| {
            let label = token.label.as_deref().unwrap_or("(no label)");
            format!("{} {label}", token.id)
        });
        let more = preview.api_tokens.len().saturating_sub(MAX_NAMED) as u64;
        lines.push(format!("API tokens: {}{}", tokens.collect::<Vec<_>>().join(", "), and_more(more)));
    }
    lines
}

/// How many sessions end before the time that was asked for; `will` says whether it is certain.
pub(super) fn clamped(preview: &Preview, will: &str) -> Option<String> {
    let number = preview.clamped;
    (number > 0).then(|| before_that_time(number, &format!("{} {will}", sessions(number))))
}

/// That a number of sessions end before the time that was asked for, and why; `they_will` names them.
pub(in crate::commands) fn before_that_time(number: u64, they_will: &str) -> String {
    let whose = if number == 1 { "its" } else { "their" };
    format!("{they_will} end before that time, at {whose} absolute limit or with {whose} parent")
}

/// How many ends move, and whose; `will` says whether it is certain.
pub(super) fn moved_ends(preview: &Preview, will: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if preview.shortened > 0 {
        let tokens = match preview.shortened_api_tokens {
            0 => String::new(),
            1 => ", an API token among them".to_owned(),
            several => format!(", {several} API tokens among them"),
        };
        lines.push(format!("{} {will} get an earlier deadline{tokens}", sessions(preview.shortened)));
    }
    if preview.prolonged > 0 {
        lines.push(format!("{} {will} get a later deadline", sessions(preview.prolonged)));
    }
    lines
}

fn groups<T>(groups: &Groups<T>, name: impl Fn(&T) -> String) -> String {
    let named = groups.named.iter().take(MAX_NAMED);
    let text: Vec<String> = named.map(|(value, count)| format!("{} ({count})", name(value))).collect();
    let rest: u64 = groups.named.iter().skip(MAX_NAMED).map(|(_, count)| count).sum();
    format!("{}{}", text.join(", "), and_more(rest + groups.others))
}

/// How many there are besides those that are named.
pub(super) fn and_more(number: u64) -> String {
    if number == 0 { String::new() } else { format!(", and {number} more") }
}
