//! Counts of sessions: grouped by the server, because the rows themselves need not cross the network.

use std::time::Duration;

use sessionctl_core::model::session::{CLOCK_TOLERANCE, Kind};
use sessionctl_core::model::time::{Timestamp, seconds};
use sessionctl_core::store::{GroupCount, SessionStats};

use super::{latest, row};
use crate::connection::Connection;
use crate::error::PostgresError;
use crate::store::PostgresStore;
use crate::value::values;

/// The sessions that exist: those that were created until `$3`.
const EXISTING: &str = "sessionctl.session WHERE created_at <= $3";

/// The states of sessions at `$1`; a revocation counts until `$2`.
const COUNTS: &str = "count(*) FILTER (WHERE (ended_at IS NULL OR ended_at > $2) AND deadline > $1) AS active, \
     count(*) FILTER (WHERE (ended_at IS NULL OR ended_at > $2) AND deadline <= $1) AS expired, \
     count(*) FILTER (WHERE ended_at <= $2) AS revoked";

/// Counts all sessions, and the active ones by age and by the time they have left.
pub(crate) fn stats(
    store: &PostgresStore,
    now: Timestamp,
    steps: &[Duration],
    max_groups: usize,
) -> Result<SessionStats, PostgresError> {
    store.snapshot(|store| {
        // In a sandbox, whose time can be set back, later sessions do not exist yet.
        let exists_by = if latest::is_sandbox(store)? { now.unix() } else { i64::MAX };
        let times = (now.unix(), now.plus(CLOCK_TOLERANCE).unix(), exists_by);
        let kind_name = format!("({})[g.key + 1]", kind_names());
        let all = Grouping { key: "0", name: "''::text", join: "", order: "g.key" };
        let kinds = Grouping { key: "kind", name: &kind_name, ..all };
        let join = "LEFT JOIN sessionctl.account a ON a.id = g.key";
        let users = Grouping { key: "user_id", name: "a.name", join, ..all };
        let apps = Grouping { key: "app", name: "g.key", order: "g.key COLLATE \"C\"", ..all };
        Ok(SessionStats {
            all: groups(store, all, times, 1)?.pop().unwrap_or_default(),
            kinds: groups(store, kinds, times, Kind::ALL.len())?,
            users: groups(store, users, times, max_groups)?,
            apps: groups(store, apps, times, max_groups)?,
            ages: histogram(store, "$1 - created_at < step", times, steps)?,
            ends: histogram(store, "deadline - $1 <= step", times, steps)?,
        })
    })
}

fn kind_names() -> String {
    let names: Vec<String> = Kind::NAMES.iter().map(|name| format!("'{name}'")).collect();
    format!("ARRAY[{}]", names.join(", "))
}

/// What sessions are grouped by: an expression over a session, the name of a group `g`, and the order of groups of one
/// size.
#[derive(Clone, Copy)]
struct Grouping<'a> {
    key: &'a str,
    name: &'a str,
    join: &'a str,
    order: &'a str,
}

/// The groups with most active sessions.
fn groups(
    connection: &Connection,
    Grouping { key, name, join, order }: Grouping<'_>,
    (now, revoked_by, exists_by): (i64, i64, i64),
    max_groups: usize,
) -> Result<Vec<GroupCount>, PostgresError> {
    let sql = format!(
        "SELECT {name}, g.active, g.expired, g.revoked FROM (SELECT {key} AS key, {COUNTS} \
         FROM {EXISTING} GROUP BY 1) g {join} \
         ORDER BY g.active DESC, g.active + g.expired + g.revoked DESC, {order} NULLS FIRST LIMIT $4"
    );
    let limit = i64::try_from(max_groups).unwrap_or(i64::MAX);
    let rows = connection.query(&sql, values![now, revoked_by, exists_by, limit])?;
    rows.iter()
        .map(|group| {
            Ok(GroupCount {
                name: group.try_get::<_, Option<String>>(0)?.unwrap_or_default(),
                active: row::unsigned(group, 1)?,
                expired: row::unsigned(group, 2)?,
                revoked: row::unsigned(group, 3)?,
            })
        })
        .collect()
}

/// The active sessions in each step: the first for which `fits` holds, else the one after the last.
fn histogram(
    connection: &Connection,
    fits: &str,
    (now, revoked_by, exists_by): (i64, i64, i64),
    steps: &[Duration],
) -> Result<Vec<u64>, PostgresError> {
    let sql = format!(
        "SELECT coalesce((SELECT min(number) FROM unnest($4) WITH ORDINALITY AS steps (step, number) WHERE {fits}), \
         cardinality($4) + 1), count(*) FROM {EXISTING} \
         AND (ended_at IS NULL OR ended_at > $2) AND deadline > $1 GROUP BY 1"
    );
    let lengths: Vec<i64> = steps.iter().map(|step| seconds(*step)).collect();
    let mut counts = vec![0; steps.len() + 1];
    for group in connection.query(&sql, values![now, revoked_by, exists_by, lengths])? {
        let number = usize::try_from(group.try_get::<_, i64>(0)?).unwrap_or(0);
        if let Some(count) = counts.get_mut(number.wrapping_sub(1)) {
            *count = row::unsigned(&group, 1)?;
        }
    }
    Ok(counts)
}
