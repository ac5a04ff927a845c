//! The names of users, read once each: joined to each of a million sessions, they took a quarter of the time of
//! reading them. A name changes when the user is renamed or removed, so the names are forgotten before each snapshot
//! and each change. The actors of the events that ended sessions are kept beside them: a bulk change is one event.

use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use sessionctl_core::model::user::UserName;

use super::account::shown_name;
use crate::error::SqliteError;

/// At most this many names are kept; then the cache is emptied. Neighbouring sessions mostly belong to few users.
const MAX_CACHED_USERS: usize = 4_096;

/// The names that were read so far.
#[derive(Default)]
pub(crate) struct UserCache {
    /// By the ids of users.
    names: RefCell<HashMap<i64, UserName>>,
    /// By the ids of events; none where the log does not have the event.
    actors: RefCell<HashMap<i64, Option<String>>>,
}

impl UserCache {
    /// The name of the user with this id.
    pub(crate) fn of(&self, conn: &Connection, user: i64) -> Result<UserName, SqliteError> {
        if let Some(name) = self.names.borrow().get(&user) {
            return Ok(name.clone());
        }
        let name = shown_name(conn, user)?;
        let mut known = self.names.borrow_mut();
        if known.len() >= MAX_CACHED_USERS {
            known.clear();
        }
        known.insert(user, name.clone());
        Ok(name)
    }

    /// The actor of the event with this id.
    pub(crate) fn actor_of(&self, conn: &Connection, event: i64) -> Result<Option<String>, SqliteError> {
        if let Some(actor) = self.actors.borrow().get(&event) {
            return Ok(actor.clone());
        }
        let mut statement = conn.prepare_cached("SELECT actor FROM event WHERE id = ?1")?;
        let actor: Option<String> = statement.query_row([event], |row| row.get(0)).optional()?;
        let mut known = self.actors.borrow_mut();
        if known.len() >= MAX_CACHED_USERS {
            known.clear();
        }
        known.insert(event, actor.clone());
        Ok(actor)
    }

    /// Forgets all names.
    pub(crate) fn clear(&self) {
        self.names.borrow_mut().clear();
        self.actors.borrow_mut().clear();
    }
}
