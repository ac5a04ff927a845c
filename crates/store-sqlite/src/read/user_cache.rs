//! The names of users, read once each: joined to each of a million sessions, they took a quarter of the time of
//! reading them. A name changes when the user is renamed or removed, so the names are forgotten before each snapshot
//! and each change. The actors of the events that ended sessions are kept beside them: a bulk change is one event.

use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use sessionctl_core::model::user::UserName;

use super::account::shown_name;
use crate::error::SqliteError;

/// At most this many names are read one by one. Neighbouring sessions mostly belong to few users; where they do not, a
/// query for each would take three times as long as the sessions.
const MAX_CACHED_USERS: usize = 4_096;
/// The most ids of which the names are read at once then: about 18 bytes each.
const MAX_USERS_AT_ONCE: usize = 2_000_000;

/// The names that were read so far.
#[derive(Default)]
pub(crate) struct UserCache {
    /// By the ids of users.
    names: RefCell<HashMap<i64, UserName>>,
    /// All of them, where more were asked for than are read one by one.
    all: RefCell<Option<AllNames>>,
    /// By the ids of events; none where the log does not have the event.
    actors: RefCell<HashMap<i64, Option<String>>>,
}

impl UserCache {
    /// The name of the user with this id.
    pub(crate) fn of(&self, conn: &Connection, user: i64) -> Result<UserName, SqliteError> {
        if let Some(name) = self.all.borrow().as_ref().and_then(|all| all.name(user)) {
            return Ok(name);
        }
        if let Some(name) = self.names.borrow().get(&user) {
            return Ok(name.clone());
        }
        let name = shown_name(conn, user)?;
        let mut known = self.names.borrow_mut();
        if known.len() >= MAX_CACHED_USERS {
            known.clear();
            let mut all = self.all.borrow_mut();
            if all.is_none() {
                *all = Some(AllNames::read(conn)?);
            }
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
        *self.all.borrow_mut() = None;
        self.actors.borrow_mut().clear();
    }
}

/// The names of the users who were not removed, in one piece. Those who were are shown with the day, and read one by one.
#[derive(Default)]
struct AllNames {
    /// The id of the first name.
    first: i64,
    /// Where each name begins in the text, by id: a search among a million ids would take longer than reading a session.
    /// The name of an id that no such user has is empty.
    starts: Vec<u32>,
    text: String,
}

impl AllNames {
    /// None of them, where there are too many.
    fn read(conn: &Connection) -> Result<Self, SqliteError> {
        let sql = "SELECT (SELECT min(id) FROM user), (SELECT max(id) FROM user)";
        let bounds: (Option<i64>, Option<i64>) =
            conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (Some(first), Some(last)) = bounds else { return Ok(Self::default()) };
        let ids = match usize::try_from(last.saturating_sub(first)) {
            Ok(ids) if ids < MAX_USERS_AT_ONCE => ids + 1,
            _ => return Ok(Self::default()),
        };
        let mut all = AllNames { first, starts: Vec::with_capacity(ids + 1), text: String::new() };
        let mut statement = conn.prepare("SELECT id, name FROM user WHERE removed_at IS NULL ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            // A name that is no text is found, and reported, where it is needed.
            let Ok(name) = row.get_ref(1)?.as_str() else { continue };
            let Ok(end) = u32::try_from(all.text.len()) else { break };
            let place = usize::try_from(row.get::<_, i64>(0)? - first).unwrap_or(usize::MAX).min(ids);
            // The ids without a name before it, and its own.
            all.starts.resize(place + 1, end);
            all.text.push_str(name);
        }
        // Behind the last one.
        all.starts.push(u32::try_from(all.text.len()).unwrap_or(0));
        Ok(all)
    }

    fn name(&self, user: i64) -> Option<UserName> {
        let place = usize::try_from(user.checked_sub(self.first)?).ok()?;
        let (start, end) = (*self.starts.get(place)?, *self.starts.get(place + 1)?);
        self.text.get(start as usize..end as usize)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_users_are_those_that_single_queries_read() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(
            "CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT, name_key TEXT, removed_at INTEGER); \
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) \
             INSERT INTO user SELECT i, 'user é' || i, 'user é' || i, CASE WHEN i % 1000 = 0 THEN 86400 END FROM n;",
        )
        .unwrap();
        let cache = UserCache::default();
        for round in 0..2 {
            for id in (1..=9_000).rev() {
                let name = cache.of(&conn, id).unwrap();
                assert_eq!(name.as_str(), shown_name(&conn, id).unwrap().as_str(), "{round}: {id}");
            }
        }
        let all = cache.all.borrow();
        assert!(all.as_ref().unwrap().name(8_999).is_some() && all.as_ref().unwrap().name(9_000).is_none());
        drop(all);
        assert!(cache.of(&conn, 9_001).is_err());
        cache.clear();
        assert!(cache.all.borrow().is_none() && cache.names.borrow().is_empty());
    }
}
