//! A selector from named values: the names are those of the flags of `list`, with dashes or underscores. What a selector
//! means is defined in the model.

use sessionctl_core::model::selector::{Selector, StateFilter};
use sessionctl_core::model::session::{Kind, SessionId, State, label_key, parse_scope};
use sessionctl_core::model::time::{Timestamp, When, Zone, parse_duration};
use thiserror::Error;

/// A value that cannot be read, by its name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not known, or its value cannot be read")]
pub(crate) struct SelectorError(pub(crate) String);

/// Reads a selector, seen from `now`. Empty values count as not given, as an empty field of a form.
///
/// # Errors
/// [`SelectorError`] for the first name or value that cannot be read.
pub(crate) fn selector<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    now: Timestamp,
) -> Result<Selector, SelectorError> {
    let mut selector = Selector::default();
    for (name, value) in pairs {
        let value = value.trim();
        if !value.is_empty() {
            apply(&mut selector, &name.replace('_', "-"), value, now)
                .ok_or_else(|| SelectorError(name.to_owned()))?;
        }
    }
    selector.ids.sort_unstable();
    selector.ids.dedup();
    Ok(selector)
}

fn apply(selector: &mut Selector, name: &str, value: &str, now: Timestamp) -> Option<()> {
    let id = |text: &str| SessionId::new(text.trim().parse().ok()?);
    let at = || Some(value.parse::<When>().ok()?.resolve(now, Zone::UTC));
    let (name, not) = match name.strip_prefix("not-") {
        Some(name) => (name, true),
        None => (name, false),
    };
    macro_rules! values {
        ($filter:expr, $read:expr) => {{
            let into = if not { &mut $filter.none_of } else { &mut $filter.any_of };
            for part in value.split(',') {
                into.push($read(part.trim())?);
            }
        }};
    }
    match name {
        "user" => values!(selector.user, |text: &str| text.parse().ok()),
        "kind" => values!(selector.kind, |text: &str| text.parse::<Kind>().ok()),
        "app" => values!(selector.app, |text: &str| Some(text.to_owned())),
        "label" => values!(selector.label, |text: &str| Some(label_key(text))),
        "user-agent" => values!(selector.user_agent, |text: &str| Some(text.to_owned())),
        "scope" => values!(selector.scope, |text: &str| parse_scope(text).ok()),
        "ip" => values!(selector.ip, |text: &str| text.parse().ok()),
        _ if not => return None,
        "id" | "ids" => {
            for part in value.split(',') {
                selector.ids.push(id(part)?);
            }
        }
        "anonymous" => selector.kind.any_of.push(is_true(value)?.then_some(Kind::Anonymous)?),
        "state" => {
            selector.state = Some(match value {
                "active" => StateFilter::Only(State::Active),
                "expired" => StateFilter::Only(State::Expired),
                "revoked" => StateFilter::Only(State::Revoked),
                "any" => StateFilter::Any,
                _ => return None,
            });
        }
        "under" => selector.parent = Some(id(value)?),
        "created-before" => selector.created_before = Some(at()?),
        "created-after" => selector.created_after = Some(at()?),
        "seen-before" => selector.seen_before = Some(at()?),
        "seen-after" => selector.seen_after = Some(at()?),
        "ended-before" => selector.ended_before = Some(at()?),
        "ended-after" => selector.ended_after = Some(at()?),
        "active-at" => selector.active_at = Some(at()?),
        "expiring-within" => selector.expiring_by = Some(now.plus(parse_duration(value).ok()?)),
        "except" => {
            for part in value.split(',') {
                selector.except.push(id(part)?);
            }
        }
        "all" => selector.all = is_true(value)?,
        _ => return None,
    }
    Some(())
}

fn is_true(text: &str) -> Option<bool> {
    match text {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_the_names_of_the_flags() {
        let now = Timestamp::from_unix(1_800_000_000);
        let read = |pairs: &[(&str, &str)]| selector(pairs.iter().copied(), now);
        let full = read(&[
            ("user", "alice, bob"),
            ("not-ip", "10.0.0.0/8"),
            ("kind", "web"),
            ("state", "any"),
            ("seen_before", "2h"),
            ("id", "3,1,3"),
            ("label", ""),
        ])
        .unwrap();
        assert_eq!((full.user.any_of.len(), full.ip.none_of.len(), full.ids.len()), (2, 1, 2));
        assert_eq!(full.seen_before, Some(Timestamp::from_unix(1_800_000_000 - 7_200)));
        assert!(full.label.any_of.is_empty());
        assert!(read(&[]).unwrap().is_empty());
        for (name, value) in [
            ("usr", "x"),
            ("state", "alive"),
            ("ip", "x"),
            ("id", "0"),
            ("not-state", "any"),
            ("all", "maybe"),
        ] {
            assert_eq!(read(&[(name, value)]).unwrap_err(), SelectorError(name.to_owned()));
        }
    }
}
