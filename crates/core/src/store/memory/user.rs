//! Users. A change that ends sessions ends them in the same transaction.

use std::ops::ControlFlow;

use super::state::{State, UserRow, WriteTx};
use super::{MemoryStore, attempt, cascade};
use crate::model::event::Event;
use crate::model::policy::Policy;
use crate::model::session::SessionId;
use crate::model::time::Timestamp;
use crate::model::user::{User, UserId, UserName};
use crate::store::{Attempt, EndSessions, StoreError, UserStore};

impl UserRow {
    /// Whether sessions may be created for the user.
    pub(super) fn is_enabled(&self) -> bool {
        self.removed_at.is_none() && self.disabled_at.is_none()
    }
}

/// Whether sessions may be created for a user.
pub(super) fn is_enabled(state: &State, user: UserId) -> bool {
    state.users.get(&user).is_some_and(UserRow::is_enabled)
}

/// The user who has a name.
fn find<'a>(state: &'a State, name: &UserName) -> Option<(UserId, &'a UserRow)> {
    let mut users = state.users.iter().filter(|(_, row)| row.removed_at.is_none());
    users.find(|(_, row)| row.name == *name).map(|(id, row)| (*id, row))
}

fn user(state: &State, id: UserId, row: &UserRow) -> User {
    let failed = state.attempts.get(&attempt::key(&state.attempt_secret, &row.name));
    let until =
        failed.map(|failed| (failed.last_at.plus(state.policy.throttle(failed.failures)), failed.last_at));
    User {
        id,
        name: row.name.clone(),
        created_at: row.created_at,
        password_changed_at: row.password_changed_at,
        disabled_at: row.disabled_at,
        failed_logins: failed.map_or(0, |failed| failed.failures),
        throttled_until: until.filter(|(until, last_at)| until > last_at).map(|(until, _)| until),
    }
}

/// Changes a user who was not removed, and ends sessions; `None` where there is none.
fn change(
    tx: &mut WriteTx<'_>,
    user: UserId,
    set: impl FnOnce(&mut UserRow, Timestamp),
    end: Option<EndSessions>,
    event: &Event,
) -> Option<Vec<SessionId>> {
    let now = tx.now;
    let row = tx.state.users.get_mut(&user).filter(|row| row.removed_at.is_none())?;
    set(row, now);
    tx.append(event);
    Some(end.map(|end| cascade::end_all_of_user(tx, user, &end.reason, end.event)).unwrap_or_default())
}

impl UserStore for MemoryStore {
    fn user(&self, name: &UserName) -> Result<Option<User>, StoreError> {
        let state = self.state()?;
        Ok(find(&state, name).map(|(id, row)| user(&state, id, row)))
    }

    fn users(&self, each: &mut dyn FnMut(User) -> ControlFlow<()>) -> Result<(), StoreError> {
        let state = self.state()?;
        let mut rows: Vec<_> = state.users.iter().filter(|(_, row)| row.removed_at.is_none()).collect();
        rows.sort_by_cached_key(|(_, row)| row.name.key());
        // Breaking off is no failure.
        let _ = rows.into_iter().map(|(id, row)| user(&state, *id, row)).try_for_each(each);
        Ok(())
    }

    fn add_user(
        &mut self,
        name: &UserName,
        hash: Option<&str>,
        event: Event,
    ) -> Result<Option<UserId>, StoreError> {
        self.write(|tx| {
            tx.grant()?;
            if find(tx.state, name).is_some() {
                return Ok(None);
            }
            let id = UserId(tx.state.users.last_key_value().map_or(1, |(last, _)| last.0 + 1));
            let row = UserRow {
                name: name.clone(),
                hash: hash.map(str::to_owned),
                created_at: tx.now,
                password_changed_at: hash.map(|_| tx.now),
                disabled_at: None,
                removed_at: None,
            };
            tx.state.users.insert(id, row);
            // Guesses at the name before it existed do not lock the new user out.
            attempt::clear(tx.state, name);
            tx.append(&event);
            Ok(Some(id))
        })
    }

    fn password_hash(&self, user: UserId) -> Result<Option<String>, StoreError> {
        Ok(self.state()?.users.get(&user).and_then(|row| row.hash.clone()))
    }

    fn set_password(
        &mut self,
        user: UserId,
        hash: &str,
        end: Option<EndSessions>,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        self.write(|tx| {
            tx.grant()?;
            let set = |row: &mut UserRow, now| {
                row.hash = Some(hash.to_owned());
                row.password_changed_at = Some(now);
            };
            let ended = change(tx, user, set, end, &event);
            if let Some(name) =
                tx.state.users.get(&user).filter(|_| ended.is_some()).map(|row| row.name.clone())
            {
                attempt::clear(tx.state, &name);
            }
            Ok(ended)
        })
    }

    fn disable_user(
        &mut self,
        user: UserId,
        end: EndSessions,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        self.write(|tx| Ok(change(tx, user, |row, now| row.disabled_at = Some(now), Some(end), &event)))
    }

    fn enable_user(&mut self, user: UserId, event: Event) -> Result<bool, StoreError> {
        self.write(|tx| {
            tx.grant()?;
            Ok(change(tx, user, |row, _| row.disabled_at = None, None, &event).is_some())
        })
    }

    fn remove_user(
        &mut self,
        user: UserId,
        end: EndSessions,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        let set = |row: &mut UserRow, now| (row.removed_at, row.hash) = (Some(now), None);
        self.write(|tx| Ok(change(tx, user, set, Some(end), &event)))
    }

    fn begin_attempt(&mut self, key: [u8; 32], policy: &Policy) -> Result<Attempt, StoreError> {
        self.write(|tx| attempt::begin(tx, key, policy))
    }

    fn cancel_attempt(&mut self, key: [u8; 32]) -> Result<(), StoreError> {
        self.write(|tx| {
            attempt::cancel(tx.state, &key);
            Ok(())
        })
    }

    fn clear_attempts(&mut self, key: [u8; 32], event: Event) -> Result<bool, StoreError> {
        self.write(|tx| {
            tx.grant()?;
            let cleared = tx.state.attempts.remove(&key).is_some();
            if cleared {
                tx.append(&event);
            }
            Ok(cleared)
        })
    }

    fn attempt_key(&self, name: &UserName) -> Result<[u8; 32], StoreError> {
        Ok(attempt::key(&self.state()?.attempt_secret, name))
    }
}
