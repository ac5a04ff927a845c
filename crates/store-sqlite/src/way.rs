//! By which way the rows of a selector are reached. The planner knows no figures (nothing runs ANALYZE) and
//! guesses wrong on a table of which 98 % are dead, so the way is chosen here, by what a look at an index tells.

use crate::fault::SqliteError;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use sessionctl_core::model::selector::{Selector, Sort, StateFilter};
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::Page;

/// So many rows are read through the index on deadlines and sorted; if more would be, the table is walked in its
/// own order, where that many are met soon.
const FEW: i64 = 20_000;
/// Of a user with more sessions, the active ones are looked for among all that are active.
const MANY: i64 = 2_000;
/// So many of the newest rows are looked at before anything else, and then so many: both cost little beside what is
/// saved where the page is found there.
const NEWEST: [i64; 2] = [2_000, 30_000];
/// A larger page is not looked for there.
const SMALL: u64 = 500;
/// No clock is believed that is further behind the newest event, save in a sandbox: an id tells when a row was made
/// to within this. Twelve times [`sessionctl_core::model::session::CLOCK_TOLERANCE`], to be on the safe side.
const SLACK: Duration = Duration::from_secs(3_600);

/// A way to the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By number.
    Table,
    User,
    Family,
    Api,
    Deadline,
}

impl Way {
    /// As it is forced upon SQLite.
    pub(super) fn forced(self) -> &'static str {
        match self {
            Way::Table => "NOT INDEXED",
            Way::User => "INDEXED BY session_user",
            Way::Family => "INDEXED BY session_parent",
            Way::Api => "INDEXED BY session_api",
            Way::Deadline => "INDEXED BY session_deadline",
        }
    }
}

/// The way to all that match, part after part.
pub(super) fn for_all(conn: &Connection, selector: &Selector, now: Timestamp) -> Result<Way, SqliteError> {
    if let Some(way) = by_whose(selector) {
        return Ok(way);
    }
    let few = match (selector.effective_state(), selector.expiring_by, selector.ended_by) {
        (_, _, Some(end)) => few_between(conn, i64::MIN, end.unix())?,
        (_, Some(end), _) => few_between(conn, now.unix(), end.unix())?,
        (StateFilter::Only(State::Active), ..) => few_active(conn, now)?,
        _ => false,
    };
    Ok(if few { Way::Deadline } else { Way::Table })
}

/// The way to a page, or to all in an order.
pub(super) fn for_page(
    conn: &Connection,
    selector: &Selector,
    page: Page,
    now: Timestamp,
) -> Result<Way, SqliteError> {
    let active = selector.effective_state() == StateFilter::Only(State::Active);
    let (small, expiring) = (page.limit.is_some(), page.sort == Sort::Expiring);
    match by_whose(selector) {
        // They lie in the order asked for, and those of so busy a user are met soon.
        Some(Way::User) if small && expiring && active && has_many(conn, selector)? => Ok(Way::Deadline),
        Some(way) => Ok(way),
        None if expiring || small && active => Ok(Way::Deadline),
        None => for_all(conn, selector, now),
    }
}

/// The ids above which a page is looked for first, one after the other, where it may well be.
pub(super) fn newest_above(conn: &Connection, way: Way, page: Page) -> Result<Vec<i64>, SqliteError> {
    let small = page.limit.is_some_and(|limit| limit <= SMALL);
    if !small || way != Way::Deadline || page.sort != Sort::Newest {
        return Ok(Vec::new());
    }
    let top = match page.after {
        Some(cursor) => cursor.id.get(),
        None => newest(conn)?,
    };
    Ok(NEWEST.map(|rows| top.saturating_sub(rows)).to_vec())
}

/// The ids between which lies what was made, or can have been last seen, at the times that are asked for: above the
/// one and up to the other.
pub(super) fn made_between(
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
    let above = selector.created_after.map(|at| newest_made_before(conn, at.minus(SLACK))).transpose()?;
    let up_to = before.map(|at| newest_made_before(conn, at.plus(SLACK))).transpose()?;
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

/// The way to the sessions that are named, or belong together.
fn by_whose(selector: &Selector) -> Option<Way> {
    if !selector.ids.is_empty() {
        return Some(Way::Table);
    }
    if selector.under.is_some() {
        return Some(Way::Family);
    }
    if selector.user.is_some() {
        return Some(Way::User);
    }
    // Nothing else carries scopes.
    (selector.kind == Some(Kind::Api) || selector.scope.is_some()).then_some(Way::Api)
}

/// Whether the user, of that name or any that had it, has many sessions.
fn has_many(conn: &Connection, selector: &Selector) -> Result<bool, SqliteError> {
    let Some(name) = &selector.user else { return Ok(false) };
    let sql = "SELECT count(*) FROM (SELECT 1 FROM session INDEXED BY session_user WHERE user_id IN ( \
               SELECT id FROM user WHERE name_key = ?1 AND removed_at IS NULL \
               UNION ALL SELECT id FROM user WHERE name_key = ?1 AND removed_at IS NOT NULL) LIMIT ?2)";
    let found: i64 = conn.prepare_cached(sql)?.query_row(params![name.key(), MANY + 1], |row| row.get(0))?;
    Ok(found > MANY)
}

/// Whether few sessions are active.
pub(super) fn few_active(conn: &Connection, now: Timestamp) -> Result<bool, SqliteError> {
    few_between(conn, now.unix(), i64::MAX)
}

/// Whether few sessions have their deadline after the one moment and up to the other.
fn few_between(conn: &Connection, after: i64, up_to: i64) -> Result<bool, SqliteError> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM session INDEXED BY session_deadline \
               WHERE deadline > ?1 AND deadline <= ?2 LIMIT ?3)";
    let found: i64 = conn.prepare_cached(sql)?.query_row(params![after, up_to, FEW + 1], |row| row.get(0))?;
    Ok(found <= FEW)
}
