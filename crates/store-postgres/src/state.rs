//! Whether there is a database, and whether it is in use or on its way to another place.

use sessionctl_core::store::StoreError;

use crate::connection::Connection;
use crate::error::PostgresError;

/// What a database is beside in use.
pub(crate) enum State {
    Active,
    /// It is being copied, and takes no change.
    Moving {
        to: String,
    },
    /// It answers nothing any more.
    Moved {
        to: String,
    },
    /// It answers nothing yet.
    Unfinished {
        of: String,
    },
}

impl State {
    /// Reads it from the columns `state` and `counterpart`.
    pub(crate) fn read(row: &tokio_postgres::Row, column: usize) -> Result<Self, PostgresError> {
        let other = row.try_get::<_, Option<String>>(column + 1)?.unwrap_or_default();
        Ok(match row.try_get::<_, &str>(column)? {
            "active" => State::Active,
            "moving" => State::Moving { to: other },
            "moved" => State::Moved { to: other },
            _ => State::Unfinished { of: other },
        })
    }
}

/// The state of a database.
pub(crate) fn state(connection: &Connection) -> Result<State, PostgresError> {
    let sql = "SELECT state, counterpart FROM sessionctl.meta WHERE id = 1";
    let row = connection.query_opt(sql, &[])?.ok_or(StoreError::Missing)?;
    State::read(&row, 0)
}

/// The error of a database that is being filled.
pub(crate) fn unfinished(of: &str) -> PostgresError {
    StoreError::Refused(format!("it is an unfinished copy of {of}")).into()
}

/// Whether the schema is there. One of that name that holds something else is refused: nothing of it is touched.
pub(crate) fn exists(connection: &Connection) -> Result<bool, PostgresError> {
    let sql = "SELECT to_regnamespace('sessionctl') IS NOT NULL, to_regclass('sessionctl.meta') IS NOT NULL \
               AND to_regclass('sessionctl.migration') IS NOT NULL";
    let row = connection.query_one(sql, &[])?;
    match (row.try_get(0)?, row.try_get(1)?) {
        (true, false) => {
            let why = "its schema \"sessionctl\" holds something else: rename that, or use another database";
            Err(StoreError::Refused(why.to_owned()).into())
        }
        (_, exists) => Ok(exists),
    }
}
