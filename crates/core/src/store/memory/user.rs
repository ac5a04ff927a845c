//! Users. A change that ends sessions ends them in the same transaction.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::time::Duration;

use super::accounts::{account, find, shown_name};
use super::state::{State, UserRow};
use super::store::MemoryStore;
use super::write_tx::WriteTx;
use super::{attempt, cascade};
use crate::model::event::Event;
use crate::model::policy::Policy;
use crate::model::session::SessionId;
use crate::model::time::Timestamp;
use crate::model::user::{Account, User, UserId, UserName};
use crate::store::{Attempt, EndSessions, NewUser, Renaming, StoreError, UserStore, refusal_detail};

/// Writes the name of an account, as it is shown now, into its sessions.
fn show_name_in_sessions(state: &mut State, user: UserId) {
    let name = shown_name(state, user);
    for row in state.sessions.values_mut().filter(|row| row.user == Some(user)) {
        row.session.user.clone_from(&name);
    }
}

fn user(state: &State, id: UserId, row: &UserRow) -> User {
    let failed = state.attempts.get(&attempt::key(&state.attempt_secret, &row.name));
    let throttled_until =
        failed.and_then(|failed| state.policy.throttled_until(failed.failures, failed.last_at?));
    User {
        id,
        name: row.name.clone(),
        created_at: row.created_at,
        password_changed_at: row.password_changed_at,
        disabled_at: row.disabled_at,
        failed_logins: failed.map_or(0, |failed| failed.failures),
        throttled_until,
        last_failed_at: failed.and_then(|failed| failed.last_at),
    }
}

/// Adds a user whose name is free.
fn add(tx: &mut WriteTx<'_>, name: &UserName, hash: Option<&str>, event: &Event) -> UserId {
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
    tx.append(event);
    id
}

/// The places of the new users for which `test` holds.
fn places(users: &[NewUser], mut test: impl FnMut(&NewUser) -> bool) -> Vec<usize> {
    users.iter().enumerate().filter(|(_, new)| test(new)).map(|(place, _)| place).collect()
}

/// Changes a user who was not removed, and ends sessions; `None` where there is none.
fn change(
    tx: &mut WriteTx<'_>,
    user: UserId,
    set: impl FnOnce(&mut UserRow, Timestamp),
    end: Option<EndSessions>,
    event: &Event,
) -> Option<Vec<SessionId>> {
    let now = tx.taken_at();
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

    fn account(&self, name: &UserName) -> Result<Option<Account>, StoreError> {
        Ok(account(&*self.state()?, name))
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
            Ok(Some(add(tx, name, hash, &event)))
        })
    }

    fn add_users(&mut self, users: &[NewUser]) -> Result<Vec<usize>, StoreError> {
        self.write(|tx| {
            tx.grant()?;
            let mut names = HashSet::new();
            let is_taken =
                |new: &NewUser| !names.insert(new.name.key()) || find(tx.state, &new.name).is_some();
            let taken = places(users, is_taken);
            if taken.is_empty() {
                for new in users {
                    add(tx, &new.name, new.hash.as_deref(), &new.event);
                }
            }
            Ok(taken)
        })
    }

    fn rename_user(&mut self, user: UserId, name: &UserName, event: Event) -> Result<Renaming, StoreError> {
        self.write(|tx| {
            tx.grant()?;
            if find(tx.state, name).is_some_and(|(id, _)| id != user) {
                return Ok(Renaming::Taken);
            }
            let Some(row) = tx.state.users.get_mut(&user).filter(|row| row.removed_at.is_none()) else {
                return Ok(Renaming::NoSuchUser);
            };
            let old = std::mem::replace(&mut row.name, name.clone());
            attempt::rename(tx.state, &old, name);
            show_name_in_sessions(tx.state, user);
            tx.append(&event);
            Ok(Renaming::Done)
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
        self.write(|tx| {
            let ended = change(tx, user, set, Some(end), &event);
            show_name_in_sessions(tx.state, user);
            Ok(ended)
        })
    }

    fn begin_attempt(&mut self, key: [u8; 32], policy: &Policy) -> Result<Attempt, StoreError> {
        self.write(|tx| attempt::begin(tx, key, policy))
    }

    fn settle_attempt(&mut self, key: [u8; 32], event: Event) -> Result<(), StoreError> {
        self.write(|tx| {
            attempt::settle(tx, key);
            tx.append(&event);
            Ok(())
        })
    }

    fn record_refusal(&mut self, key: [u8; 32], mut event: Event) -> Result<bool, StoreError> {
        self.write(|tx| {
            let Some(attempts) = attempt::refuse(tx, key) else { return Ok(false) };
            event.detail = refusal_detail(event.detail.take(), attempts);
            tx.append(&event);
            Ok(true)
        })
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

    fn prune_attempts(&mut self, older_than: Duration) -> Result<u64, StoreError> {
        self.write(|tx| {
            tx.grant()?;
            let state = &mut *tx.state;
            let of_users: HashSet<_> = (state.users.values().filter(|user| user.removed_at.is_none()))
                .map(|user| attempt::key(&state.attempt_secret, &user.name))
                .collect();
            let before = state.attempts.len();
            let is_stale =
                |last: Option<Timestamp>| last.is_some_and(|at| at.plus(older_than) <= tx.time.now);
            state.attempts.retain(|key, failed| of_users.contains(key) || !is_stale(failed.last_at));
            Ok((before - state.attempts.len()) as u64)
        })
    }

    fn attempt_key(&self, name: &UserName) -> Result<[u8; 32], StoreError> {
        Ok(attempt::key(&self.state()?.attempt_secret, name))
    }
}
