//! Keeps values with a session: a cart, a preference. They end with it.

use super::error::RequestError;
use super::step::Step;
use super::{OpContext, OpsError, clock};
use crate::model::event::{Action, Subjects};
use crate::model::redact::holds_token;
use crate::model::session::{SessionId, State};
use crate::rules;
use crate::store::{DataLimits, DataOutcome, DataWrite};

/// Values that a session may have.
pub const MAX_KEYS: usize = 64;
/// Bytes of a key.
pub const MAX_KEY_BYTES: usize = 128;
/// Bytes of all keys and values of a session.
pub const MAX_DATA_BYTES: usize = 64 * 1_024;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is written; the version now (0 where the value was removed).
    Done(i64),
    /// The value has another version than was expected; 0 where there is none.
    Conflict(i64),
    /// There is no such session.
    NoSuchSession,
    /// The session is not active.
    NotActive(State),
    /// It would hold more than [`MAX_KEYS`] values or [`MAX_DATA_BYTES`].
    Full,
}

/// Sets a value, JSON text, of an active session; with `if_version` only where it has that version (0: there is none),
/// so that two writers do not undo one another's work.
///
/// # Errors
/// [`RequestError::BadKey`], [`RequestError::NotJson`] and the errors beside it, [`RequestError::TextTooLong`], or the
/// store's.
pub fn set(
    cx: &mut OpContext<'_>,
    session: SessionId,
    key: &str,
    json: &str,
    if_version: Option<i64>,
) -> Result<Outcome, OpsError> {
    if json.len() > MAX_DATA_BYTES {
        return Err(RequestError::TextTooLong { what: "value", max: MAX_DATA_BYTES }.into());
    }
    // Read whole, and so no deeper than whoever shows it can read it again.
    serde_json::from_str::<serde_json::Value>(json).map_err(|error| refusal(&error))?;
    write(cx, session, key, Some(json.trim()), if_version)
}

/// What is wrong with a value. The reader names the cause in words only.
fn refusal(error: &serde_json::Error) -> RequestError {
    let words = error.to_string();
    let says = |cause: &str| words.starts_with(cause);
    if says("number out of range") {
        RequestError::NumberOutOfRange
    } else if says("lone leading surrogate") || says("unexpected end of hex escape") {
        RequestError::LoneSurrogate
    } else if says("recursion limit") {
        RequestError::TooDeep
    } else {
        RequestError::NotJson
    }
}

/// Removes a value from an active session; one that is not there is an [`Outcome::Conflict`] with version 0.
///
/// # Errors
/// As [`set`].
pub fn unset(
    cx: &mut OpContext<'_>,
    session: SessionId,
    key: &str,
    if_version: Option<i64>,
) -> Result<Outcome, OpsError> {
    write(cx, session, key, None, if_version)
}

/// Checks that a value can have this key.
///
/// # Errors
/// [`RequestError::BadKey`].
pub fn check_key(key: &str) -> Result<(), RequestError> {
    if key.is_empty() || key.len() > MAX_KEY_BYTES || key.chars().any(char::is_control) {
        return Err(RequestError::BadKey);
    }
    Ok(())
}

fn write(
    cx: &mut OpContext<'_>,
    id: SessionId,
    key: &str,
    json: Option<&str>,
    if_version: Option<i64>,
) -> Result<Outcome, OpsError> {
    check_key(key)?;
    // A key that an earlier version stored can still be removed.
    if json.is_some() && holds_token(key) {
        return Err(RequestError::TokenInName("key").into());
    }
    clock::guard(cx)?;
    let Some((session, parent)) = cx.store.session(id)? else { return Ok(Outcome::NoSuchSession) };
    let state = rules::state(&session, parent.as_ref(), cx.now());
    if state != State::Active {
        return Ok(Outcome::NotActive(state));
    }
    // Neither key nor value is in the audit log: they are the session's data.
    let event = cx
        .event(Action::DataChanged)
        .user(session.user.as_ref())
        .about(Subjects::One(id))
        .detail(if json.is_some() { "set" } else { "unset" }.to_owned());
    let limits = DataLimits { keys: MAX_KEYS, bytes: MAX_DATA_BYTES };
    let written = cx.store.set_data(&DataWrite { session: id, key, json, if_version, limits }, event)?;
    cx.trace(|| Step::DataWritten {
        session: id,
        written: matches!(written, DataOutcome::Done(_)).into(),
        max_keys: MAX_KEYS,
        max_bytes: MAX_DATA_BYTES,
    });
    Ok(match written {
        DataOutcome::Done(version) => Outcome::Done(version),
        DataOutcome::Conflict(version) => Outcome::Conflict(version),
        DataOutcome::Full => Outcome::Full,
        DataOutcome::NotActive => match ended_meanwhile(cx, id)? {
            Some(state) => Outcome::NotActive(state),
            None => Outcome::NoSuchSession,
        },
    })
}

/// The state of a session that ended between a look and a write; none where it is gone.
pub(super) fn ended_meanwhile(cx: &OpContext<'_>, id: SessionId) -> Result<Option<State>, OpsError> {
    let Some((session, parent)) = cx.store.session(id)? else { return Ok(None) };
    // The store's time, under its lock, was later than the clock that is read here.
    Ok(Some(match rules::state(&session, parent.as_ref(), cx.now()) {
        State::Active => State::Expired,
        ended => ended,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::session::Kind;
    use crate::testing::Fixture;

    #[test]
    fn set_takes_json_with_versions_within_limits() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Anonymous, None).id;
        let mut put = |key: &str, json: &str, version| fixture.run(|b| set(b, id, key, json, version));
        assert_eq!(put("cart", " [1] ", Some(0)).unwrap(), Outcome::Done(1));
        assert_eq!(put("cart", "[1,2]", Some(0)).unwrap(), Outcome::Conflict(1));
        assert_eq!(put("cart", "[1,2]", None).unwrap(), Outcome::Done(2));
        for (key, json) in [("", "1"), ("a\nb", "1"), ("x", "blue"), ("x", "1 2"), ("x", "")] {
            assert!(put(key, json, None).unwrap_err().is_usage(), "{key:?} {json}");
        }
        for (json, cause) in [
            ("1e400", RequestError::NumberOutOfRange),
            ("[-1e999]", RequestError::NumberOutOfRange),
            (r#""\ud800""#, RequestError::LoneSurrogate),
            (r#"{"a":"\ud800\u0041"}"#, RequestError::LoneSurrogate),
            (r#""\udc00""#, RequestError::LoneSurrogate),
            (&"[".repeat(200), RequestError::TooDeep),
            ("blue", RequestError::NotJson),
        ] {
            assert_eq!(put("x", json, None).unwrap_err().to_string(), cause.to_string(), "{json}");
        }
        assert!(put(&"k".repeat(129), "1", None).unwrap_err().is_usage());
        assert!(put("deep", &"[".repeat(10_000), None).unwrap_err().is_usage());
        let half = format!("\"{}\"", "x".repeat(MAX_DATA_BYTES / 2));
        assert_eq!(put("a", &half, None).unwrap(), Outcome::Done(1));
        assert_eq!(put("b", &half, None).unwrap(), Outcome::Full);
        assert_eq!(fixture.run(|b| unset(b, id, "cart", Some(2))).unwrap(), Outcome::Done(0));
    }

    #[test]
    fn ended_sessions_keep_their_data() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Anonymous, None).id;
        fixture.clock.advance(std::time::Duration::from_secs(86_400));
        assert_eq!(fixture.run(|b| set(b, id, "k", "1", None)).unwrap(), Outcome::NotActive(State::Expired));
        let other = SessionId::new(77).unwrap();
        assert_eq!(fixture.run(|b| unset(b, other, "k", None)).unwrap(), Outcome::NoSuchSession);
    }
}
