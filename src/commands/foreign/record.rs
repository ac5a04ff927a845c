//! A foreign session as a record: the fields of our own sessions, and those that only a foreign one has.

use crate::output::{Format, Record, SESSION, Value, View};
use sessionctl_foreign::record::Record as Session;

/// The record of a session in another program's table. What the table does not have is null.
pub(in crate::commands) const FOREIGN_SESSION: View = View {
    noun: "sessions",
    singular: "session",
    fields: &with_user_id(SESSION.fields),
    columns: &[
        "id",
        "kind",
        "state",
        "user",
        "created_at",
        "last_seen_at",
        "expires_at",
        "ip",
        "authenticates",
    ],
};

/// The place of the user's id: after the user's name.
const USER_ID: usize = 4;

/// The fields of our own sessions, and the id of the user.
const fn with_user_id(own: &[&'static str]) -> [&'static str; SESSION.fields.len() + 1] {
    let mut fields = ["user_id"; SESSION.fields.len() + 1];
    let mut from = 0;
    while from < own.len() {
        fields[if from < USER_ID { from } else { from + 1 }] = own[from];
        from += 1;
    }
    fields
}

/// What the table has of a session, and of what became of one: the fields that both records have.
pub(super) fn stored(session: &Session) -> Record {
    Record::new()
        .with("id", session.id.as_str())
        .with("user", session.user())
        .with("user_id", session.user_id())
        .with("kind", session.kind.map_or(Value::Null, |kind| Value::Word(kind.as_str())))
        .with("created_at", session.created_at)
        .with("last_seen_at", session.last_seen_at)
        .with("expires_at", session.expires_at)
        .with("ended_at", session.ended_at)
        .with("ip", session.ip.as_deref())
        .with("last_ip", session.last_ip.as_deref())
        .with("user_agent", session.user_agent.as_deref())
}

/// The record of a session. Where a format has no lists, the reasons are one text.
#[must_use]
pub(in crate::commands) fn session_record(session: &Session, layout: &str, format: Format) -> Record {
    let why = match format {
        Format::Json | Format::Jsonl => Value::List(session.why.clone()),
        _ if session.why.is_empty() => Value::Null,
        _ => Value::Text(session.why.join("; ")),
    };
    stored(session)
        .with("state", Value::Word(session.state.as_str()))
        .with("from", layout)
        .with("authenticates", session.authenticates)
        .with("why", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_those_of_our_own_sessions_with_the_user_id() {
        let mut fields = FOREIGN_SESSION.fields.to_vec();
        assert_eq!(fields[USER_ID - 1..=USER_ID], ["user", "user_id"]);
        fields.remove(USER_ID);
        assert_eq!(fields, SESSION.fields);
    }
}
