//! The number of rows of a table, in time that does not grow with them: SQLite keeps no such number, and counting reads
//! a whole index. What the rows contain does not belong here.

use rusqlite::Connection;
use sessionctl_core::store::MAX_COUNTED_ROWS;

use crate::error::SqliteError;

/// The parts into which the ids are divided; some ids of each are looked at.
const PARTS: i64 = 128;
/// The ids that are looked at in each part: the rows of one or two pages.
const IDS_PER_PART: i64 = 32;

/// A number of rows.
#[derive(Clone, Copy)]
pub(super) struct RowCount {
    pub(super) rows: u64,
    pub(super) is_estimate: bool,
}

/// The rows of a table, which has ids, that fulfil a condition, where there is one. More than [`MAX_COUNTED_ROWS`] are
/// estimated.
pub(super) fn row_count(
    conn: &Connection,
    table: &str,
    condition: Option<&str>,
) -> Result<RowCount, SqliteError> {
    let sql = format!("SELECT (SELECT min(id) FROM {table}), (SELECT max(id) FROM {table})");
    let bounds: (Option<i64>, Option<i64>) =
        conn.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = bounds else { return Ok(RowCount { rows: 0, is_estimate: false }) };
    if last.saturating_sub(first).unsigned_abs() >= MAX_COUNTED_ROWS {
        let rows = estimate(conn, table, condition, (first, last))?;
        if rows > MAX_COUNTED_ROWS {
            return Ok(RowCount { rows, is_estimate: true });
        }
        // Few rows between distant ids, which is what pruning leaves.
    }
    // Without a condition SQLite adds up the pages of the smallest index, which is many times as fast.
    let condition = condition.map(|condition| format!(" WHERE {condition}")).unwrap_or_default();
    let sql = format!("SELECT count(*) FROM {table}{condition}");
    Ok(RowCount { rows: conn.query_row(&sql, [], |row| row.get(0))?, is_estimate: false })
}

/// The rows in the middle of each part, for all of it. Ids are given in their order and removed by age or one by one,
/// so that the ids of a part are about equally dense.
fn estimate(
    conn: &Connection,
    table: &str,
    condition: Option<&str>,
    (first, last): (i64, i64),
) -> Result<u64, SqliteError> {
    // Another index than that of the ids would be read whole.
    let condition = condition.map(|condition| format!(" AND {condition}")).unwrap_or_default();
    let sql = format!("SELECT count(*) FROM {table} NOT INDEXED WHERE id >= ?1 AND id < ?2{condition}");
    let mut statement = conn.prepare(&sql)?;
    let part = last.saturating_sub(first) / PARTS;
    let mut found = 0;
    for place in 0..PARTS {
        let middle = first + place * part + (part - IDS_PER_PART) / 2;
        found += statement.query_row([middle, middle + IDS_PER_PART], |row| row.get::<_, i64>(0))?;
    }
    let rows =
        i128::from(found) * (i128::from(last) - i128::from(first) + 1) / i128::from(PARTS * IDS_PER_PART);
    Ok(u64::try_from(rows).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows with the ids up to `last` that fulfil a condition.
    fn table(last: i64, condition: &str) -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(&format!(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, removed_at INTEGER); \
             WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {last}) \
             INSERT INTO t SELECT id, CASE WHEN id % 10 = 0 THEN 1 END FROM n WHERE {condition};"
        ))
        .unwrap();
        conn
    }

    #[test]
    fn few_rows_are_counted_however_distant_their_ids_are() {
        for (last, condition) in [(0, "0"), (1, "1"), (200_000, "1"), (1_000_000, "id % 9 = 0 OR id = 1")] {
            let conn = table(last, condition);
            let truth: u64 = conn.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
            let counted = row_count(&conn, "t", None).unwrap();
            assert_eq!((counted.rows, counted.is_estimate), (truth, false), "{last} {condition}");
        }
    }

    #[test]
    fn many_rows_are_estimated_within_three_percent() {
        let pruned = "id > 300000 OR id % 100 = 0";
        let restored = "id < 200000 OR id > 500000";
        for holes in ["1", "id % 3 <> 0", pruned, restored] {
            let conn = table(1_000_000, holes);
            for condition in [None, Some("removed_at IS NULL")] {
                let sql = format!("SELECT count(*) FROM t WHERE {}", condition.unwrap_or("true"));
                let truth: f64 = conn.query_row(&sql, [], |row| row.get(0)).unwrap();
                let counted = row_count(&conn, "t", condition).unwrap();
                let share = counted.rows as f64 / truth;
                assert!(
                    counted.is_estimate && (0.97..=1.03).contains(&share),
                    "{holes} {condition:?}: {share}"
                );
            }
        }
    }
}
