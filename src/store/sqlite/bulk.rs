//! Bulk work on a slice of sessions. The slice is looked for without the write lock, because that can take long;
//! then, under it, each session is asked once more whether it still matches, and changed.

use std::collections::HashSet;

use rusqlite::types::Value;
use rusqlite::{Transaction, params, params_from_iter};

use super::select::Filter;
use super::{SqliteStore, event, row};
use crate::domain::event::{Event, Subjects};
use crate::domain::session::{Kind, SessionId, State};
use crate::domain::time::Timestamp;
use crate::domain::user::UserId;
use crate::store::{Change, Slice, StoreError, Swept};

/// So many ids are looked through for one slice, so that a search for few among many tells how far it is and
/// can be broken off.
const WINDOW: i64 = 500_000;

/// What bulk work needs of a session.
struct Target {
    id: SessionId,
    is_head: bool,
    before: State,
    limit: i64,
    head_deadline: Option<i64>,
}

/// Revokes a slice and the families under it.
pub(super) fn revoke(
    store: &mut SqliteStore,
    slice: &Slice<'_>,
    reason: &str,
    event: Event,
) -> Result<Swept, StoreError> {
    sweep(store, slice, event, |tx, target, own, changes| {
        let changed = target.before == State::Active && end_one(tx, target.id, reason, slice.now)?;
        changes.push(Change { id: target.id, before: target.before, changed, with: None });
        if changed && target.is_head {
            for id in living_children(tx, target.id, slice.now.unix(), own)? {
                let changed = end_one(tx, id, reason, slice.now)?;
                changes.push(Change { id, before: State::Active, changed, with: Some(target.id) });
            }
        }
        Ok(())
    })
}

/// Sets the end of a slice, and cuts the families under it to that.
pub(super) fn expire(
    store: &mut SqliteStore,
    slice: &Slice<'_>,
    at: Timestamp,
    event: Event,
) -> Result<Swept, StoreError> {
    let now = slice.now.unix();
    sweep(store, slice, event, |tx, target, own, changes| {
        let end = at.unix().min(target.limit);
        let deadline = target.head_deadline.map_or(end, |head| head.min(end));
        let changed = target.before == State::Active
            && tx
                .prepare_cached(
                    "UPDATE session SET scheduled_at = ?3, deadline = ?4 \
                     WHERE id = ?1 AND deadline > ?2 AND ended_at IS NULL",
                )?
                .execute(params![target.id.get(), now, end, deadline])?
                == 1;
        changes.push(Change { id: target.id, before: target.before, changed, with: None });
        if changed && target.is_head {
            for id in living_children(tx, target.id, deadline.max(now), own)? {
                let mut cut =
                    tx.prepare_cached("UPDATE session SET deadline = ?2 WHERE id = ?1 AND deadline > ?2")?;
                let changed = cut.execute(params![id.get(), deadline])? == 1;
                changes.push(Change { id, before: State::Active, changed, with: Some(target.id) });
            }
        }
        Ok(())
    })
}

/// Deletes the dead ones of a slice; a head only when nothing stands under it any more.
pub(super) fn prune(store: &mut SqliteStore, slice: &Slice<'_>, event: Event) -> Result<Swept, StoreError> {
    sweep(store, slice, event, |tx, target, _, changes| {
        let changed = target.before != State::Active && !(target.is_head && has_children(tx, target.id)?);
        if changed {
            for sql in [
                "DELETE FROM session_data WHERE session_id = ?1",
                "DELETE FROM retired_token WHERE session_id = ?1",
                "DELETE FROM session WHERE id = ?1",
            ] {
                tx.prepare_cached(sql)?.execute([target.id.get()])?;
            }
        }
        changes.push(Change { id: target.id, before: target.before, changed, with: None });
        Ok(())
    })
}

/// Runs `act` on each session of a slice that still matches under the write lock.
fn sweep(
    store: &mut SqliteStore,
    slice: &Slice<'_>,
    event: Event,
    mut act: impl FnMut(
        &Transaction<'_>,
        &Target,
        &HashSet<SessionId>,
        &mut Vec<Change>,
    ) -> Result<(), StoreError>,
) -> Result<Swept, StoreError> {
    let filter = Filter::of(store.read_conn(), slice.selector, slice.now)?;
    if let Some(expected) = slice.expect {
        let found = filter.count(store.read_conn(), Some(slice.up_to))?;
        if found != expected {
            return Err(StoreError::Unexpected { expected, found });
        }
    }
    let (ids, next) = look_for(store, &filter, slice)?;
    if ids.is_empty() {
        return Ok(Swept { changes: Vec::new(), next });
    }
    let own: HashSet<SessionId> = ids.iter().copied().collect();
    let changes = store.write(|tx| {
        let mut changes = Vec::with_capacity(ids.len());
        let mut asked = Asked::new(&filter);
        for id in &ids {
            if let Some(target) = asked.again(tx, *id, slice.now)? {
                act(tx, &target, &own, &mut changes)?;
            }
        }
        let matched = changes.iter().filter(|change| change.with.is_none()).count() as u64;
        if let Some(expected) = slice.expect.filter(|expected| next.is_none() && *expected != matched) {
            return Err(StoreError::Unexpected { expected, found: matched });
        }
        let mut changed: Vec<SessionId> = changes.iter().filter(|c| c.changed).map(|c| c.id).collect();
        if !changed.is_empty() {
            changed.sort_unstable();
            event::append(tx, &event.about(Subjects::of(&changed)))?;
        }
        Ok(changes)
    })?;
    Ok(Swept { changes, next })
}

/// The ids of a slice, and where the next one begins.
fn look_for(
    store: &SqliteStore,
    filter: &Filter,
    slice: &Slice<'_>,
) -> Result<(Vec<SessionId>, Option<SessionId>), StoreError> {
    let after = slice.after.map_or(0, SessionId::get);
    let end = match slice.selector.ids.is_empty() {
        true => after.saturating_add(WINDOW).min(slice.up_to.get()),
        false => slice.up_to.get(),
    };
    let ids = filter.ids(store.read_conn(), (after, end), slice.limit)?;
    let reached = if ids.len() == slice.limit { ids.last().map_or(end, |id| id.get()) } else { end };
    let next = SessionId::new(reached).filter(|reached| *reached < slice.up_to);
    Ok((ids, next))
}

/// The question whether a session still matches.
struct Asked<'a> {
    sql: String,
    values: &'a [Value],
}

impl<'a> Asked<'a> {
    fn new(filter: &'a Filter) -> Self {
        let (condition, values) = filter.still();
        let sql = format!(
            "SELECT s.kind, s.deadline, s.ended_at, s.absolute_expires_at, \
             (SELECT h.deadline FROM session h WHERE h.id = s.parent_id) \
             FROM session s NOT INDEXED WHERE {condition} AND s.id = ?"
        );
        Asked { sql, values }
    }

    fn again(
        &mut self,
        tx: &Transaction<'_>,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Option<Target>, StoreError> {
        let mut statement = tx.prepare_cached(&self.sql)?;
        let number = Value::Integer(id.get());
        let mut rows = statement.query(params_from_iter(self.values.iter().chain([&number])))?;
        let Some(row) = rows.next()? else { return Ok(None) };
        // What was revoked stays so, even at a moment later than this clock says.
        let before = match (row::moment(row, 1)? > now, row::moment_or_none(row, 2)?) {
            (_, Some(_)) => State::Revoked,
            (true, None) => State::Active,
            (false, None) => State::Expired,
        };
        let is_head = row::kind(row.get(0)?)? == Kind::Sso;
        Ok(Some(Target { id, is_head, before, limit: row.get(3)?, head_deadline: row.get(4)? }))
    }
}

/// Revokes a session if it is active.
fn end_one(tx: &Transaction<'_>, id: SessionId, reason: &str, now: Timestamp) -> Result<bool, StoreError> {
    let mut statement = tx.prepare_cached(
        "UPDATE session SET deadline = ?2, ended_at = ?2, end_reason = ?3 \
         WHERE id = ?1 AND deadline > ?2 AND ended_at IS NULL",
    )?;
    Ok(statement.execute(params![id.get(), now.unix(), reason])? == 1)
}

/// Revokes sessions and the families under them, and returns those that were active.
pub(super) fn end(
    tx: &Transaction<'_>,
    ids: &[SessionId],
    reason: &str,
    now: Timestamp,
) -> Result<Vec<SessionId>, StoreError> {
    let mut ended = Vec::new();
    let none = HashSet::new();
    for id in ids {
        if end_one(tx, *id, reason, now)? {
            ended.push(*id);
            for child in living_children(tx, *id, now.unix(), &none)? {
                if end_one(tx, child, reason, now)? {
                    ended.push(child);
                }
            }
        }
    }
    Ok(ended)
}

/// Revokes everything a user has, with its event.
pub(super) fn end_all_of_user(
    tx: &Transaction<'_>,
    user: UserId,
    reason: &str,
    event: Event,
) -> Result<Vec<SessionId>, StoreError> {
    let now = event.at;
    let sql = "SELECT id FROM session INDEXED BY session_user WHERE user_id = ?1 AND deadline > ?2 AND ended_at IS NULL ORDER BY id";
    let active = ids(tx, sql, (user.0, now.unix()))?;
    let mut ended = end(tx, &active, reason, now)?;
    if !ended.is_empty() {
        ended.sort_unstable();
        event::append(tx, &event.about(Subjects::of(&ended)))?;
    }
    Ok(ended)
}

/// The sessions under a head that would live on after `end`, but those in `own`, whose turn comes.
fn living_children(
    tx: &Transaction<'_>,
    head: SessionId,
    end: i64,
    own: &HashSet<SessionId>,
) -> Result<Vec<SessionId>, StoreError> {
    let sql = "SELECT id FROM session INDEXED BY session_parent WHERE parent_id = ?1 AND deadline > ?2 AND ended_at IS NULL ORDER BY id";
    let mut children = ids(tx, sql, (head.get(), end))?;
    children.retain(|id| !own.contains(id));
    Ok(children)
}

fn has_children(tx: &Transaction<'_>, head: SessionId) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM session INDEXED BY session_parent WHERE parent_id = ?1)";
    Ok(tx.prepare_cached(sql)?.query_row([head.get()], |row| row.get(0))?)
}

fn ids(tx: &Transaction<'_>, sql: &str, values: (i64, i64)) -> Result<Vec<SessionId>, StoreError> {
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(row::id(row.get(0)?)?);
    }
    Ok(ids)
}
