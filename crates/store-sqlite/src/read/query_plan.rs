//! Through which index the rows of a selector are read. The planner has no statistics (nothing runs ANALYZE) and
//! guesses wrong on a table of which 98 % have ended, so the access path is chosen here, by what an index shows.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use sessionctl_core::model::selector::{Selector, Sort, StateFilter};
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::Page;

use crate::error::SqliteError;

/// So many rows are read through the index on deadlines and sorted; if more would be, the table is walked in its
/// own order, where that many are met soon.
const FEW_ROWS_THRESHOLD: i64 = 20_000;
/// Of a user with more sessions, the active ones are looked for among all that are active.
const MANY_ROWS_THRESHOLD: i64 = 2_000;
/// So many of the newest rows are looked at before anything else, and then so many: both cost little sidecar_path what is
/// saved where the page is found there.
const NEWEST_ROWS_PROBED: [i64; 2] = [2_000, 30_000];
/// A larger page is not looked for there.
const SMALL_PAGE_ROWS: u64 = 500;
/// No clock is believed that is further behind the newest event, save in a sandbox: an id tells when a row was made
/// to within this. Twelve times [`sessionctl_core::model::session::CLOCK_TOLERANCE`], to be on the safe side.
const DEADLINE_MARGIN: Duration = Duration::from_secs(3_600);

/// A query_plan to the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccessPath {
    /// By number.
    Table,
    User,
    Family,
    Api,
    Deadline,
}

impl AccessPath {
    /// As it is forced upon SQLite.
    pub(crate) fn forced(self) -> &'static str {
        match self {
            AccessPath::Table => "NOT INDEXED",
            AccessPath::User => "INDEXED BY session_user",
            AccessPath::Family => "INDEXED BY session_parent",
            AccessPath::Api => "INDEXED BY session_api",
            AccessPath::Deadline => "INDEXED BY session_deadline",
        }
    }
}

/// The query_plan to all that match, part after part.
pub(crate) fn for_all(
    conn: &Connection,
    selector: &Selector,
    now: Timestamp,
) -> Result<AccessPath, SqliteError> {
    if let Some(query_plan) = by_user(selector) {
        return Ok(query_plan);
    }
    let few = match (selector.effective_state(), selector.expiring_by, selector.ended_by) {
        (_, _, Some(end)) => few_between(conn, i64::MIN, end.unix())?,
        (_, Some(end), _) => few_between(conn, now.unix(), end.unix())?,
        (StateFilter::Only(State::Active), ..) => few_active(conn, now)?,
        _ => false,
    };
    Ok(if few { AccessPath::Deadline } else { AccessPath::Table })
}

/// The query_plan to a page, or to all in an order.
pub(crate) fn for_page(
    conn: &Connection,
    selector: &Selector,
    page: Page,
    now: Timestamp,
) -> Result<AccessPath, SqliteError> {
    let active = selector.effective_state() == StateFilter::Only(State::Active);
    let (small, expiring) = (page.limit.is_some(), page.sort == Sort::Expiring);
    match by_user(selector) {
        // They lie in the order asked for, and those of so busy a user are met soon.
        Some(AccessPath::User) if small && expiring && active && has_many(conn, selector)? => {
            Ok(AccessPath::Deadline)
        }
        Some(query_plan) => Ok(query_plan),
        None if expiring || small && active => Ok(AccessPath::Deadline),
        None => for_all(conn, selector, now),
    }
}

/// The ids above which a page is looked for first, one after the other, where it may well be.
pub(crate) fn newest_above(
    conn: &Connection,
    query_plan: AccessPath,
    page: Page,
) -> Result<Vec<i64>, SqliteError> {
    let small = page.limit.is_some_and(|limit| limit <= SMALL_PAGE_ROWS);
    if !small || query_plan != AccessPath::Deadline || page.sort != Sort::Newest {
        return Ok(Vec::new());
    }
    let top = match page.after {
        Some(cursor) => cursor.id.get(),
        None => newest(conn)?,
    };
    Ok(NEWEST_ROWS_PROBED.map(|rows| top.saturating_sub(rows)).to_vec())
}

/// The ids between which lies what was made, or can have been last seen, at the times that are asked for: above the
/// one and up to the other.
pub(crate) fn made_between(
    conn: &Connection,
    selector: &Selector,
) -> Result<(Option<i64>, Option<i64>), SqliteError> {
    // Nothing is seen before it is made.
    let before = [selector.created_before, selector.seen_before].into_iter().flatten().min();
    if before.is_none() && selector.created_after.is_none() {
        return Ok((None, None));
    }
    let sandbox: bool = conn.query_row("SELECT sandbox FROM meta WHERE id = 1", [], |row| row.get(0))?;
    if sandbox {
        return Ok((None, None));
    }
    let above =
        selector.created_after.map(|at| newest_made_before(conn, at.minus(DEADLINE_MARGIN))).transpose()?;
    let up_to = before.map(|at| newest_made_before(conn, at.plus(DEADLINE_MARGIN))).transpose()?;
    Ok((above, up_to))
}

/// An id up to which rows were made before a moment, and above which they were made then or later, save for what
/// the clock was wrong. Found by halving: rows are made in the order of their ids.
fn newest_made_before(conn: &Connection, moment: Timestamp) -> Result<i64, SqliteError> {
    let sql = "SELECT id, created_at FROM session WHERE id > ?1 ORDER BY id LIMIT 1";
    let mut statement = conn.prepare_cached(sql)?;
    let (mut before, mut end) = (0, newest(conn)?);
    while before < end {
        let middle = before + (end - before) / 2;
        let next: Option<(i64, i64)> =
            statement.query_row([middle], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        match next {
            Some((id, made_at)) if made_at < moment.unix() => before = id,
            // Between the middle and that row there is none.
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

/// The query_plan to the sessions that are named, or belong together.
fn by_user(selector: &Selector) -> Option<AccessPath> {
    if !selector.ids.is_empty() {
        return Some(AccessPath::Table);
    }
    if selector.under.is_some() {
        return Some(AccessPath::Family);
    }
    if selector.user.is_some() {
        return Some(AccessPath::User);
    }
    // Nothing else carries scopes.
    (selector.kind == Some(Kind::Api) || selector.scope.is_some()).then_some(AccessPath::Api)
}

/// Whether the user, of that name or any that had it, has many sessions.
fn has_many(conn: &Connection, selector: &Selector) -> Result<bool, SqliteError> {
    let Some(name) = &selector.user else { return Ok(false) };
    let sql = "SELECT count(*) FROM (SELECT 1 FROM session INDEXED BY session_user WHERE user_id IN ( \
               SELECT id FROM user WHERE name_key = ?1 AND removed_at IS NULL \
               UNION ALL SELECT id FROM user WHERE name_key = ?1 AND removed_at IS NOT NULL) LIMIT ?2)";
    let found: i64 = conn
        .prepare_cached(sql)?
        .query_row(params![name.key(), MANY_ROWS_THRESHOLD + 1], |row| row.get(0))?;
    Ok(found > MANY_ROWS_THRESHOLD)
}

/// Whether few sessions are active.
pub(crate) fn few_active(conn: &Connection, now: Timestamp) -> Result<bool, SqliteError> {
    few_between(conn, now.unix(), i64::MAX)
}

/// Whether few sessions have their deadline after the one moment and up to the other.
fn few_between(conn: &Connection, after: i64, up_to: i64) -> Result<bool, SqliteError> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM session INDEXED BY session_deadline \
               WHERE deadline > ?1 AND deadline <= ?2 LIMIT ?3)";
    let found: i64 = conn
        .prepare_cached(sql)?
        .query_row(params![after, up_to, FEW_ROWS_THRESHOLD + 1], |row| row.get(0))?;
    Ok(found <= FEW_ROWS_THRESHOLD)
}
