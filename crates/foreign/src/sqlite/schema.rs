//! The tables of a file, as SQLite describes them.

use rusqlite::Connection;

use super::error::translate;
use crate::source::{SourceError, Table, TableDetails};

pub(super) fn tables(connection: &Connection) -> Result<Vec<Table>, SourceError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT name, type, wr FROM pragma_table_list \
             WHERE schema = 'main' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name",
        )
        .map_err(translate)?;
    let found = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?)))
        .map_err(translate)?;
    let mut all = Vec::new();
    for entry in found {
        let (name, kind, without_rowid) = entry.map_err(translate)?;
        // The columns of a view are not known without preparing it, and no layout needs them.
        let is_table = kind == "table";
        let named = |hidden: &str| if is_table { columns(connection, &name, hidden) } else { Ok(Vec::new()) };
        let (columns, generated) = (named("hidden <> 1")?, named("hidden IN (2, 3)")?);
        all.push(Table { name, is_table, without_rowid, columns, generated });
    }
    Ok(all)
}

fn columns(connection: &Connection, table: &str, which: &str) -> Result<Vec<String>, SourceError> {
    let sql = format!("SELECT name FROM pragma_table_xinfo(?) WHERE {which} ORDER BY cid");
    strings(connection, &sql, table)
}

pub(super) fn details(connection: &Connection, table: &str) -> Result<TableDetails, SourceError> {
    let primary_key =
        strings(connection, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", table)?;
    let names = strings(connection, "SELECT name FROM pragma_index_list(?) ORDER BY name", table)?;
    let whole = "SELECT name FROM pragma_index_list(?) WHERE \"unique\" = 1 AND partial = 0";
    let unique_names = strings(connection, whole, table)?;
    let mut details = TableDetails { primary_key: primary_key.clone(), ..TableDetails::default() };
    if !primary_key.is_empty() {
        details.unique.push(primary_key);
    }
    for name in names {
        let by_place = "SELECT coalesce(name, '') FROM pragma_index_info(?) ORDER BY seqno";
        let columns = strings(connection, by_place, &name)?;
        if unique_names.contains(&name) {
            details.unique.push(columns.clone());
        }
        details.indexes.push((name, columns));
    }
    details.triggers = strings(
        connection,
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY name",
        table,
    )?;
    Ok(details)
}

fn strings(connection: &Connection, sql: &str, parameter: &str) -> Result<Vec<String>, SourceError> {
    let mut statement = connection.prepare_cached(sql).map_err(translate)?;
    let found = statement.query_map([parameter], |row| row.get(0)).map_err(translate)?;
    found.collect::<Result<_, _>>().map_err(translate)
}
