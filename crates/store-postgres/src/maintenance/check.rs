//! Looks for damage, for rows that no program of ours could have written, and for what was planted in the schema.

use std::ops::ControlFlow;

use sessionctl_core::model::user::UserName;
use sessionctl_core::store::LogVerdict;

use super::replay;
use crate::audit::verify::verify_log;
use crate::error::PostgresError;
use crate::policy;
use crate::read::cursor;
use crate::read::row::{self, TABLES, columns};
use crate::store::PostgresStore;
use crate::value::{Value, values};

/// The most lines of one check: a corrupt database would produce more than anybody reads.
const MAX_REPORTED_PROBLEMS: usize = 20;

/// What must not exist: its message, and the query for the numbers of the rows that show it. `$1` is the present.
const INVARIANTS: &[(&str, &str)] = &[
    (
        "session {} has a parent that does not exist",
        "SELECT s.id FROM sessionctl.session s WHERE s.parent_id IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM sessionctl.session p WHERE p.id = s.parent_id)",
    ),
    (
        "session {} has a token digest that is not 32 bytes long",
        "SELECT s.id FROM sessionctl.session s WHERE octet_length(s.token_digest) <> 32 \
         UNION SELECT r.session_id FROM sessionctl.retired_token r WHERE octet_length(r.token_digest) <> 32",
    ),
    (
        "session {} has a user that does not exist",
        "SELECT s.id FROM sessionctl.session s WHERE s.user_id IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM sessionctl.account a WHERE a.id = s.user_id)",
    ),
    (
        "session {} is active although its parent has ended",
        "SELECT s.id FROM sessionctl.session s JOIN sessionctl.session p ON p.id = s.parent_id \
         WHERE s.ended_at IS NULL AND s.deadline > $1 AND (p.ended_at IS NOT NULL OR p.deadline <= $1)",
    ),
    (
        "session {} outlives its parent",
        "SELECT s.id FROM sessionctl.session s JOIN sessionctl.session p ON p.id = s.parent_id \
         WHERE s.deadline > p.deadline",
    ),
    (
        "session {} has a parent that is no sso session",
        "SELECT s.id FROM sessionctl.session s JOIN sessionctl.session p ON p.id = s.parent_id WHERE p.kind <> 2",
    ),
    (
        "session {} was revoked at a time in the future",
        "SELECT s.id FROM sessionctl.session s, sessionctl.meta m WHERE s.ended_at > $1 AND NOT m.sandbox",
    ),
    (
        "session {} has scopes but is no API token",
        "SELECT s.id FROM sessionctl.session s WHERE s.scopes IS NOT NULL AND s.kind <> 3",
    ),
    (
        "session {} is active although its user was disabled or removed",
        "SELECT s.id FROM sessionctl.account a JOIN sessionctl.session s ON s.user_id = a.id \
         WHERE (a.disabled_at IS NOT NULL OR a.removed_at IS NOT NULL) AND s.deadline > $1",
    ),
    (
        // A deadline is the earliest of its limits; only a child's may be earlier, where its parent's was.
        "session {} has a deadline that none of its limits sets",
        "SELECT s.id FROM sessionctl.session s WHERE s.ended_at IS NULL AND s.parent_id IS NULL AND s.deadline <> \
         least(s.absolute_expires_at, coalesce(s.scheduled_at, s.last_seen_at + s.idle_timeout, s.absolute_expires_at))",
    ),
    (
        "session {} was seen before it was created",
        "SELECT s.id FROM sessionctl.session s WHERE s.last_seen_at < s.created_at",
    ),
    (
        "session {} has a token that is both retired and current",
        "SELECT s.id FROM sessionctl.session s JOIN sessionctl.retired_token r \
         ON r.session_id = s.id AND r.token_digest = s.token_digest",
    ),
    (
        "session {} has an id that was never assigned",
        "SELECT s.id FROM sessionctl.session s WHERE s.id > (SELECT last_value FROM sessionctl.session_id)",
    ),
    (
        "session {} does not exist, but has values or retired tokens",
        "SELECT session_id FROM (SELECT session_id FROM sessionctl.session_data \
         UNION SELECT session_id FROM sessionctl.retired_token) o \
         WHERE NOT EXISTS (SELECT 1 FROM sessionctl.session s WHERE s.id = o.session_id)",
    ),
];

/// What must not be in the schema: a query for lines. A planted trigger made a revoke report success while the session
/// stayed active.
const PLANTED: &[&str] = &[
    "SELECT 'the table ' || c.relname || ' has the trigger ' || t.tgname FROM pg_trigger t \
     JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'sessionctl'::regnamespace",
    "SELECT 'the table ' || c.relname || ' has the rule ' || r.rulename FROM pg_rewrite r \
     JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = 'sessionctl'::regnamespace AND c.relkind = 'r'",
    "SELECT 'the table ' || relname || ' has row security' FROM pg_class \
     WHERE relnamespace = 'sessionctl'::regnamespace AND (relrowsecurity OR relforcerowsecurity)",
    "SELECT 'the table ' || c.relname || ' has the row policy ' || p.polname FROM pg_policy p \
     JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = 'sessionctl'::regnamespace",
    "SELECT 'the view ' || relname || ' was added to the schema' FROM pg_class \
     WHERE relnamespace = 'sessionctl'::regnamespace AND relkind IN ('v', 'm', 'f')",
    "SELECT 'the sequence ' || s.name || ' is below the highest id' FROM (VALUES \
     ('session_id', (SELECT last_value FROM sessionctl.session_id), (SELECT max(id) FROM sessionctl.session)), \
     ('account_id', (SELECT last_value FROM sessionctl.account_id), (SELECT max(id) FROM sessionctl.account)), \
     ('event_id', (SELECT last_value FROM sessionctl.event_id), (SELECT max(id) FROM sessionctl.event))) \
     s (name, drawn, highest) WHERE s.highest > s.drawn",
    "SELECT 'the role ' || g.grantee::regrole || ' may ' || lower(g.privilege_type) || ' ' || c.relname \
     FROM pg_class c, aclexplode(c.relacl) g WHERE c.relnamespace = 'sessionctl'::regnamespace \
     AND c.relname IN ('event', 'seal') AND g.grantee <> c.relowner AND g.grantee <> 0 \
     AND g.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')",
    "SELECT 'everybody may ' || lower(g.privilege_type) || ' ' || c.relname FROM pg_class c, aclexplode(c.relacl) g \
     WHERE c.relnamespace = 'sessionctl'::regnamespace AND g.grantee = 0",
    "SELECT 'the role ' || g.grantee::regrole || ' may create in the schema' \
     FROM pg_namespace n, aclexplode(n.nspacl) g WHERE n.nspname = 'sessionctl' AND g.privilege_type = 'CREATE' \
     AND g.grantee <> n.nspowner AND g.grantee <> 0",
    "SELECT 'the function ' || proname || ' was added to the schema' FROM pg_proc \
     WHERE pronamespace = 'sessionctl'::regnamespace",
    "SELECT 'the database keeps text as ' || e.name || ', which cannot hold every name' \
     FROM (SELECT current_setting('server_encoding')) e (name) WHERE e.name <> 'UTF8'",
    "SELECT 'the constraint ' || conname || ' was not checked on existing rows' FROM pg_constraint \
     WHERE connamespace = 'sessionctl'::regnamespace AND NOT convalidated",
    "SELECT 'the index ' || i.relname || ' is on a column that every touch writes' FROM pg_index x \
     JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = ANY(x.indkey) \
     WHERE x.indrelid = 'sessionctl.session'::regclass AND a.attname IN ('last_seen_at', 'deadline')",
];

/// One line for each problem.
pub(crate) fn check(store: &PostgresStore) -> Result<Vec<String>, PostgresError> {
    let now = store.now().unix();
    store.snapshot(|store| {
        let mut problems = Vec::new();
        for sql in PLANTED {
            problems.extend(lines(store, sql, &[])?);
        }
        for (message, sql) in INVARIANTS {
            let sql = format!("SELECT n.id FROM ({sql}) n (id) WHERE $1 IS NOT NULL ORDER BY n.id LIMIT {MAX_REPORTED_PROBLEMS}");
            for found in store.query(&sql, values![now])? {
                problems.push(message.replace("{}", &found.try_get::<_, i64>(0)?.to_string()));
            }
        }
        problems.extend(unreadable(store)?);
        problems.extend(misnamed(store)?);
        if let Err(error) = policy::policy(store) {
            problems.push(format!("the policy cannot be read: {}", error.error));
        }
        Ok(problems)
    })
    .and_then(|mut problems| {
        match verify_log(store)? {
            LogVerdict::Broken { at, why } => {
                problems.push(format!("the audit log is inconsistent at event {at}: {why}"));
            }
            LogVerdict::Consistent { .. } => {
                problems.extend(store.snapshot(|store| replay::contradictions(store, MAX_REPORTED_PROBLEMS))?);
            }
        }
        problems.truncate(MAX_REPORTED_PROBLEMS);
        Ok(problems)
    })
}

fn lines(store: &PostgresStore, sql: &str, values: &[Value]) -> Result<Vec<String>, PostgresError> {
    let rows = store.query(sql, values)?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Sessions that this program cannot read.
fn unreadable(store: &PostgresStore) -> Result<Vec<String>, PostgresError> {
    let mut problems = Vec::new();
    let sql = format!("SELECT {} FROM {TABLES} ORDER BY s.id", columns());
    cursor::rows(store, &sql, &[], &mut |found| {
        if let Err(error) = row::session(found) {
            problems.push(format!("{} cannot be read: {}", row::name_of("session", found), error.error));
        }
        Ok(full(&problems))
    })?;
    Ok(problems)
}

/// Users whose name is invalid, or differs from the key by which they are found.
fn misnamed(store: &PostgresStore) -> Result<Vec<String>, PostgresError> {
    let mut problems = Vec::new();
    cursor::rows(
        store,
        "SELECT id, name, name_key FROM sessionctl.account ORDER BY id",
        &[],
        &mut |found| {
            let name = found.try_get::<_, &str>(1).ok().and_then(|name| name.parse::<UserName>().ok());
            if name.map(|name| name.key()).as_deref() != found.try_get(2).ok() {
                let id: i64 = found.try_get(0)?;
                problems.push(format!("the name of user {id} differs from the key by which it is found"));
            }
            Ok(full(&problems))
        },
    )?;
    Ok(problems)
}

fn full(problems: &[String]) -> ControlFlow<()> {
    if problems.len() >= MAX_REPORTED_PROBLEMS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
