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
/// The most ids of which the names are read at once then: 16 bytes each, and long names.
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

/// The bytes of a slot: a short name behind its length, or where a long one is.
const SLOT_BYTES: usize = 16;
/// In place of the length of a name that is too long for its slot.
const IS_LONG: u8 = u8::MAX;

/// The names of the users who were not removed. Those who were are shown with the day, and read one by one.
#[derive(Default)]
struct AllNames {
    /// The id of the first name.
    first: i64,
    /// A slot for each id: a search among a million ids would take longer than reading a session, and so would a second
    /// place in memory for each short name. The slot of an id that no such user has is empty.
    slots: Vec<[u8; SLOT_BYTES]>,
    /// The names that are longer than a slot.
    long: String,
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
        let mut all = AllNames { first, slots: vec![[0; SLOT_BYTES]; ids], long: String::new() };
        let mut statement = conn.prepare("SELECT id, name FROM user WHERE removed_at IS NULL ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            // A name that is no text is found, and reported, where it is needed.
            let Ok(name) = row.get_ref(1)?.as_str() else { continue };
            let place = usize::try_from(row.get::<_, i64>(0)? - first).unwrap_or(usize::MAX);
            if let (Some(slot), Some(filled)) = (all.slots.get_mut(place), slot_of(name, &mut all.long)) {
                *slot = filled;
            }
        }
        Ok(all)
    }

    fn name(&self, user: i64) -> Option<UserName> {
        let slot = self.slots.get(usize::try_from(user.checked_sub(self.first)?).ok()?)?;
        let name = match slot[0] {
            IS_LONG => {
                let number = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_le_bytes);
                let (start, length) = (number(&slot[4..8])?, number(&slot[8..12])?);
                self.long.get(start as usize..(start + length) as usize)?
            }
            length => std::str::from_utf8(slot.get(1..=usize::from(length))?).ok()?,
        };
        name.parse().ok()
    }
}

/// The slot of a name, a long one of which is added to the others; none where they are too many.
fn slot_of(name: &str, long: &mut String) -> Option<[u8; SLOT_BYTES]> {
    let mut slot = [0; SLOT_BYTES];
    if name.len() < SLOT_BYTES {
        slot[0] = u8::try_from(name.len()).ok()?;
        slot[1..=name.len()].copy_from_slice(name.as_bytes());
        return Some(slot);
    }
    u32::try_from(long.len() + name.len()).ok()?;
    slot[0] = IS_LONG;
    slot[4..8].copy_from_slice(&(long.len() as u32).to_le_bytes());
    slot[8..12].copy_from_slice(&(name.len() as u32).to_le_bytes());
    long.push_str(name);
    Some(slot)
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
             INSERT INTO user SELECT i, substr('éééééééééééééééééééé', 1, i % 20) || i, i, CASE WHEN i % 1000 = 0 THEN 86400 END FROM n;",
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
