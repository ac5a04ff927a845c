//! What each field of a record means, and its type and unit. Which command prints which fields is in the module above.

use super::foreign_sessions;
use super::types::{BOOLEAN, INTEGER, JSON, LIST, Meaning, SECONDS, TEXT, TIME, find};
use crate::output::RecordDoc;

/// The type of a field's value, and what it means in this record. A field has one meaning, except where `SPECIFIC`
/// or the list of sessions in other programs' tables gives another one.
#[must_use]
pub fn meaning(record: &RecordDoc, field: &str) -> Option<(&'static str, &'static str)> {
    let whose = format!("{} {}", record.command, record.when);
    let is_of =
        |of: &str| whose.strip_prefix(of).is_some_and(|rest| rest.starts_with(' ') || rest.is_empty());
    let specific = SPECIFIC.iter().find(|(of, name, ..)| *name == field && is_of(of));
    let foreign = || foreign_sessions::meaning(record, field);
    specific.map(|(_, _, kind, text)| (*kind, *text)).or_else(foreign).or_else(|| find(MEANINGS, field))
}

/// What a field means in the records of one command, or of the commands below it, where that is not the shared meaning;
/// the first that fits counts.
const SPECIFIC: &[(&str, &str, &str, &str)] = &[
    ("cookie parse", "name", TEXT, "the name of the cookie"),
    ("cookie parse", "path", TEXT, "the cookie's Path"),
    ("cookie parse", "value", TEXT, "what kind of value it is; the value itself is not shown"),
    ("db backup", "path", TEXT, "the path of the copy"),
    ("db copy", "table", TEXT, "the table that was copied"),
    ("db info", "created_at", TIME, "when the database was created"),
    (
        "db info on another program's database",
        "settings",
        LIST,
        "the settings of the layout, with their values",
    ),
    ("db info on another program's database", "users", TEXT, "the table of the users"),
    ("db policy", "keys_retired", INTEGER, "locator keys that were retired"),
    ("db policy", "name", TEXT, "the name of the setting"),
    ("db policy", "value", TEXT, "the value of the setting"),
    ("db policy", "version", INTEGER, "the version of the locator key"),
    ("inspect", "events", JSON, "the last events of the session"),
    ("jwt", "created_at", TIME, "when the key was created"),
    ("jwt", "expires_at", TIME, "when the JWT expires"),
    ("jwt", "header", JSON, "the header of the JWT"),
    ("jwt", "session", INTEGER, "the id of the session that the JWT is about"),
    ("layout list", "name", TEXT, "the name of the layout"),
    ("layout show", "name", TEXT, "the name of the layout"),
    ("log head", "event", INTEGER, "the number of the last event"),
    ("log seal", "head", TEXT, "the hash of the whole log"),
    ("log verify", "events", INTEGER, "how many events; null where the log is broken"),
    ("log verify", "head", TEXT, "the hash of the whole log; null where it is broken"),
    ("log verify", "reason", TEXT, "what is wrong, in words; null where it is consistent"),
    ("log", "id", INTEGER, "the number of the event"),
    ("log", "session", INTEGER, "the id of the session that the event is about; of several, the first"),
    ("log", "sessions", INTEGER, "how many sessions the event is about"),
    ("stats", "name", TEXT, "the value of the property; null for sessions without one, such as a user"),
    ("user", "created_at", TIME, "when the user was added"),
    ("user show", "sessions", INTEGER, "how many sessions of the user are stored"),
    (
        "user show",
        "why",
        TEXT,
        "why the user cannot log in, each reason and what ends it; null if nothing prevents it",
    ),
    ("user list", "why", TEXT, "why no password is accepted, each reason and what ends it; null if one is"),
    ("verify", "session", JSON, "the record of the session"),
];

const MEANINGS: &[Meaning] = &[
    ("absolute_expires_at", TIME, "when the session expires at the latest, however it is used"),
    ("action", TEXT, "what was done, such as session.revoked"),
    ("active", INTEGER, "active sessions"),
    ("active_sessions", INTEGER, "the user's active sessions"),
    ("actor", TEXT, "the account of the operating system that did it"),
    ("advice", TEXT, "what to do about it"),
    ("alg", TEXT, "the algorithm of the key (RFC 7517)"),
    ("algorithm", TEXT, "the algorithm of the key: EdDSA or HS256"),
    ("app", TEXT, "the application"),
    ("at", TIME, "when it happened"),
    ("audience", TEXT, "for whom the JWT is"),
    ("authenticated_at", TIME, "when a password was last checked for it"),
    ("authenticates", BOOLEAN, "whether its token is accepted now"),
    ("before", TEXT, "the state of the session before"),
    ("built_in", BOOLEAN, "whether it is built in"),
    ("bytes", INTEGER, "bytes in use on disk"),
    ("can_log_in", BOOLEAN, "whether a login with the right password succeeds now"),
    ("changed_sessions", INTEGER, "active sessions that got another limit"),
    ("checks", JSON, "each check of verify in its order: name, passed, rule, detail, at"),
    ("children", INTEGER, "child sessions that ended with it"),
    ("claims", JSON, "the claims of the JWT"),
    ("clock_offset", INTEGER, "by how many seconds the server's clock is ahead of this machine's"),
    #[cfg(feature = "serve")]
    ("configuration", TEXT, "the configuration of the proxy"),
    ("copy_event", INTEGER, "the last event of the copy"),
    ("created_at", TIME, "when the session was created"),
    ("crv", TEXT, "the curve of the key (RFC 7517)"),
    ("database", TEXT, "the other program's database"),
    ("default", TEXT, "the value where none is set"),
    ("detail", TEXT, "a reason or a count"),
    ("disabled_at", TIME, "when the user was disabled"),
    ("domain", TEXT, "the cookie's Domain"),
    (
        "durability",
        TEXT,
        "where an acknowledged change is: this server's disk; that, and one replica; or that, and seen by one replica",
    ),
    ("end_reason", TEXT, "why it ended: the reason of the revocation, or the limit that it reached"),
    ("ended", LIST, "ids of sessions that ended since the copy was made"),
    ("ended_at", TIME, "when it was revoked, or its deadline where it expired"),
    ("ended_by", TEXT, "who revoked the session; null where it expired"),
    ("ended_sessions", INTEGER, "sessions that ended with the change"),
    ("engine", TEXT, "the database engine and its version"),
    ("event", INTEGER, "the number of the last event"),
    ("events", INTEGER, "how many events"),
    ("expired", INTEGER, "expired sessions"),
    ("expires", TEXT, "the cookie's Expires"),
    ("expires_at", TIME, "when the session expires if it is not used"),
    ("failed_logins", INTEGER, "failed logins in a row"),
    ("family", JSON, "the ids of the family: its parent, siblings and children"),
    ("fate", JSON, "when and why it ended, or when it expires and by which limit"),
    ("file", TEXT, "the file of the layout, as TOML"),
    ("first_lost_event_at", TIME, "the time of the first event of the log that the copy lacks"),
    ("folded", BOOLEAN, "whether the header was folded over several lines"),
    ("form", TEXT, "how the token is written"),
    ("from", TEXT, "whose session it is: sessionctl, or the layout of another program"),
    ("grantee", TEXT, "the role of the database server"),
    ("group", TEXT, "the property by which sessions are counted"),
    ("head", TEXT, "the head of the audit log: database, event and hash"),
    ("header", TEXT, "the header in which the cookie was found"),
    ("host", TEXT, "the host of the cookie"),
    ("hot_updates", INTEGER, "of 100 changes of a session's row, how many left the indices alone (HOT)"),
    ("http_only", BOOLEAN, "whether the cookie has HttpOnly"),
    ("id", INTEGER, "the id of the session, never reused"),
    ("idle_timeout", SECONDS, "how long the session stays active without being used"),
    ("in_use", BOOLEAN, "whether another process has the file open"),
    ("indexes", LIST, "the indexes of the table, with their columns"),
    ("ip", TEXT, "the address of the client"),
    ("issued_at", TIME, "when the JWT was issued"),
    ("journal_mode", TEXT, "how SQLite protects a change: wal, or a rollback journal"),
    ("jti", TEXT, "the id of the JWT"),
    ("jwt", TEXT, "the JWT: a secret"),
    ("kept", TEXT, "where the replaced database is kept"),
    ("key", TEXT, "the name of the value"),
    ("key_is_unique", BOOLEAN, "whether the key of the table names at most one row"),
    ("keys_in_use", INTEGER, "locator keys that tokens are tried with"),
    ("keys_retired", LIST, "signing keys that were retired since"),
    ("keys_revoked", LIST, "signing keys that were revoked since"),
    ("kid", TEXT, "the id of the signing key"),
    ("kind", TEXT, "anonymous, web, sso or api"),
    ("kty", TEXT, "the type of the key (RFC 7517)"),
    ("label", TEXT, "a label by which people recognise the session"),
    ("last_ip", TEXT, "the address at the last verification that named one"),
    ("last_lost_event_at", TIME, "the time of the last event of the log that the copy lacks"),
    ("last_seen_at", TIME, "when its token was last accepted, to the minute by default"),
    ("last_session", INTEGER, "the last id that the event is about"),
    ("latest_event_at", TIME, "the time of the latest event"),
    ("line", INTEGER, "the line of the input"),
    ("locked_at", TIME, "when the password was locked after too many failures"),
    ("longer_sessions", INTEGER, "active sessions that keep a longer limit than the policy's"),
    ("lost_events", INTEGER, "events of the replaced log that the copy lacks"),
    ("lost_sessions", INTEGER, "sessions that the copy does not know"),
    ("lost_users", INTEGER, "users that the copy does not know"),
    ("max", TEXT, "the largest permitted value"),
    ("max_age", SECONDS, "the cookie's Max-Age"),
    ("message", TEXT, "what was found"),
    ("min", TEXT, "the smallest permitted value"),
    ("name", TEXT, "the name of the user"),
    ("new_absolute_expires_at", TIME, "when it would expire at the latest"),
    ("new_expires_at", TIME, "when it would expire"),
    ("new_idle_timeout", SECONDS, "how long it would stay active without being used"),
    ("not_before", TIME, "before which the JWT is not valid"),
    ("notes", LIST, "how the database was read"),
    ("offset", SECONDS, "by how much the latest event is later than the clock"),
    (
        "oldest_transaction",
        SECONDS,
        "how long the oldest open transaction that changes something has been running",
    ),
    ("owner", TEXT, "the account that owns the file"),
    ("parent", INTEGER, "the id of the single sign-on session that it belongs to"),
    (
        "password_accepted",
        BOOLEAN,
        "whether the right password is accepted now, however many sessions there are",
    ),
    ("password_changed_at", TIME, "when the password was set"),
    ("passwords_changed", LIST, "users whose password was set since"),
    ("path", TEXT, "the path of the database, or the URL of a server's"),
    ("pooled", BOOLEAN, "whether a pooler is on the way to the server"),
    ("problem", TEXT, "what is damaged or contradicts itself"),
    #[cfg(feature = "serve")]
    ("proxy", TEXT, "the kind of proxy"),
    ("reason", TEXT, "the reason, if the result does not show it"),
    ("removed_at", TIME, "when the account was removed; null for one that has its name now"),
    ("replaced_event", INTEGER, "the last event of the replaced database"),
    ("result", TEXT, "the result"),
    ("retired_at", TIME, "when the key was retired"),
    ("retired_keys", INTEGER, "signing keys that were retired"),
    ("revoke", LIST, "what a revocation does"),
    ("revoked", INTEGER, "revoked sessions"),
    ("revoked_at", TIME, "when the key was revoked"),
    ("role", TEXT, "primary or replica; null for a file"),
    ("rotated", LIST, "ids of sessions that got another token since"),
    ("rotations", INTEGER, "how often its token was replaced"),
    ("rows", INTEGER, "how many rows were copied"),
    ("rows_estimated", BOOLEAN, "whether numbers of rows are estimates, which a table shows as ~N"),
    ("rows_misfit", INTEGER, "examined rows that do not fit the layout"),
    ("rows_proved", INTEGER, "examined rows that fit the layout"),
    ("rule", TEXT, "the rule that was broken"),
    ("same_site", TEXT, "the cookie's SameSite"),
    ("sandbox", BOOLEAN, "whether its time can be set with --now"),
    ("schema_version", INTEGER, "the schema version of the database"),
    ("schema_version_before", INTEGER, "the schema version before"),
    ("scope", TEXT, "what the JWT permits"),
    ("scopes", LIST, "what an API token may do"),
    ("secure", BOOLEAN, "whether the cookie has Secure"),
    ("session", INTEGER, "the id of the session"),
    ("session_ids", LIST, "the ids of the sessions, as list shows them"),
    ("sessions", INTEGER, "how many sessions"),
    ("settings", LIST, "the settings of the layout, with their default values"),
    ("severity", TEXT, "error, warning or note"),
    ("shortened", LIST, "ids of sessions whose end was set earlier since"),
    ("source", TEXT, "the source of the default"),
    ("sql", TEXT, "the statements"),
    ("state", TEXT, "active, expired or revoked; unknown where the clock is behind"),
    ("stricter_settings", LIST, "settings of the policy that were stricter since"),
    ("system_time", TIME, "what the clock shows"),
    ("table", TEXT, "the session table"),
    ("tables", JSON, "the bytes of each table with its indices"),
    ("text", TEXT, "the line: a secret"),
    ("throttled_until", TIME, "until when no password is checked"),
    ("title", TEXT, "the name of the program"),
    ("tls", TEXT, "the version of TLS on the way to the server; null without TLS"),
    ("together_with", INTEGER, "the parent with which it was changed"),
    ("token", TEXT, "the token: a secret that is printed once"),
    ("triggers", LIST, "the triggers on the table"),
    ("unsealed", INTEGER, "events that no seal contains yet"),
    ("updated_at", TIME, "when the value was written"),
    ("use", TEXT, "what the key is for (RFC 7517)"),
    ("user", TEXT, "the user; null where there is none"),
    ("user_agent", TEXT, "the User-Agent header with which it was created"),
    ("user_id", TEXT, "the user's id in the other program"),
    ("user_names", LIST, "the names of the users whose sessions they were, or their ids"),
    ("users", INTEGER, "how many users"),
    ("users_disabled", LIST, "users who were disabled since"),
    ("users_removed", LIST, "users who were removed since"),
    ("value", JSON, "the value"),
    ("values_removed", LIST, "sessions from which values were removed since"),
    ("verdict", TEXT, "ok or behind"),
    ("verified", TEXT, "against which version of the program it was verified"),
    ("version", INTEGER, "the version of the value: how often it was written; 0 where there is none"),
    ("why", LIST, "explanations; empty if there are none"),
    ("work", TEXT, "for which work: admin, issuer, verifier or auditor"),
    ("x", TEXT, "the public key (RFC 7517)"),
];

#[cfg(test)]
mod tests {
    use super::super::every_record;
    use super::*;

    #[test]
    fn every_field_has_a_meaning_and_every_meaning_a_field() {
        let fields: Vec<(RecordDoc, &str)> = every_record()
            .flat_map(|record| record.view.fields.iter().map(move |field| (record, *field)))
            .collect();
        for (record, field) in &fields {
            assert!(meaning(record, field).is_some(), "{field} has no meaning");
        }
        for (name, ..) in MEANINGS {
            assert!(fields.iter().any(|(_, field)| field == name), "{name} is a field of no record");
        }
        for (of, name, kind, text) in SPECIFIC {
            let is_used = |(record, field): &(RecordDoc, &str)| {
                field == name && meaning(record, field) == Some((*kind, *text))
            };
            assert!(fields.iter().any(is_used), "{name} is no field of {of}");
        }
        assert!(MEANINGS.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, and each once");
    }
}
