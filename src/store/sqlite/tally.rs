//! Counts of sessions by group and state.

use rusqlite::{Connection, params};

use super::row;
use crate::domain::session::{CLOCK_TOLERANCE, Kind};
use crate::domain::time::Timestamp;
use crate::store::{GroupBy, StoreError, Tally};

/// The largest groups first, at most `most`.
pub(super) fn tally(
    conn: &Connection,
    by: GroupBy,
    now: Timestamp,
    most: usize,
) -> Result<Vec<Tally>, StoreError> {
    let group = match by {
        GroupBy::Nothing => "NULL",
        GroupBy::Kind => "s.kind",
        GroupBy::User => "s.user_id",
        GroupBy::App => "s.app",
    };
    // Names are looked up for the groups that are shown, not for every session.
    let name = match by {
        GroupBy::Nothing => "''",
        GroupBy::Kind => "CAST(g AS TEXT)",
        GroupBy::User => "coalesce((SELECT name FROM user u WHERE u.id = g), '')",
        GroupBy::App => "coalesce(g, '')",
    };
    let sql = format!(
        "SELECT {name}, active, expired, total - active - expired FROM ( \
            SELECT {group} AS g, count(*) AS total, \
                   sum(s.deadline > ?1 AND (s.ended_at IS NULL OR s.ended_at > ?3)) AS active, \
                   sum(s.deadline <= ?1 AND s.ended_at IS NULL) AS expired \
            FROM session s NOT INDEXED GROUP BY 1 ORDER BY total DESC, g LIMIT ?2)"
    );
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query(params![now.unix(), most, now.plus(CLOCK_TOLERANCE).unix()])?;
    let mut tallies = Vec::new();
    while let Some(row) = rows.next()? {
        let mut name: String = row.get(0)?;
        if by == GroupBy::Kind {
            let kind: Kind = row::kind(name.parse().map_err(|_| row::damaged("a number that is no kind"))?)?;
            kind.as_str().clone_into(&mut name);
        }
        tallies.push(Tally { name, active: row.get(1)?, expired: row.get(2)?, revoked: row.get(3)? });
    }
    Ok(tallies)
}
