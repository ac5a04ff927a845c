//! The names of users, read once each: joined to each of a million sessions, they took a quarter of the time of
//! reading them. A name changes when the user is renamed or removed, so the names are forgotten before each snapshot
//! and each change.

use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::Connection;
use sessionctl_core::model::user::UserName;

use super::account::shown_name;
use crate::error::SqliteError;

/// At most this many names are kept; then the cache is emptied. Neighbouring sessions mostly belong to few users.
const MAX_CACHED_USERS: usize = 4_096;

/// The names that were read so far.
#[derive(Default)]
pub(crate) struct UserCache(RefCell<HashMap<i64, UserName>>);

impl UserCache {
    /// The name of the user with this id.
    pub(crate) fn of(&self, conn: &Connection, user: i64) -> Result<UserName, SqliteError> {
        if let Some(name) = self.0.borrow().get(&user) {
            return Ok(name.clone());
        }
        let name = shown_name(conn, user)?;
        let mut known = self.0.borrow_mut();
        if known.len() >= MAX_CACHED_USERS {
            known.clear();
        }
        known.insert(user, name.clone());
        Ok(name)
    }

    /// Forgets all names.
    pub(crate) fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}
