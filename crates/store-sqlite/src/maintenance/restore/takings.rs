//! What took access away in the database (`old`) since a copy of it (`main`), applied to the copy, each with its event.
//! Only what takes away is applied: whatever somebody could have written into the database grants nothing here.

use rusqlite::params;
use sessionctl_core::model::event::{Action, Event, Subjects};
use sessionctl_core::model::policy::{Key, SETTINGS};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::user::UserName;
use sessionctl_core::store::{StoreError, Takings};

use crate::audit::append::append;
use crate::error::SqliteError;
use crate::read::policy::{policy, policy_before_restore};
use crate::read::row::{self, json_ids};
use crate::store::WriteTx;
use crate::write;

/// The reason kept with sessions that are gone from the database, or whose token changed without an event.
const ENDED_SINCE: &str = "ended since the copy";
/// The detail of the event that removes values.
const REMOVED_SINCE: &str = "removed since the copy";

/// Applies everything; `common` is the last event that both have.
pub(super) fn apply(tx: &WriteTx<'_>, common: i64, actor: &str) -> Result<Takings, SqliteError> {
    let takings = Takings {
        values_removed: values(tx, actor)?,
        rotated: rotations(tx, common, actor)?,
        ended: ends(tx, actor)?,
        shortened: limits(tx, actor)?,
        passwords: passwords(tx, common, actor)?,
        disabled: accounts(tx, "disabled_at", Action::UserDisabled, actor)?,
        removed: accounts(tx, "removed_at", Action::UserRemoved, actor)?,
        revoked_keys: keys(tx, "revoked_at", Action::JwtKeyRevoked, actor)?,
        retired_keys: keys(tx, "retired_at", Action::JwtKeyRetired, actor)?,
        settings: settings(tx, actor)?,
    };
    follow_parents(tx)?;
    tx.execute(
        "INSERT INTO main.attempt (key, failures, last_at, pending, refused, reported_at) \
         SELECT key, failures, last_at, 0, refused, reported_at FROM old.attempt WHERE failures > 0 \
         ON CONFLICT (key) DO UPDATE SET failures = max(failures, excluded.failures), \
         last_at = max(last_at, excluded.last_at)",
        [],
    )?;
    Ok(takings)
}

/// The token of a session that was replaced stays replaced. One that changed without an event ends with its session.
fn rotations(tx: &WriteTx<'_>, common: i64, actor: &str) -> Result<Vec<SessionId>, SqliteError> {
    let changed = ids(
        tx,
        "SELECT n.id FROM main.session n JOIN old.session o ON o.id = n.id \
         WHERE n.ended_at IS NULL AND o.ended_at IS NULL AND n.token_digest <> o.token_digest AND ?1 ORDER BY n.id",
    )?;
    let mut known = tx.prepare(
        "SELECT EXISTS (SELECT 1 FROM old.event WHERE session_id = ?1 AND id > ?2 AND action IN (?3, ?4))",
    )?;
    let (rotated, reauthenticated) = (Action::SessionRotated, Action::SessionReauthenticated);
    let mut rotated_ids = Vec::new();
    for id in changed {
        let actions = params![id.get(), common, rotated.as_str(), reauthenticated.as_str()];
        if !known.query_row(actions, |row| row.get(0))? {
            tx.execute("UPDATE main.session SET token_digest = zeroblob(32) WHERE id = ?1", [id.get()])?;
            continue;
        }
        tx.execute(
            "UPDATE main.session SET token_digest = (SELECT o.token_digest FROM old.session o WHERE o.id = ?1) \
             WHERE id = ?1",
            [id.get()],
        )?;
        let added = tx.execute(
            "INSERT OR IGNORE INTO main.retired_token SELECT * FROM old.retired_token WHERE session_id = ?1",
            [id.get()],
        )?;
        for _ in 0..added {
            let event = Event::new(rotated, actor).about(Subjects::One(id));
            append(tx, &event.detail(ENDED_SINCE.to_owned()))?;
        }
        rotated_ids.push(id);
    }
    Ok(rotated_ids)
}

/// Sessions that were revoked, or are gone, end here too.
fn ends(tx: &WriteTx<'_>, actor: &str) -> Result<Vec<SessionId>, SqliteError> {
    let ended = ids(
        tx,
        "SELECT n.id FROM main.session n LEFT JOIN old.session o ON o.id = n.id WHERE n.ended_at IS NULL \
         AND n.id <= coalesce((SELECT seq FROM old.sqlite_sequence WHERE name = 'session'), 0) \
         AND (o.ended_at IS NOT NULL OR (o.id IS NULL AND n.deadline > ?1) OR n.token_digest = zeroblob(32)) \
         ORDER BY n.id",
    )?;
    if ended.is_empty() {
        return Ok(ended);
    }
    let end = "min(deadline, coalesce((SELECT o.ended_at FROM old.session o WHERE o.id = s.id), ?2))";
    tx.execute(
        &format!(
            "UPDATE main.session AS s SET deadline = {end}, ended_at = {end}, \
             end_reason = coalesce((SELECT o.end_reason FROM old.session o WHERE o.id = s.id), ?3), \
             ended_event = 1 + (SELECT seq FROM main.sqlite_sequence WHERE name = 'event') \
             WHERE id IN (SELECT value FROM json_each(?1))"
        ),
        params![json_ids(&ended), tx.time.now.unix(), ENDED_SINCE],
    )?;
    let event = Event::new(Action::SessionRevoked, actor).about(Subjects::of(&ended));
    append(tx, &event.detail(ENDED_SINCE.to_owned()))?;
    Ok(ended)
}

/// Earlier limits hold here too; later ones do not.
fn limits(tx: &WriteTx<'_>, actor: &str) -> Result<Vec<SessionId>, SqliteError> {
    let limit = |table: &str| {
        format!(
            "min({table}.absolute_expires_at, coalesce({table}.scheduled_at, {table}.absolute_expires_at))"
        )
    };
    let (new, old) = (limit("n"), limit("o"));
    let shortened = ids(
        tx,
        &format!(
            "SELECT n.id FROM main.session n JOIN old.session o ON o.id = n.id \
             WHERE n.ended_at IS NULL AND o.ended_at IS NULL AND n.deadline > ?1 \
             AND ({old} < {new} OR o.idle_timeout < coalesce(n.idle_timeout, o.idle_timeout + 1)) ORDER BY n.id"
        ),
    )?;
    if shortened.is_empty() {
        return Ok(shortened);
    }
    let limit = format!("(SELECT {old} FROM old.session o WHERE o.id = s.id)");
    let idle = "(SELECT coalesce(min(o.idle_timeout, coalesce(s.idle_timeout, o.idle_timeout)), s.idle_timeout) \
                FROM old.session o WHERE o.id = s.id)";
    tx.execute(
        &format!(
            "UPDATE main.session AS s SET idle_timeout = {idle}, \
             absolute_expires_at = min(absolute_expires_at, {limit}), \
             scheduled_at = CASE WHEN scheduled_at IS NOT NULL THEN min(scheduled_at, {limit}) END, \
             deadline = min(deadline, {limit}, \
                CASE WHEN scheduled_at IS NULL THEN coalesce(last_seen_at + {idle}, deadline) ELSE deadline END) \
             WHERE id IN (SELECT value FROM json_each(?1))"
        ),
        [json_ids(&shortened)],
    )?;
    let event = Event::new(Action::ExpirySet, actor).about(Subjects::of(&shortened));
    append(tx, &event.detail(ENDED_SINCE.to_owned()))?;
    Ok(shortened)
}

/// Values that were removed, or whose session is gone, are removed here too. One that was only replaced is what it was:
/// neither value takes more away than the other.
fn values(tx: &WriteTx<'_>, actor: &str) -> Result<Vec<SessionId>, SqliteError> {
    let mut statement = tx.prepare(
        "DELETE FROM main.session_data AS n \
         WHERE session_id <= coalesce((SELECT seq FROM old.sqlite_sequence WHERE name = 'session'), 0) \
         AND NOT EXISTS (SELECT 1 FROM old.session_data o WHERE o.session_id = n.session_id AND o.key = n.key) \
         RETURNING session_id",
    )?;
    let removed = statement.query_map([], |row| row.get::<_, i64>(0))?;
    let mut ids = removed.collect::<Result<Vec<i64>, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    let ids = ids.into_iter().map(row::id).collect::<Result<Vec<SessionId>, _>>()?;
    if !ids.is_empty() {
        let event = Event::new(Action::DataChanged, actor).about(Subjects::of(&ids));
        append(tx, &event.detail(REMOVED_SINCE.to_owned()))?;
    }
    Ok(ids)
}

/// A setting has the stricter of both values.
fn settings(tx: &WriteTx<'_>, actor: &str) -> Result<Vec<String>, SqliteError> {
    let (copied, replaced) = (policy(tx)?, policy_before_restore(tx)?);
    let mut names = Vec::new();
    for setting in SETTINGS {
        let Ok(key) = Key::named(setting.name) else { continue };
        let (before, after) = (copied.get(key), key.stricter(copied.get(key), replaced.get(key)));
        if before == after {
            continue;
        }
        write::policy::write(tx, key, (after != setting.default).then_some(after))?;
        let detail = format!("{} from {} to {}", setting.name, setting.show(before), setting.show(after));
        append(tx, &Event::new(Action::PolicyChanged, actor).detail(detail))?;
        names.push(setting.name.to_owned());
    }
    Ok(names)
}

/// No child outlives its parent.
fn follow_parents(tx: &WriteTx<'_>) -> Result<(), SqliteError> {
    let parent = "(SELECT p.deadline FROM main.session p WHERE p.id = s.parent_id)";
    tx.execute(
        &format!(
            "UPDATE main.session AS s SET deadline = {parent}, \
             ended_at = CASE WHEN ended_at IS NOT NULL THEN {parent} END \
             WHERE parent_id IS NOT NULL AND deadline > {parent}"
        ),
        [],
    )?;
    Ok(())
}

/// A password that was changed stays changed; a hash that changed without an event is left alone.
fn passwords(tx: &WriteTx<'_>, common: i64, actor: &str) -> Result<Vec<String>, SqliteError> {
    let mut statement = tx.prepare(
        "UPDATE main.user AS n SET \
         password_hash = (SELECT o.password_hash FROM old.user o WHERE o.id = n.id), \
         password_changed_at = (SELECT o.password_changed_at FROM old.user o WHERE o.id = n.id) \
         WHERE removed_at IS NULL AND EXISTS (SELECT 1 FROM old.user o WHERE o.id = n.id AND o.removed_at IS NULL \
            AND o.password_hash IS NOT n.password_hash) \
         AND EXISTS (SELECT 1 FROM old.event e WHERE e.user_id = n.id AND e.id > ?1 AND e.action = ?2) \
         RETURNING name",
    )?;
    let changed = Action::PasswordChanged;
    let names = statement.query_map(params![common, changed.as_str()], |row| row.get(0))?;
    record(tx, names.collect::<Result<Vec<String>, _>>()?, changed, actor)
}

/// Users who were disabled or removed, by the column that shows it.
fn accounts(tx: &WriteTx<'_>, column: &str, action: Action, actor: &str) -> Result<Vec<String>, SqliteError> {
    let hash = if column == "removed_at" { ", password_hash = NULL" } else { "" };
    let mut statement = tx.prepare(&format!(
        "UPDATE main.user AS n SET {column} = (SELECT o.{column} FROM old.user o WHERE o.id = n.id){hash} \
         WHERE {column} IS NULL AND removed_at IS NULL \
         AND EXISTS (SELECT 1 FROM old.user o WHERE o.id = n.id AND o.{column} IS NOT NULL) RETURNING name"
    ))?;
    let names = statement.query_map([], |row| row.get(0))?;
    record(tx, names.collect::<Result<Vec<String>, _>>()?, action, actor)
}

fn record(
    tx: &WriteTx<'_>,
    mut names: Vec<String>,
    action: Action,
    actor: &str,
) -> Result<Vec<String>, SqliteError> {
    names.sort_unstable();
    for name in &names {
        let name: UserName =
            name.parse().map_err(|_| StoreError::Corrupt("a row holds an invalid user name".to_owned()))?;
        append(tx, &Event::new(action, actor).user(Some(&name)))?;
    }
    Ok(names)
}

/// Signing keys that were retired or revoked, by the column that shows it.
fn keys(tx: &WriteTx<'_>, column: &str, action: Action, actor: &str) -> Result<Vec<String>, SqliteError> {
    let revoked = match column {
        "revoked_at" => {
            ", secret = x'', retired_at = coalesce(retired_at, (SELECT o.retired_at FROM old.jwt_key o WHERE o.kid = n.kid))"
        }
        _ => "",
    };
    let mut statement = tx.prepare(&format!(
        "UPDATE main.jwt_key AS n SET \
         {column} = (SELECT o.{column} FROM old.jwt_key o WHERE o.kid = n.kid){revoked} WHERE {column} IS NULL \
         AND EXISTS (SELECT 1 FROM old.jwt_key o WHERE o.kid = n.kid AND o.{column} IS NOT NULL) RETURNING kid"
    ))?;
    let kids = statement.query_map([], |row| row.get(0))?;
    let mut kids = kids.collect::<Result<Vec<String>, _>>()?;
    kids.sort_unstable();
    for kid in &kids {
        append(tx, &Event::new(action, actor).detail(kid.clone()))?;
    }
    Ok(kids)
}

fn ids(tx: &WriteTx<'_>, sql: &str) -> Result<Vec<SessionId>, SqliteError> {
    let mut statement = tx.prepare(sql)?;
    let mut rows = statement.query([tx.time.now.unix()])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(row::id(row.get(0)?)?);
    }
    Ok(ids)
}
