//! A session as a result: the record of the contract, in its order, and the moments of a session's life. A token is
//! never part of it.

use super::timeline::Mark;
use super::{Record, Value, View};
use sessionctl_core::model::address;
use sessionctl_core::model::session::{Session, State};
use sessionctl_core::model::time::Timestamp;

/// The record of a session. Scripts are written against these names.
pub const SESSION: View = View {
    noun: "sessions",
    singular: "session",
    fields: &[
        "id",
        "kind",
        "state",
        "user",
        "app",
        "label",
        "scopes",
        "parent",
        "created_at",
        "authenticated_at",
        "last_seen_at",
        "expires_at",
        "absolute_expires_at",
        "idle_timeout",
        "ended_at",
        "ended_by",
        "end_reason",
        "ip",
        "last_ip",
        "user_agent",
        "from",
        "authenticates",
        "why",
    ],
    columns: &[
        "id",
        "kind",
        "state",
        "user",
        "app",
        "label",
        "created_at",
        "last_seen_at",
        "expires_at",
        "ip",
        "last_ip",
    ],
};

/// The present from which sessions are shown.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The time.
    pub now: Timestamp,
    /// Whether the clock is behind the latest event: whether a session is active is unknown then. What has ended by
    /// this clock has ended.
    pub clock_is_behind: bool,
}

impl From<Timestamp> for Moment {
    fn from(now: Timestamp) -> Self {
        Moment { now, clock_is_behind: false }
    }
}

impl Moment {
    /// The word for a state that was computed from this moment.
    #[must_use]
    pub fn word(self, state: State) -> &'static str {
        if self.clock_is_behind && state == State::Active { UNKNOWN } else { state.as_str() }
    }
}

/// The word for a state that cannot be determined.
pub const UNKNOWN: &str = "unknown";

/// The record of a session, seen from a moment.
#[must_use]
pub fn session_record(session: Session, seen_from: impl Into<Moment>) -> Record {
    let moment: Moment = seen_from.into();
    let now = moment.now;
    let state = session.state(now);
    let (ended_at, limit) = (session.ended_at(now), session.limit());
    let ended_by = session.revoked_by.filter(|_| state == State::Revoked);
    let end_reason = match state {
        State::Active => Value::Null,
        State::Expired => Value::Word(limit.as_str()),
        State::Revoked => session.revoke_reason.into(),
    };
    let authenticates = match (state, moment.clock_is_behind) {
        (State::Active, true) => Value::Null,
        (state, _) => (state == State::Active).into(),
    };
    Record::new()
        .with("id", session.id.get())
        .with("kind", Value::Word(session.kind.as_str()))
        .with("state", Value::Word(moment.word(state)))
        .with("user", session.user.map(|name| name.as_str().to_owned()))
        .with("app", session.client.app)
        .with("label", session.client.label)
        .with("scopes", session.scopes)
        .with("parent", session.parent.map(|id| id.get()))
        .with("created_at", session.created_at)
        .with("authenticated_at", session.authenticated_at)
        .with("last_seen_at", session.last_seen_at)
        .with("expires_at", session.deadline)
        .with("absolute_expires_at", session.absolute_expires_at)
        .with("idle_timeout", session.idle_timeout)
        .with("ended_at", ended_at)
        .with("ended_by", ended_by)
        .with("end_reason", end_reason)
        .with("ip", session.client.ip.map(address::to_text))
        .with("last_ip", session.last_ip.map(address::to_text))
        .with("user_agent", session.client.user_agent)
        .with("from", Value::Word("sessionctl"))
        .with("authenticates", authenticates)
        .with("why", Value::List(Vec::new()))
}

/// The moments of a session's life, seen from `now`, for a drawn timeline.
#[must_use]
pub fn session_marks(session: &Session, now: Timestamp) -> Vec<Mark> {
    let mut marks = vec![Mark { at: session.created_at, name: "issued" }];
    if session.last_seen_at > session.created_at {
        marks.push(Mark { at: session.last_seen_at, name: "last seen" });
    }
    let end = match session.state(now) {
        State::Active => "expires if unused",
        State::Expired => "expired",
        State::Revoked => "revoked",
    };
    if session.deadline < session.absolute_expires_at {
        marks.push(Mark { at: session.deadline, name: end });
        marks.push(Mark { at: session.absolute_expires_at, name: "absolute limit" });
    } else {
        let name = if session.state(now) == State::Active { "absolute limit" } else { end };
        marks.push(Mark { at: session.deadline, name });
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessionctl_core::model::session::{Client, Kind, SessionId};

    #[test]
    fn session_record_has_every_field_of_the_contract_in_order() {
        let session = Session {
            id: SessionId::new(7).unwrap(),
            kind: Kind::Web,
            user: "Alice".parse().ok(),
            scopes: Vec::new(),
            parent: None,
            client: Client::default(),
            created_at: Timestamp::from_unix(100),
            authenticated_at: None,
            last_seen_at: Timestamp::from_unix(100),
            idle_timeout: Some(std::time::Duration::from_secs(50)),
            absolute_expires_at: Timestamp::from_unix(500),
            scheduled_at: None,
            deadline: Timestamp::from_unix(150),
            revoked_at: None,
            revoke_reason: None,
            revoked_by: None,
            last_ip: None,
        };
        let record = session_record(session.clone(), Timestamp::from_unix(150));
        let names: Vec<_> = record.fields().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, SESSION.fields);
        assert_eq!(record.get("state"), Some(&Value::Word("expired")));
        assert_eq!(record.get("end_reason"), Some(&Value::Word("idle")));
        assert_eq!(record.get("ended_at"), Some(&Value::Time(Timestamp::from_unix(150))));
        let marks: Vec<_> =
            session_marks(&session, Timestamp::from_unix(120)).iter().map(|m| m.name).collect();
        assert_eq!(marks, ["issued", "expires if unused", "absolute limit"]);
    }
}
