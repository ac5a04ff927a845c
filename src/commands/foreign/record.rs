//! A foreign session as a record: the fields of our own sessions, and those that only a foreign one has.

use crate::output::{Format, Record, Value, View};
use sessionctl_foreign::record::Record as Session;

/// The record of a session in another program's table. What the table does not have is null.
pub(in crate::commands) const FOREIGN_SESSION: View = View {
    noun: "sessions",
    singular: "session",
    fields: &[
        "id",
        "kind",
        "state",
        "user",
        "user_id",
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
    columns: &["id", "kind", "state", "user", "last_seen_at", "expires_at", "ip", "authenticates"],
};

/// The record of a session. Where a format has no lists, the reasons are one text.
#[must_use]
pub(in crate::commands) fn session_record(session: &Session, layout: &str, format: Format) -> Record {
    let why = match format {
        Format::Json | Format::Jsonl => Value::List(session.why.clone()),
        _ => Value::Text(session.why.join("; ")),
    };
    Record::new()
        .with("id", session.id.as_str())
        .with("kind", session.kind.map_or(Value::Null, |kind| Value::Word(kind.as_str())))
        .with("state", Value::Word(session.state.as_str()))
        .with("user", session.user())
        .with("user_id", session.user_id())
        .with("created_at", session.created_at)
        .with("last_seen_at", session.last_seen_at)
        .with("expires_at", session.expires_at)
        .with("ended_at", session.ended_at)
        .with("ip", session.ip.as_deref())
        .with("user_agent", session.user_agent.as_deref())
        .with("from", layout)
        .with("authenticates", session.authenticates)
        .with("why", why)
}
