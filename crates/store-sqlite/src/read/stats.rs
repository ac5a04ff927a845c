//! Counts all sessions in one pass over the table: a query for each group would read the table once more.

use std::collections::HashMap;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};
use sessionctl_core::model::session::{CLOCK_TOLERANCE, Kind, State};
use sessionctl_core::model::time::{Timestamp, seconds};
use sessionctl_core::store::{GroupCount, SessionStats};

use super::counts::{Counts, Moment};
use super::latest::is_sandbox;
use super::row;
use super::user_counts::UserCounts;
use crate::error::{SqliteError, corrupt};

/// The steps of a histogram, in seconds.
struct Steps<'a>(&'a [Duration]);

impl Steps<'_> {
    /// The index of the step of a duration: the first for which `fits` holds, else the one after the last.
    fn index_of(&self, length: i64, fits: impl Fn(i64, i64) -> bool) -> usize {
        self.0.iter().position(|step| fits(length, seconds(*step))).unwrap_or(self.0.len())
    }
}

/// Counts all sessions, and the active ones by age and by the time they have left.
pub(crate) fn stats(
    conn: &Connection,
    now: Timestamp,
    steps: &[Duration],
    max_groups: usize,
) -> Result<SessionStats, SqliteError> {
    let moment = Moment { now: now.unix(), revoked_by: now.plus(CLOCK_TOLERANCE).unix() };
    let (now, steps) = (moment.now, Steps(steps));
    // All of one moment, also where the table is read again for further users.
    let _snapshot = if conn.is_autocommit() { Some(conn.unchecked_transaction()?) } else { None };
    let mut stats = SessionStats {
        ages: vec![0; steps.0.len() + 1],
        ends: vec![0; steps.0.len() + 1],
        ..SessionStats::default()
    };
    let mut all = Counts::default();
    let mut kinds = [Counts::default(); Kind::ALL.len()];
    let mut users = UserCounts::new(max_groups);
    let mut without_user = Counts::default();
    let (mut apps, mut without_app) = (HashMap::<String, Counts>::new(), Counts::default());
    // In a sandbox, whose time can be set back, later sessions do not exist yet.
    let exists_by = if is_sandbox(conn)? { now } else { i64::MAX };
    let sql = "SELECT kind, user_id, app, created_at, deadline, ended_at FROM session NOT INDEXED \
               WHERE created_at <= ?1";
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([exists_by])?;
    while let Some(row) = rows.next()? {
        let (created_at, deadline): (i64, i64) = (row.get(3)?, row.get(4)?);
        let ended_at: Option<i64> = row.get(5)?;
        let state = moment.state(deadline, ended_at);
        all.add(state);
        kinds[row::kind(row.get(0)?)? as usize].add(state);
        match row.get::<_, Option<i64>>(1)? {
            None => without_user.add(state),
            Some(user) => users.add(user, state),
        }
        app(row, &mut apps, &mut without_app)?.add(state);
        if state == State::Active {
            stats.ages[steps.index_of(now - created_at, |age, step| age < step)] += 1;
            stats.ends[steps.index_of(deadline - now, |left, step| left <= step)] += 1;
        }
    }
    stats.all = group_count(String::new(), all);
    stats.kinds = Kind::ALL
        .iter()
        .zip(kinds)
        .map(|(kind, counts)| group_count(kind.as_str().to_owned(), counts))
        .collect();
    sort(&mut stats.kinds);
    stats.kinds.retain(|group_count| group_count.active + group_count.expired + group_count.revoked > 0);
    users.add_group(None, without_user);
    count_further_users(conn, &mut users, moment, exists_by)?;
    let named = users.largest().into_iter().map(|(id, counts)| Ok(group_count(name_of(conn, id)?, counts)));
    stats.users = named.collect::<Result<_, SqliteError>>()?;
    if without_app.all() > 0 {
        apps.insert(String::new(), without_app);
    }
    stats.apps = largest(apps, max_groups);
    Ok(stats)
}

/// Reads the table again for the users whose counts did not fit before.
fn count_further_users(
    conn: &Connection,
    users: &mut UserCounts,
    moment: Moment,
    exists_by: i64,
) -> Result<(), SqliteError> {
    while let Some(first) = users.next_range() {
        let sql = "SELECT deadline, ended_at, user_id FROM session NOT INDEXED WHERE created_at <= ?1 AND user_id >= ?2";
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([exists_by, first])?;
        while let Some(row) = rows.next()? {
            let (deadline, ended_at) = (row.get(0)?, row.get(1)?);
            users.add(row.get(2)?, moment.state(deadline, ended_at));
        }
    }
    Ok(())
}

/// The counts of a row's application, without allocating its name for each row.
fn app<'a>(
    row: &Row<'_>,
    apps: &'a mut HashMap<String, Counts>,
    without: &'a mut Counts,
) -> Result<&'a mut Counts, SqliteError> {
    let name = match row.get_ref(2)? {
        ValueRef::Null => return Ok(without),
        value => value.as_str().map_err(|_| corrupt("an application that is not text"))?,
    };
    if !apps.contains_key(name) {
        apps.insert(name.to_owned(), Counts::default());
    }
    apps.get_mut(name).ok_or_else(|| corrupt("an application that is not text"))
}

fn name_of(conn: &Connection, id: Option<i64>) -> Result<String, SqliteError> {
    let Some(id) = id else { return Ok(String::new()) };
    let sql = "SELECT name FROM user WHERE id = ?1";
    let name: Option<String> = conn.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
    name.ok_or_else(|| corrupt("the id of a user that does not exist"))
}

/// The groups with most active sessions.
fn largest(groups: HashMap<String, Counts>, max_groups: usize) -> Vec<GroupCount> {
    let mut groups: Vec<(String, Counts)> = groups.into_iter().collect();
    let size = |c: &Counts| (c.active, c.all());
    groups.sort_by(|(a, x), (b, y)| size(y).cmp(&size(x)).then_with(|| a.cmp(b)));
    groups.truncate(max_groups);
    groups.into_iter().map(|(name, counts)| group_count(name, counts)).collect()
}

fn sort(tallies: &mut [GroupCount]) {
    tallies.sort_by_key(|group_count| {
        std::cmp::Reverse((
            group_count.active,
            group_count.active + group_count.expired + group_count.revoked,
        ))
    });
}

fn group_count(name: String, Counts { active, expired, revoked }: Counts) -> GroupCount {
    GroupCount { name, active, expired, revoked }
}
