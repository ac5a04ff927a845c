//! Through which index the rows of a selector are read. The planner has no statistics (nothing runs ANALYZE) and
//! guesses wrong on a table of which 98 % have ended, so the access path is chosen here, by what an index shows.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use sessionctl_core::model::selector::{Selector, Sort, StateFilter};
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::Page;

use super::account;
use crate::error::SqliteError;

/// Up to this many rows are read through the index on deadlines and sorted; if there are more, the table is read in its
/// own order, where a page is filled soon.
const FEW_ROWS_THRESHOLD: i64 = 20_000;
/// For a list, which reads them once, up to this part of all rows: 1 in 32. Reading a row through the index costs up to
/// thirty times as much as reading it in the table's order.
const FEW_ROWS_SHARE: i64 = 32;
/// The active sessions of a user with more sessions than this are searched among all active ones.
const MANY_ROWS_THRESHOLD: i64 = 2_000;
/// These numbers of newest rows are read first, one after the other: both cost little compared with what is saved where
/// the page is found there.
const NEWEST_ROWS_PROBED: [i64; 2] = [2_000, 30_000];
/// A larger page is not searched there.
const SMALL_PAGE_ROWS: u64 = 500;
/// By how much the creation times of rows in the order of their ids can go back. Nothing is created by a clock further
/// behind the latest event than [`sessionctl_core::model::session::CLOCK_TOLERANCE`], except in a sandbox; this is
/// twelve times that.
const DEADLINE_MARGIN: Duration = Duration::from_secs(3_600);

/// An access path to the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccessPath {
    /// By id.
    Table,
    User,
    /// Those of a user that were revoked.
    Revoked,
    Parent,
    Api,
    Deadline,
}

impl AccessPath {
    /// The clause that forces it.
    pub(crate) fn forced(self) -> &'static str {
        match self {
            AccessPath::Table => "NOT INDEXED",
            AccessPath::User => "INDEXED BY session_user",
            AccessPath::Revoked => "INDEXED BY session_revoked",
            AccessPath::Parent => "INDEXED BY session_parent",
            AccessPath::Api => "INDEXED BY session_api",
            AccessPath::Deadline => "INDEXED BY session_deadline",
        }
    }
}

/// The access path to all that match, part after part.
pub(crate) fn for_all(
    conn: &Connection,
    selector: &Selector,
    now: Timestamp,
) -> Result<AccessPath, SqliteError> {
    match by_relation(selector) {
        Some(AccessPath::User) if active_are_fewer(conn, selector, now)? => Ok(AccessPath::Deadline),
        Some(access_path) => Ok(access_path),
        None => by_deadline(conn, selector, now, FEW_ROWS_THRESHOLD),
    }
}

/// Through the index on deadlines, where it leads to at most this many rows.
fn by_deadline(
    conn: &Connection,
    selector: &Selector,
    now: Timestamp,
    max_rows: i64,
) -> Result<AccessPath, SqliteError> {
    let few = match (selector.effective_state(), selector.expiring_by, selector.ended_by) {
        (_, _, Some(end)) => few_between(conn, i64::MIN, end.unix(), max_rows)?,
        (_, Some(end), _) => few_between(conn, now.unix(), end.unix(), max_rows)?,
        (StateFilter::Only(State::Active), ..) => few_between(conn, now.unix(), i64::MAX, max_rows)?,
        _ => match (selector.active_at, selector.ended_after, selector.ended_before) {
            (None, None, None) => false,
            (after, ended_after, before) => {
                let after = after.map(Timestamp::unix).max(ended_after.map(|at| at.unix() - 1));
                let (after, before) = (after.unwrap_or(i64::MIN), before.map_or(i64::MAX, Timestamp::unix));
                few_between(conn, after, before, max_rows)?
            }
        },
    };
    Ok(if few { AccessPath::Deadline } else { AccessPath::Table })
}

/// The access path to a page, or to all in an order.
pub(crate) fn for_page(
    conn: &Connection,
    selector: &Selector,
    page: Page,
    now: Timestamp,
) -> Result<AccessPath, SqliteError> {
    let active = selector.effective_state() == StateFilter::Only(State::Active);
    let (small, expiring) = (page.limit.is_some(), page.sort == Sort::Expiring);
    match by_relation(selector) {
        // The index is in the requested order, and a user with many sessions fills the page soon.
        Some(AccessPath::User)
            if small && expiring && active && has_many(conn, selector, MANY_ROWS_THRESHOLD)? =>
        {
            Ok(AccessPath::Deadline)
        }
        Some(AccessPath::User) if !small && active_are_fewer(conn, selector, now)? => {
            Ok(AccessPath::Deadline)
        }
        Some(access_path) => Ok(access_path),
        None if expiring || small && active => Ok(AccessPath::Deadline),
        None => {
            let max_rows = FEW_ROWS_THRESHOLD.max(newest(conn)? / FEW_ROWS_SHARE);
            by_deadline(conn, selector, now, max_rows)
        }
    }
}

/// The ids above which a page is searched first, one after the other, because it is probably there.
pub(crate) fn newest_above(
    conn: &Connection,
    access_path: AccessPath,
    page: Page,
) -> Result<Vec<i64>, SqliteError> {
    let small = page.limit.is_some_and(|limit| limit <= SMALL_PAGE_ROWS);
    if !small || access_path != AccessPath::Deadline || page.sort != Sort::Newest {
        return Ok(Vec::new());
    }
    let top = match page.after {
        Some(cursor) => cursor.id.get(),
        None => newest(conn)?,
    };
    Ok(NEWEST_ROWS_PROBED.map(|rows| top.saturating_sub(rows)).to_vec())
}

/// The range of ids (above the first, up to the second) that contains all sessions created, or possibly last seen, at
/// the times of a selector.
pub(crate) fn created_between(
    conn: &Connection,
    selector: &Selector,
) -> Result<(Option<i64>, Option<i64>), SqliteError> {
    // Nothing is seen before it is created.
    let before =
        [selector.created_before, selector.seen_before, selector.active_at].into_iter().flatten().min();
    if before.is_none() && selector.created_after.is_none() {
        return Ok((None, None));
    }
    let sandbox: bool = conn.query_row("SELECT sandbox FROM meta WHERE id = 1", [], |row| row.get(0))?;
    if sandbox {
        return Ok((None, None));
    }
    let above = selector
        .created_after
        .map(|at| newest_created_before(conn, at.minus(DEADLINE_MARGIN)))
        .transpose()?;
    let up_to = before.map(|at| newest_created_before(conn, at.plus(DEADLINE_MARGIN))).transpose()?;
    Ok((above, up_to))
}

/// An id up to which rows were created before a time, and above which they were created then or later, except for the
/// error of the clock. Found by bisection: rows are created in the order of their ids.
fn newest_created_before(conn: &Connection, moment: Timestamp) -> Result<i64, SqliteError> {
    let sql = "SELECT id, created_at FROM session WHERE id > ?1 ORDER BY id LIMIT 1";
    let mut statement = conn.prepare_cached(sql)?;
    let (mut before, mut end) = (0, newest(conn)?);
    while before < end {
        let middle = before + (end - before) / 2;
        let next: Option<(i64, i64)> =
            statement.query_row([middle], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        match next {
            Some((id, created_at)) if created_at < moment.unix() => before = id,
            // There is no row between the middle and that one.
            _ => end = middle,
        }
    }
    Ok(before)
}

fn newest(conn: &Connection) -> Result<i64, SqliteError> {
    let newest: Option<i64> =
        conn.prepare_cached("SELECT max(id) FROM session")?.query_row([], |row| row.get(0))?;
    Ok(newest.unwrap_or(0))
}

/// The access path to sessions that are named or belong together, if the selector has one.
fn by_relation(selector: &Selector) -> Option<AccessPath> {
    if !selector.ids.is_empty() {
        return Some(AccessPath::Table);
    }
    if selector.parent.is_some() {
        return Some(AccessPath::Parent);
    }
    if !selector.user.any_of.is_empty() {
        let revoked = selector.effective_state() == StateFilter::Only(State::Revoked);
        return Some(if revoked { AccessPath::Revoked } else { AccessPath::User });
    }
    // Only API tokens have scopes.
    let api = selector.kind.single() == Some(&Kind::Api) || !selector.scope.any_of.is_empty();
    api.then_some(AccessPath::Api)
}

/// Whether active sessions of users are sought, and all active ones are fewer than those of one of these users in any
/// state: what a user has gathered over the years is not read then.
fn active_are_fewer(conn: &Connection, selector: &Selector, now: Timestamp) -> Result<bool, SqliteError> {
    if selector.effective_state() != StateFilter::Only(State::Active)
        || !has_many(conn, selector, MANY_ROWS_THRESHOLD)?
    {
        return Ok(false);
    }
    let max_rows = FEW_ROWS_THRESHOLD.max(newest(conn)? / FEW_ROWS_SHARE);
    let active = count_between(conn, now.unix(), i64::MAX, max_rows)?;
    Ok(active <= max_rows && has_many(conn, selector, active)?)
}

/// Whether one of the selected accounts has more sessions than this.
fn has_many(conn: &Connection, selector: &Selector, threshold: i64) -> Result<bool, SqliteError> {
    for name in &selector.user.any_of {
        if let Some(account) = account::exactly(conn, name)?
            && account_has_many(conn, account.id, threshold)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn account_has_many(conn: &Connection, id: UserId, threshold: i64) -> Result<bool, SqliteError> {
    let sql = "SELECT count(*) FROM \
               (SELECT 1 FROM session INDEXED BY session_user WHERE user_id = ?1 LIMIT ?2)";
    let found: i64 = conn.prepare_cached(sql)?.query_row(params![id.0, threshold + 1], |row| row.get(0))?;
    Ok(found > threshold)
}

/// Whether few sessions are active.
pub(crate) fn few_active(conn: &Connection, now: Timestamp) -> Result<bool, SqliteError> {
    few_between(conn, now.unix(), i64::MAX, FEW_ROWS_THRESHOLD)
}

/// Whether at most `max_rows` sessions have a deadline after the first time and up to the second.
fn few_between(conn: &Connection, after: i64, up_to: i64, max_rows: i64) -> Result<bool, SqliteError> {
    Ok(count_between(conn, after, up_to, max_rows)? <= max_rows)
}

/// How many sessions have a deadline after the first time and up to the second; more than `max_rows` are not counted
/// further.
fn count_between(conn: &Connection, after: i64, up_to: i64, max_rows: i64) -> Result<i64, SqliteError> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM session INDEXED BY session_deadline \
               WHERE deadline > ?1 AND deadline <= ?2 LIMIT ?3)";
    Ok(conn.prepare_cached(sql)?.query_row(params![after, up_to, max_rows + 1], |row| row.get(0))?)
}
