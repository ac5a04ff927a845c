//! The user_cache of users, asked for once each: joined to each of a million sessions, they were a quarter of the time of
//! reading them. A name never changes, for a removed user stays as a row.

use crate::error::SqliteError;
use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::row::corrupt;
use sessionctl_core::model::user::UserName;

/// So many are remembered; then it begins anew. Sessions that lie together mostly belong to few users.
const MAX_CACHED_USERS: usize = 4_096;

/// What is known of the user_cache so far.
#[derive(Default)]
pub(super) struct UserCache(RefCell<HashMap<i64, UserName>>);

impl UserCache {
    /// The name of the user with this number.
    pub(super) fn of(&self, conn: &Connection, user: i64) -> Result<UserName, SqliteError> {
        if let Some(name) = self.0.borrow().get(&user) {
            return Ok(name.clone());
        }
        let sql = "SELECT name FROM user WHERE id = ?1";
        let name: Option<String> =
            conn.prepare_cached(sql)?.query_row([user], |row| row.get(0)).optional()?;
        let name = name.ok_or_else(|| corrupt("a user that is not there"))?;
        let name: UserName = name.parse().map_err(|_| corrupt("no user name"))?;
        let mut known = self.0.borrow_mut();
        if known.len() >= MAX_CACHED_USERS {
            known.clear();
        }
        known.insert(user, name.clone());
        Ok(name)
    }
}
