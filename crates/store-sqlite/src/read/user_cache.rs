//! The names of users, read once each: joined to each of a million sessions, they took a quarter of the time of
//! reading them. A name never changes, because a removed user stays as a row.

use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use sessionctl_core::model::user::UserName;

use crate::error::{SqliteError, corrupt};

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
        let sql = "SELECT name FROM user WHERE id = ?1";
        let name: Option<String> =
            conn.prepare_cached(sql)?.query_row([user], |row| row.get(0)).optional()?;
        let name = name.ok_or_else(|| corrupt("the id of a user that does not exist"))?;
        let name: UserName = name.parse().map_err(|_| corrupt("an invalid user name"))?;
        let mut known = self.0.borrow_mut();
        if known.len() >= MAX_CACHED_USERS {
            known.clear();
        }
        known.insert(user, name.clone());
        Ok(name)
    }
}
