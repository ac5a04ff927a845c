//! A selector from named values: the names are those of the flags of `list`, with dashes or underscores, and their
//! values are read as those flags read them. What a selector means is defined in the model.

use sessionctl_core::model::glob;
use sessionctl_core::model::selector::{Selector, StateFilter, split_list};
use sessionctl_core::model::session::{Kind, SessionId, State, nfc, parse_scope};
use sessionctl_core::model::time::{Timestamp, When, Zone, parse_duration};
use sessionctl_core::ops::OpContext;
use sessionctl_core::store::StoreError;
use thiserror::Error;

/// Why named values are no selector. A value is not repeated: it could be a secret in the wrong place.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum SelectorError {
    /// The name, or its value.
    #[error("`{0}` is not known, or its value cannot be read")]
    Value(String),
    /// A name that has one value.
    #[error("`{0}` is named twice")]
    Twice(String),
    /// Names that contradict each other.
    #[error("`{0}` and `{1}` exclude each other")]
    Excluded(&'static str, &'static str),
    /// No account has a name.
    #[error("`{0}` names a user that does not exist")]
    NoUser(&'static str),
    /// An exception or a parent: a mistyped one must not end what it should protect.
    #[error("`{0}` names a session that does not exist")]
    NoSession(&'static str),
}

/// What is given for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given<'a> {
    /// As for a flag: a list with commas, where the name has several values.
    Text(&'a str),
    /// One value, commas included.
    Whole(&'a str),
}

/// Names that have one value. All others may be repeated.
const SINGLE: [&str; 12] = [
    "anonymous",
    "state",
    "under",
    "created-before",
    "created-after",
    "seen-before",
    "seen-after",
    "ended-before",
    "ended-after",
    "active-at",
    "expiring-within",
    "all",
];
/// Names whose value is one pattern, in which a comma is a comma.
const PATTERNS: [&str; 4] = ["label", "user-agent", "not-label", "not-user-agent"];

/// Reads a selector, seen from `now`. The users and sessions that it names are not looked up.
///
/// # Errors
/// [`SelectorError`] for the first name or value that cannot be read.
pub(crate) fn selector<'a>(
    pairs: impl IntoIterator<Item = (&'a str, Given<'a>)>,
    now: Timestamp,
) -> Result<Selector, SelectorError> {
    let (mut selector, mut seen) = (Selector::default(), Vec::new());
    for (name, given) in pairs {
        let key = name.replace('_', "-");
        if SINGLE.contains(&key.as_str()) && seen.contains(&key) {
            return Err(SelectorError::Twice(name.to_owned()));
        }
        let values = values(&key, given);
        let is_empty = values.iter().any(String::is_empty);
        let applied = if is_empty { None } else { apply(&mut selector, &key, &values, now) };
        applied.ok_or_else(|| SelectorError::Value(name.to_owned()))?;
        seen.push(key);
    }
    let has = |name: &str| seen.iter().any(|seen| seen == name);
    for (one, other) in [("all", "id"), ("all", "ids")] {
        if has(one) && has(other) {
            return Err(SelectorError::Excluded(one, other));
        }
    }
    let others = selector.state.is_some_and(|state| state != StateFilter::Only(State::Active));
    if selector.expiring_by.is_some() && others {
        return Err(SelectorError::Excluded("expiring-within", "state"));
    }
    selector.ids.sort_unstable();
    selector.ids.dedup();
    Ok(selector)
}

/// Finds the users and sessions that a selector names: `bob` is the account that has the name now, or the one that was
/// removed last.
///
/// # Errors
/// The store's. What does not exist is the inner error; an unknown id selects nothing, and is none.
pub(crate) fn resolve(
    cx: &OpContext<'_>,
    mut selector: Selector,
) -> Result<Result<Selector, SelectorError>, StoreError> {
    let filter = &mut selector.user;
    for (flag, names) in [("user", &mut filter.any_of), ("not-user", &mut filter.none_of)] {
        for name in names {
            match cx.store.account(name)? {
                Some(account) => *name = account.name,
                None => return Ok(Err(SelectorError::NoUser(flag))),
            }
        }
    }
    let exceptions = selector.except.iter().map(|id| ("except", *id));
    for (flag, id) in exceptions.chain(selector.parent.map(|id| ("under", id))) {
        if cx.store.session(id)?.is_none() {
            return Ok(Err(SelectorError::NoSession(flag)));
        }
    }
    Ok(Ok(selector))
}

/// The values that are given, without the spaces around them.
fn values(name: &str, given: Given<'_>) -> Vec<String> {
    let values = match given {
        Given::Text(text) if !SINGLE.contains(&name) && !PATTERNS.contains(&name) => split_list(text),
        Given::Text(text) | Given::Whole(text) => vec![text.to_owned()],
    };
    values.into_iter().map(|value| value.trim().to_owned()).collect()
}

/// Adds the values of one name, of which there is at least one.
fn apply(selector: &mut Selector, name: &str, values: &[String], now: Timestamp) -> Option<()> {
    let (name, not) = match name.strip_prefix("not-") {
        Some(name) => (name, true),
        None => (name, false),
    };
    macro_rules! add {
        ($filter:expr, $read:expr) => {{
            let into = if not { &mut $filter.none_of } else { &mut $filter.any_of };
            for value in values {
                into.push($read(value.as_str())?);
            }
        }};
    }
    match name {
        "user" => add!(selector.user, |text: &str| text.parse().ok()),
        "kind" => add!(selector.kind, |text: &str| text.parse::<Kind>().ok()),
        "app" => add!(selector.app, |text: &str| Some(nfc(text))),
        "label" => add!(selector.label, |text: &str| Some(nfc(&glob::read(text).ok()?))),
        "user-agent" => add!(selector.user_agent, |text: &str| glob::read(text).ok()),
        "scope" => add!(selector.scope, |text: &str| parse_scope(text).ok()),
        "ip" => add!(selector.ip, |text: &str| text.parse().ok()),
        "last-ip" => add!(selector.last_ip, |text: &str| text.parse().ok()),
        _ if not => return None,
        "id" | "ids" => selector.ids.extend(ids(values)?),
        "except" => selector.except.extend(ids(values)?),
        _ => apply_single(selector, name, values.first()?, now)?,
    }
    Some(())
}

fn ids(values: &[String]) -> Option<Vec<SessionId>> {
    values.iter().map(|value| SessionId::read(value)).collect()
}

/// Sets what has one value.
fn apply_single(selector: &mut Selector, name: &str, value: &str, now: Timestamp) -> Option<()> {
    let time = || value.parse::<When>().ok();
    let after = || Some(time()?.resolve_after(now, Zone::UTC));
    let before = || Some(time()?.resolve_before(now, Zone::UTC));
    match name {
        "anonymous" => selector.anonymous = is_true(value)?,
        "state" => {
            selector.state = Some(match value {
                "active" => StateFilter::Only(State::Active),
                "expired" => StateFilter::Only(State::Expired),
                "revoked" => StateFilter::Only(State::Revoked),
                "any" => StateFilter::Any,
                _ => return None,
            });
        }
        "under" => selector.parent = Some(SessionId::read(value)?),
        "created-before" => selector.created_before = Some(before()?),
        "created-after" => selector.created_after = Some(after()?),
        "seen-before" => selector.seen_before = Some(before()?),
        "seen-after" => selector.seen_after = Some(after()?),
        "ended-before" => selector.ended_before = Some(before()?),
        "ended-after" => selector.ended_after = Some(after()?),
        "active-at" => selector.active_at = Some(time()?.resolve(now, Zone::UTC)),
        "expiring-within" => selector.expiring_by = Some(now.plus(parse_duration(value).ok()?)),
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

    fn read(pairs: &[(&str, &str)]) -> Result<Selector, SelectorError> {
        let now = Timestamp::from_unix(1_800_000_000);
        selector(pairs.iter().map(|(name, text)| (*name, Given::Text(text))), now)
    }

    #[test]
    fn values_are_read_by_the_names_of_the_flags() {
        let full = read(&[
            ("user", "alice, bob"),
            ("not-ip", "10.0.0.0/8"),
            ("last_ip", "10.1.0.0/16,10.2.0.0/16"),
            ("kind", "web"),
            ("state", "any"),
            ("seen_before", "2h"),
            ("id", "3,1,3"),
        ])
        .unwrap();
        assert_eq!((full.user.any_of.len(), full.ip.none_of.len(), full.last_ip.any_of.len()), (2, 1, 2));
        assert_eq!(full.ids.len(), 2);
        assert_eq!(full.seen_before, Some(Timestamp::from_unix(1_800_000_000 - 7_200)));
        assert!(full.label.any_of.is_empty());
        assert!(read(&[]).unwrap().is_empty());
        for (name, value) in [
            ("usr", "x"),
            ("state", "alive"),
            ("ip", "x"),
            ("id", "0"),
            ("id", "01"),
            ("under", "+1"),
            ("not-state", "any"),
            ("all", "maybe"),
            // What is given and empty must not widen the selection.
            ("user", ""),
            ("app", "shop,"),
            ("label", " "),
        ] {
            assert_eq!(read(&[(name, value)]).unwrap_err(), SelectorError::Value(name.to_owned()));
        }
    }

    #[test]
    fn comma_is_part_of_a_pattern_and_of_a_whole_value() {
        let browser = "Mozilla/5.0 (KHTML, like Gecko)*";
        let read_browser = read(&[("user-agent", browser), ("not-label", "a,b")]).unwrap();
        assert_eq!(read_browser.user_agent.any_of, [browser]);
        assert_eq!(read_browser.label.none_of.len(), 1);
        let escaped = read(&[("app", r"a\,b,c"), ("user", "bob (removed 2026-01-31, 2)")]).unwrap();
        assert_eq!(
            (escaped.app.any_of, escaped.user.any_of.len()),
            (vec!["a,b".to_owned(), "c".to_owned()], 1)
        );
        let whole = selector([("app", Given::Whole("a,b"))], Timestamp::from_unix(0)).unwrap();
        assert_eq!(whole.app.any_of, ["a,b"]);
    }

    #[test]
    fn names_that_contradict_each_other_are_refused() {
        let twice = SelectorError::Twice("created_after".to_owned());
        assert_eq!(read(&[("created-after", "1h"), ("created_after", "2h")]).unwrap_err(), twice);
        let error = read(&[("all", "1"), ("id", "1")]).unwrap_err();
        assert_eq!(error, SelectorError::Excluded("all", "id"));
        for state in ["any", "expired", "revoked"] {
            let error = read(&[("expiring_within", "1h"), ("state", state)]).unwrap_err();
            assert_eq!(error, SelectorError::Excluded("expiring-within", "state"));
        }
        assert!(read(&[("expiring_within", "1h"), ("state", "active")]).is_ok());
        let both = read(&[("anonymous", "true"), ("kind", "api,sso"), ("user", "bob")]).unwrap();
        assert_eq!((both.anonymous, both.kind.any_of.len(), both.user.any_of.len()), (true, 2, 1));
        assert_eq!(read(&[("user", "a"), ("user", "b")]).unwrap().user.any_of.len(), 2);
    }
}
