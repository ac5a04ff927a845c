//! Moving a database elsewhere. It is marked before, so that every change is refused, even after the copy was killed;
//! reading goes on. At the end it is marked as moved, and answers nothing any more.

use std::path::PathBuf;

use sessionctl_core::store::{
    Access, CopyHeader, CopyRow, CopySource, CopyTable, CopyValue, LogVerdict, StoreError,
};
use zeroize::Zeroizing;

use super::copy_rows;
use super::copy_target::within;
use crate::audit::{head, seal, verify};
use crate::clock::ClockSource;
use crate::connection::Connection;
use crate::error::{PostgresError, Retry};
use crate::layout::refuse_other_layout;
use crate::open;
use crate::read::{latest, row};
use crate::server::examine_server;
use crate::state::{State, state, unfinished};
use crate::store::PostgresStore;
use crate::transaction::Commit;
use crate::url::Target;
use crate::value::values;
use crate::write::fence;

/// Calls `act` while nobody can change the database, and marks it as moved where it succeeds.
pub(crate) fn with_source(
    target: &Target,
    clock: &ClockSource,
    moved_to: Option<&str>,
    act: &mut dyn FnMut(&dyn CopySource) -> Result<(), StoreError>,
) -> Result<Option<PathBuf>, PostgresError> {
    let Some(to) = moved_to else {
        let store = open::open(target, Access::Read, clock)?;
        store.connection().carries_copies();
        act(&Source(&store))?;
        return Ok(None);
    };
    let connection = Connection::new(target.clone(), true);
    examine_server(&connection, clock)?;
    // What another layout keeps would be left behind.
    refuse_other_layout(&connection)?;
    let store = PostgresStore::for_copy(connection, clock.clone());
    let is_new = mark(&store, to)?;
    let copied = fence::drain(&store).and_then(|()| {
        seal::seal_all(store.primary())?;
        Ok(act(&Source(&store))?)
    });
    if let Err(error) = copied {
        // A copy that never began, or that found a difference, leaves the database as it was.
        if is_new && error.retry != Retry::Reconnect {
            unmark(&store)?;
        }
        return Err(error);
    }
    let moved = within(store.connection(), Commit::Durable.begin(), || {
        let sql = "UPDATE sessionctl.meta SET state = 'moved' WHERE state = 'moving' AND counterpart = $1";
        store.execute(sql, values![to])
    })?;
    if moved == 1 {
        Ok(None)
    } else {
        Err(StoreError::Refused("the move was abandoned meanwhile".to_owned()).into())
    }
}

/// Makes a database that is marked as being moved usable again; `false` where it is not marked.
pub(crate) fn abandon(target: &Target, clock: &ClockSource) -> Result<bool, PostgresError> {
    let connection = Connection::new(target.clone(), true);
    examine_server(&connection, clock)?;
    let store = PostgresStore::for_copy(connection, clock.clone());
    match state(&store)? {
        State::Active => Ok(false),
        State::Moving { .. } => unmark(&store),
        State::Moved { to } => Err(StoreError::Moved { to }.into()),
        State::Unfinished { of } => Err(unfinished(&of)),
    }
}

/// Marks a database; `false` where it was marked already.
fn mark(store: &PostgresStore, to: &str) -> Result<bool, PostgresError> {
    match state(store)? {
        State::Active => {}
        State::Moving { to: marked } if marked == to => return Ok(false),
        State::Moving { to } => return Err(StoreError::Moving { to }.into()),
        State::Moved { to } => return Err(StoreError::Moved { to }.into()),
        State::Unfinished { of } => return Err(unfinished(&of)),
    }
    let marked = within(store.connection(), Commit::Durable.begin(), || {
        let sql =
            "UPDATE sessionctl.meta SET state = 'moving', counterpart = $1 WHERE id = 1 AND state = 'active'";
        store.execute(sql, values![to])
    })?;
    if marked == 1 { Ok(true) } else { Err(StoreError::Busy.into()) }
}

fn unmark(store: &PostgresStore) -> Result<bool, PostgresError> {
    let unmarked = within(store.connection(), Commit::Durable.begin(), || {
        let sql = "UPDATE sessionctl.meta SET state = 'active', counterpart = NULL WHERE state = 'moving'";
        store.execute(sql, &[])
    })?;
    Ok(unmarked == 1)
}

/// A database that nobody can change.
struct Source<'a>(&'a PostgresStore);

impl Source<'_> {
    fn identity(&self) -> Result<CopyHeader, PostgresError> {
        let store = self.0;
        let events = match verify::verify_log(store)? {
            LogVerdict::Consistent { events, .. } => events,
            LogVerdict::Broken { at, why } => {
                let why = format!("the audit log is inconsistent at event {at}: {why}");
                return Err(StoreError::Corrupt(why).into());
            }
        };
        let drawn = |sequence: &str| -> Result<i64, PostgresError> {
            let sql =
                format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM sessionctl.{sequence}");
            Ok(store.query_one(&sql, &[])?.try_get(0)?)
        };
        let sql = "SELECT m.sandbox, m.created_at, s.attempt_key FROM sessionctl.meta m, sessionctl.secret s \
                   WHERE m.id = 1 AND s.id = 1";
        let found = store.query_one(sql, &[])?;
        let sql = "SELECT key FROM sessionctl.locator_key WHERE retired_at IS NULL ORDER BY version";
        let mut locator_keys = Vec::new();
        for key in store.query(sql, &[])? {
            locator_keys.push(Zeroizing::new(row::bytes(&key, 0)?));
        }
        let head = head::head(store)?;
        Ok(CopyHeader {
            database_id: head.database_id,
            sandbox: found.try_get(0)?,
            created_at: row::timestamp(&found, 1)?,
            locator_keys,
            attempt_key: Zeroizing::new(row::bytes(&found, 2)?),
            drawn: [drawn("session_id")?, drawn("account_id")?, drawn("event_id")?],
            latest_event_at: latest::latest_event_at(store)?,
            head,
            events,
        })
    }
}

impl CopySource for Source<'_> {
    fn header(&self) -> Result<CopyHeader, StoreError> {
        Ok(self.identity()?)
    }

    fn rows(&self, table: &CopyTable, after: &[CopyValue], limit: usize) -> Result<Vec<CopyRow>, StoreError> {
        Ok(copy_rows::read(self.0, table, after, None, Some(limit))?)
    }
}
