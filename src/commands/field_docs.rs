//! Which records each command prints: the one list from which man pages document fields and JSON keys, and from which
//! completion suggests `--fields`. The fields themselves are in each command's file.

use super::{bulk, cookie, data, db, delivery, expire, foreign, inspect, jwt, layout, log, logout, revoke};
use super::{stats, user, verify};
use crate::output::{RecordDoc, SESSION};

const DRY_RUN: &str = "with --dry-run";
pub(super) const FOREIGN: &str = "on another program's database";

/// The commands whose records belong to several of them.
const SHARED: &[RecordDoc] = &[
    RecordDoc::one("login", &delivery::ISSUED),
    RecordDoc::list("generate", &delivery::ISSUED).alone("without -n"),
    RecordDoc::one("rotate", &delivery::ISSUED),
    RecordDoc::list("list", &SESSION),
    RecordDoc::list("list", &foreign::FOREIGN_SESSION).when(FOREIGN),
    RecordDoc::list("tree", &SESSION),
    RecordDoc::list("expire", &bulk::report::RESULT),
    RecordDoc::list("expire", &expire::PLANNED).when(DRY_RUN),
    RecordDoc::list("revoke", &bulk::report::RESULT),
    RecordDoc::list("revoke", &SESSION).when(DRY_RUN),
    RecordDoc::list("revoke", &revoke::FOUND).when("with --stdin"),
    RecordDoc::list("prune", &bulk::report::RESULT),
    RecordDoc::list("prune", &SESSION).when(DRY_RUN),
    RecordDoc::list("inspect", &inspect::INSPECTION).alone("for one SESSION"),
    RecordDoc::one("verify", &verify::ANSWER)
        .when("with --format json or jsonl; --fields chooses from these and the others"),
    RecordDoc::one("verify", &verify::FLAT_ANSWER)
        .when("in any other format; --fields chooses from these and the others"),
    RecordDoc::one("logout", &logout::RESULT),
    RecordDoc::list("stats", &stats::STATS),
    RecordDoc::list("layout list", &layout::LAYOUT),
    RecordDoc::one("layout show", &layout::SHOWN),
    RecordDoc::list("layout check", &foreign::FOREIGN_SESSION),
    #[cfg(feature = "serve")]
    RecordDoc::one("serve", &super::serve::RECIPE).when("with --recipe"),
];

/// The records of a command, by its words.
pub fn of_command(command: &str) -> impl Iterator<Item = RecordDoc> {
    [SHARED, cookie::RECORDS, data::RECORDS, db::RECORDS, jwt::RECORDS, log::RECORDS, user::RECORDS]
        .into_iter()
        .flatten()
        .copied()
        .filter(move |record| record.command == command)
}

/// The fields that a command knows on our own database, each once; those of a session where it prints no records.
#[must_use]
pub fn fields_of(command: &str) -> Vec<&'static str> {
    let mut fields: Vec<&'static str> = Vec::new();
    for field in
        of_command(command).filter(|record| record.when != FOREIGN).flat_map(|record| record.view.fields)
    {
        if !fields.contains(field) {
            fields.push(field);
        }
    }
    if fields.is_empty() { SESSION.fields.to_vec() } else { fields }
}

/// The fields that a command knows on our own database, by the arguments with which it prints them, the usual ones last.
#[must_use]
pub fn fields_by_arguments(command: &str) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut groups: Vec<_> = of_command(command)
        .filter(|record| record.when != FOREIGN)
        .map(|record| (record.when, record.view.fields.to_vec()))
        .collect();
    groups.sort_by_key(|(when, _)| when.is_empty());
    groups
}

/// The kind of value that a field has, and what it means. One name means one thing in every record.
#[must_use]
pub fn meaning(field: &str) -> Option<(&'static str, &'static str)> {
    MEANINGS.iter().find(|(name, ..)| *name == field).map(|(_, kind, text)| (*kind, *text))
}

const INTEGER: &str = "integer";
const TEXT: &str = "text";
const TIME: &str = "time";
const SECONDS: &str = "seconds";
const BOOLEAN: &str = "boolean";
const LIST: &str = "list of text";
const JSON: &str = "JSON";

const MEANINGS: &[(&str, &str, &str)] = &[
    ("absolute_expires_at", TIME, "when it expires at the latest, however it is used"),
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
    ("before", TEXT, "the state before"),
    ("built_in", BOOLEAN, "whether the program brings it"),
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
    ("created_at", TIME, "when it was created"),
    ("crv", TEXT, "the curve of the key (RFC 7517)"),
    ("database", TEXT, "the other program's database"),
    ("default", TEXT, "the value where none is set"),
    ("detail", TEXT, "a reason or a count"),
    ("disabled_at", TIME, "when the user was disabled"),
    ("domain", TEXT, "the cookie's Domain"),
    (
        "durability",
        TEXT,
        "where a change is when it is acknowledged: on this server's disk, and on one replica, or seen by one",
    ),
    ("end_reason", TEXT, "why it ended: the reason of the revocation, or the limit that it reached"),
    ("ended", LIST, "ids of sessions that ended since the copy was made"),
    ("ended_at", TIME, "when it was revoked, or its deadline where it expired"),
    ("ended_by", TEXT, "who revoked it; null where it expired"),
    ("ended_sessions", INTEGER, "sessions that ended with the change"),
    ("engine", TEXT, "the database engine and its version"),
    ("event", INTEGER, "the number of the last event"),
    ("events", JSON, "the last events of a session; of a database or a log, their number"),
    ("expired", INTEGER, "expired sessions"),
    ("expires", TEXT, "the cookie's Expires"),
    ("expires_at", TIME, "when it expires if it is not used"),
    ("failed_logins", INTEGER, "failed logins in a row"),
    ("family", JSON, "the ids of its parent, siblings and children"),
    ("fate", JSON, "when and why it ended, or when it expires and by which limit"),
    ("file", TEXT, "the file of the layout, as TOML"),
    ("folded", BOOLEAN, "whether the header was folded over several lines"),
    ("form", TEXT, "how the token is written"),
    ("from", TEXT, "whose session it is: sessionctl, or the layout of another program"),
    ("grantee", TEXT, "the role of the database server"),
    ("group", TEXT, "by what is counted"),
    ("head", TEXT, "the head of the audit log: database, event and hash"),
    ("header", JSON, "the header of the JWT, or the header in which the cookie was found"),
    ("host", TEXT, "the host of the cookie"),
    ("hot_updates", INTEGER, "of 100 changes of a session's row, how many left the indices alone (HOT)"),
    ("http_only", BOOLEAN, "whether the cookie has HttpOnly"),
    ("id", INTEGER, "the public number, never reused"),
    ("idle_timeout", SECONDS, "how long it stays active without being used"),
    ("ip", TEXT, "the address of the client"),
    ("issued_at", TIME, "when the JWT was issued"),
    ("jti", TEXT, "the id of the JWT"),
    ("jwt", TEXT, "the JWT: a secret"),
    ("kept", TEXT, "where the replaced database is kept"),
    ("key", TEXT, "the name of the value"),
    ("keys_in_use", INTEGER, "locator keys that tokens are tried with"),
    ("keys_retired", LIST, "signing keys that were retired since"),
    ("keys_retired", INTEGER, "locator keys that were retired"),
    ("keys_revoked", LIST, "signing keys that were revoked since"),
    ("kid", TEXT, "the id of the signing key"),
    ("kind", TEXT, "anonymous, web, sso or api"),
    ("kty", TEXT, "the type of the key (RFC 7517)"),
    ("label", TEXT, "a label by which people recognise it"),
    ("last_ip", TEXT, "the address at the last verification that named one"),
    ("last_seen_at", TIME, "when its token was last accepted, to the minute by default"),
    ("last_session", INTEGER, "the last id that the event is about"),
    ("latest_event_at", TIME, "the time of the latest event"),
    ("layout", INTEGER, "the layout of the database now"),
    ("layout_before", INTEGER, "the layout of the database before"),
    ("line", INTEGER, "the line of the input"),
    ("locked_at", TIME, "when the password was locked after too many failures"),
    ("longer_sessions", INTEGER, "active sessions that keep a longer limit than the policy's"),
    ("lost_sessions", INTEGER, "sessions that the copy does not know"),
    ("lost_users", INTEGER, "users that the copy does not know"),
    ("max", TEXT, "the largest permitted value"),
    ("max_age", SECONDS, "the cookie's Max-Age"),
    ("message", TEXT, "what was found"),
    ("min", TEXT, "the smallest permitted value"),
    ("name", TEXT, "the name"),
    ("new_absolute_expires_at", TIME, "when it would expire at the latest"),
    ("new_expires_at", TIME, "when it would expire"),
    ("new_idle_timeout", SECONDS, "how long it would stay active without being used"),
    ("not_before", TIME, "before which the JWT is not valid"),
    ("offset", SECONDS, "by how much the latest event is later than the clock"),
    (
        "oldest_transaction",
        SECONDS,
        "how long the oldest open transaction that changes something has been running",
    ),
    ("parent", INTEGER, "the id of the single sign-on session that it belongs to"),
    (
        "password_accepted",
        BOOLEAN,
        "whether the right password is accepted now, however many sessions there are",
    ),
    ("password_changed_at", TIME, "when the password was set"),
    ("passwords_changed", LIST, "users whose password was set since"),
    ("path", TEXT, "the path of the file, or the cookie's Path"),
    ("pooled", BOOLEAN, "whether a pooler is on the way to the server"),
    ("problem", TEXT, "what is damaged or contradicts itself"),
    #[cfg(feature = "serve")]
    ("proxy", TEXT, "the kind of proxy"),
    ("reason", TEXT, "why, where the result alone does not tell"),
    ("replaced_event", INTEGER, "the last event of the replaced database"),
    ("result", TEXT, "what came of it"),
    ("retired_at", TIME, "when the key was retired"),
    ("retired_keys", INTEGER, "signing keys that were retired"),
    ("revoked", INTEGER, "revoked sessions"),
    ("revoked_at", TIME, "when the key was revoked"),
    ("role", TEXT, "primary or replica; null for a file"),
    ("rotated", LIST, "ids of sessions that got another token since"),
    ("rotations", INTEGER, "how often its token was replaced"),
    ("rows", INTEGER, "how many rows were copied"),
    ("rows_estimated", BOOLEAN, "whether numbers of rows are estimates, which a table shows as ~N"),
    ("rule", TEXT, "the rule that was broken"),
    ("same_site", TEXT, "the cookie's SameSite"),
    ("sandbox", BOOLEAN, "whether its time can be set with --now"),
    ("schema_version", INTEGER, "the layout of the database"),
    ("scope", TEXT, "what the JWT permits"),
    ("scopes", LIST, "what an API token may do"),
    ("secure", BOOLEAN, "whether the cookie has Secure"),
    ("session", JSON, "the id of the session; of verify, its record"),
    ("session_ids", LIST, "the ids of the sessions, as list shows them"),
    ("sessions", INTEGER, "how many sessions"),
    ("settings", LIST, "its settings and their values by default"),
    ("severity", TEXT, "error, warning or note"),
    ("shortened", LIST, "ids of sessions whose end was set earlier since"),
    ("source", TEXT, "the source of the default"),
    ("sql", TEXT, "the statements"),
    ("state", TEXT, "active, expired or revoked; unknown where the clock is behind"),
    ("stricter_settings", LIST, "settings of the policy that were stricter since"),
    ("system_time", TIME, "what the clock shows"),
    ("table", TEXT, "the table"),
    ("tables", JSON, "the bytes of each table with its indices"),
    ("text", TEXT, "the line: a secret"),
    ("throttled_until", TIME, "until when no password is checked"),
    ("title", TEXT, "the program"),
    ("tls", TEXT, "the version of TLS on the way to the server; null without TLS"),
    ("together_with", INTEGER, "the parent with which it was changed"),
    ("token", TEXT, "the token: a secret that is printed once"),
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
    ("version", INTEGER, "how often the value was written"),
    ("why", LIST, "why; empty where there is nothing to say"),
    ("work", TEXT, "for which work: admin, issuer, verifier or auditor"),
    ("x", TEXT, "the public key (RFC 7517)"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_meaning_and_every_meaning_a_field() {
        let all =
            [SHARED, cookie::RECORDS, data::RECORDS, db::RECORDS, jwt::RECORDS, log::RECORDS, user::RECORDS];
        let fields: Vec<&str> =
            all.into_iter().flatten().flat_map(|record| record.view.fields).copied().collect();
        for field in &fields {
            assert!(meaning(field).is_some(), "{field} has no meaning");
        }
        for (name, ..) in MEANINGS {
            assert!(fields.contains(name), "{name} is a field of no record");
        }
        assert!(MEANINGS.is_sorted_by_key(|(name, ..)| *name));
    }

    #[test]
    fn every_command_of_the_list_exists() {
        let tree = crate::cli::command();
        let all =
            [SHARED, cookie::RECORDS, data::RECORDS, db::RECORDS, jwt::RECORDS, log::RECORDS, user::RECORDS];
        for record in all.into_iter().flatten() {
            let mut command = &tree;
            for word in record.command.split(' ') {
                command = command.find_subcommand(word).unwrap_or_else(|| panic!("no {}", record.command));
            }
        }
    }
}
