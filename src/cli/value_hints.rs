//! What a refused value of an option was likely meant to be. Words for options and commands are in `familiar_words`.

use clap::error::{ContextKind, ContextValue};
use sessionctl_core::model::time::When;

/// An option, values that other tools have for it, and the hint for them.
const VALUES: &[(&str, &[&str], &str)] = &[
    (
        "--by",
        &["country", "city", "location", "region", "geo", "asn", "isp", "hostname", "host"],
        "places and names of addresses are not known: --by network counts by network",
    ),
    (
        "--by",
        &["label", "scope", "reason", "end_reason", "ended_by"],
        "`sessionctl list --format csv --fields label` can be piped to sort and uniq -c, and any other field",
    ),
    (
        "--action",
        &["logout", "logged_out", "session.logout"],
        "a logout is a revocation: --action session.revoked, with the detail logout",
    ),
    (
        "[NAME]",
        &["set", "get", "list", "show", "all"],
        "`sessionctl db policy` lists the settings, and `sessionctl db policy NAME VALUE` sets one",
    ),
    ("--by", &["device", "os", "platform"], "--by user-agent counts by user agent"),
    ("--state", &["all", "*"], "--state any selects sessions in any state"),
    (
        "--state",
        &[
            "ended",
            "inactive",
            "dead",
            "closed",
            "terminated",
            "expired,revoked",
            "revoked,expired",
            "invalid",
        ],
        "--ended-before now selects what has ended, expired or revoked",
    ),
    (
        "--state",
        &["valid", "live", "alive", "open", "online", "running"],
        "--state active selects active sessions",
    ),
    ("--state", &["locked", "disabled"], "`sessionctl user list` shows which users are locked or disabled"),
    ("--by", &["ip", "address", "addr", "cidr", "subnet"], "--by network counts by network"),
    ("--by", &["last-ip", "last_ip"], "--by last-network counts by the network of the last address"),
    ("--by", &["ua", "agent", "browser", "client", "user_agent"], "--by user-agent counts by user agent"),
    ("--by", &["hour", "day", "date", "created"], "--by age counts by the time since a session began"),
    (
        "--sort",
        &["user", "name", "app", "kind", "state", "ip", "label"],
        "`sessionctl list --format csv` can be piped to sort; `sessionctl stats --by user` counts by user",
    ),
    ("--sort", &["created", "id", "age"], "newest and oldest sort by the time of creation"),
    ("--sort", &["expires", "expiry"], "expiring sorts by the time of expiry"),
    ("--sort", &["seen", "last_seen_at", "activity"], "last-seen sorts by the time of the last use"),
];

/// The hint for the value that the error is about.
pub(super) fn value_hint(error: &clap::Error, command: &str) -> Option<String> {
    let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue) else { return None };
    let option = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(option)) => option.split([' ', '=']).next()?,
        _ => return None,
    };
    if command == "policy"
        && let Some((name, limit)) = value.split_once('=')
        && let Some(ContextValue::Strings(valid)) = error.get(ContextKind::ValidValue)
        && valid.iter().any(|known| known == name)
    {
        return Some(format!("write {name} {limit}"));
    }
    let known = VALUES.iter().find(|(of, words, _)| *of == option && words.contains(&value.as_str()));
    if let Some((_, _, hint)) = known {
        return Some((*hint).to_owned());
    }
    match option {
        "--state" if value.contains(',') => {
            Some("one state is named, or any; --ended-before now selects what has ended".to_owned())
        }
        "--after" if value.parse::<When>().is_ok() => {
            Some("--created-after TIME and --seen-after TIME select sessions since a time".to_owned())
        }
        "--ip" | "--not-ip" | "--last-ip" | "--not-last-ip" => {
            block_of(value).map(|block| format!("write {block}"))
        }
        _ => time_of(value).map(|time| format!("write {time}")),
    }
}

/// The block that a pattern of an IPv4 address stands for, as in `198.51.100.*`.
fn block_of(pattern: &str) -> Option<String> {
    let parts: Vec<&str> = pattern.split('.').collect();
    let fixed = parts.iter().position(|part| matches!(*part, "*" | "x"))?;
    let are_numbers = parts[..fixed].iter().all(|part| part.parse::<u8>().is_ok());
    let is_rest = parts[fixed..].iter().all(|part| matches!(*part, "*" | "x"));
    if fixed == 0 || parts.len() > 4 || !are_numbers || !is_rest {
        return None;
    }
    let mut block = parts[..fixed].to_vec();
    block.resize(4, "0");
    Some(format!("{}/{}", block.join("."), fixed * 8))
}

/// A date with its day first, or an hour of twelve, as a time that is read.
fn time_of(text: &str) -> Option<String> {
    // An hour may be written with a space behind it.
    let joined = [" am", " pm", " AM", " PM"]
        .into_iter()
        .find_map(|half| text.strip_suffix(half).map(|rest| format!("{rest}{}", half.trim_start())));
    let text = joined.as_deref().unwrap_or(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let read: Vec<Option<String>> =
        words.iter().map(|word| date_of(word).or_else(|| hour_of(word))).collect();
    if read.iter().all(Option::is_none) {
        return None;
    }
    let written: Vec<String> =
        words.iter().zip(read).map(|(word, read)| read.unwrap_or_else(|| (*word).to_owned())).collect();
    Some(written.join(" "))
}

fn date_of(word: &str) -> Option<String> {
    if let [year, month, day] = word.split('/').collect::<Vec<_>>()[..] {
        let is_number =
            |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        let is_date = is_number(year, 4) && is_number(month, 2) && is_number(day, 2);
        return is_date.then(|| format!("{year}-{month}-{day}"));
    }
    let [day, month, year] = word.split('.').collect::<Vec<_>>()[..] else { return None };
    let (day, month) = (day.parse::<u8>().ok()?, month.parse::<u8>().ok()?);
    let is_date = (1..=31).contains(&day) && (1..=12).contains(&month) && year.len() == 4;
    (is_date && year.bytes().all(|digit| digit.is_ascii_digit()))
        .then(|| format!("{year}-{month:02}-{day:02}"))
}

fn hour_of(word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    match lower.as_str() {
        "noon" => return Some("12:00".to_owned()),
        "midnight" => return Some("00:00".to_owned()),
        _ => {}
    }
    let (time, noon) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(time), _) => (time, 0),
        (_, Some(time)) => (time, 12),
        _ => return None,
    };
    let (hour, minute) = time.split_once(':').unwrap_or((time, "00"));
    let (hour, minute) = (hour.parse::<u8>().ok()?, minute.parse::<u8>().ok()?);
    let is_time = (1..=12).contains(&hour) && minute < 60;
    is_time.then(|| format!("{:02}:{minute:02}", hour % 12 + noon))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pattern_of_addresses_is_a_block() {
        assert_eq!(block_of("198.51.100.*").as_deref(), Some("198.51.100.0/24"));
        assert_eq!(block_of("10.*").as_deref(), Some("10.0.0.0/8"));
        assert_eq!(block_of("10.1.x.x").as_deref(), Some("10.1.0.0/16"));
        for none in ["*", "10.*.1.2", "300.*", "1.2.3.4.*", "2001:db8::*", "10.1.2.3"] {
            assert_eq!(block_of(none), None, "{none}");
        }
    }

    #[test]
    fn time_of_another_country_is_written_as_it_is_read() {
        assert_eq!(time_of("yesterday 3am").as_deref(), Some("yesterday 03:00"));
        assert_eq!(time_of("26.11.2026").as_deref(), Some("2026-11-26"));
        assert_eq!(time_of("1.2.2026 12:30pm").as_deref(), Some("2026-02-01 12:30"));
        assert_eq!(time_of("12am").as_deref(), Some("00:00"));
        assert_eq!(time_of("yesterday 3:12 PM").as_deref(), Some("yesterday 15:12"));
        assert_eq!(time_of("yesterday noon").as_deref(), Some("yesterday 12:00"));
        assert_eq!(time_of("2026/11/25 3am").as_deref(), Some("2026-11-25 03:00"));
        for none in ["13am", "32.1.2026", "soon", "am", "1.2.3.4", ""] {
            assert_eq!(time_of(none), None, "{none}");
        }
    }
}
