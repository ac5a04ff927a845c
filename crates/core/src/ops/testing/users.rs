//! Users in memory.

use std::ops::ControlFlow;

use super::FakeStore;
use crate::model::event::Event;
use crate::model::policy::{Key, Policy};
use crate::model::session::SessionId;
use crate::model::time::Timestamp;
use crate::model::user::{User, UserId, UserName};
use crate::store::{Attempt, EndSessions, StoreError, UserStore};

#[derive(Clone)]
pub(in crate::ops) struct UserRow {
    pub(in crate::ops) user: User,
    pub(in crate::ops) hash: Option<String>,
}

impl FakeStore {
    pub fn ensure_user(&mut self, name: &UserName, now: Timestamp) -> UserId {
        if let Some(row) = self.users.iter().find(|row| row.user.name == *name) {
            return row.user.id;
        }
        let id = UserId(self.users.len() as i64 + 1);
        let user = User {
            id,
            name: name.clone(),
            created_at: now,
            password_changed_at: None,
            disabled_at: None,
            failed_logins: 0,
            throttled_until: None,
        };
        self.users.push(UserRow { user, hash: None });
        id
    }

    pub(super) fn user_row(&mut self, id: UserId) -> Option<&mut UserRow> {
        self.users.iter_mut().find(|row| row.user.id == id)
    }

    fn end_all(&mut self, name: &UserName, end: Option<EndSessions>) -> Vec<SessionId> {
        let Some(end) = end else { return Vec::new() };
        let at = end.event.at;
        let of_user = |row: &&mut super::sessions::Row| row.session.user.as_ref() == Some(name);
        let mut ended = Vec::new();
        for row in self.sessions.iter_mut().filter(of_user) {
            if row.revoke(&end.reason, at) {
                ended.push(row.session.id);
            }
        }
        if !ended.is_empty() {
            self.log(end.event.about(crate::model::event::Subjects::of(&ended)));
        }
        ended
    }
}

impl UserStore for FakeStore {
    fn user(&self, name: &UserName) -> Result<Option<User>, StoreError> {
        Ok(self.users.iter().find(|row| row.user.name == *name).map(|row| row.user.clone()))
    }

    fn users(&self, each: &mut dyn FnMut(User) -> ControlFlow<()>) -> Result<(), StoreError> {
        let _ = self.users.iter().map(|row| row.user.clone()).try_for_each(each);
        Ok(())
    }

    fn add_user(
        &mut self,
        name: &UserName,
        hash: Option<&str>,
        event: Event,
    ) -> Result<Option<UserId>, StoreError> {
        if self.user(name)?.is_some() {
            return Ok(None);
        }
        let id = self.ensure_user(name, event.at);
        if let Some(row) = self.user_row(id) {
            row.hash = hash.map(str::to_owned);
        }
        self.log(event);
        Ok(Some(id))
    }

    fn password_hash(&self, user: UserId) -> Result<Option<String>, StoreError> {
        Ok(self.users.iter().find(|row| row.user.id == user).and_then(|row| row.hash.clone()))
    }

    fn set_password(
        &mut self,
        user: UserId,
        hash: &str,
        end: Option<EndSessions>,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        let Some(row) = self.user_row(user) else { return Ok(None) };
        row.hash = Some(hash.to_owned());
        let name = row.user.name.clone();
        let key = self.attempt_key(&name)?;
        self.attempts.remove(&key);
        self.log(event);
        Ok(Some(self.end_all(&name, end)))
    }

    fn set_disabled(
        &mut self,
        user: UserId,
        end: Option<EndSessions>,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        let Some(row) = self.user_row(user) else { return Ok(None) };
        row.user.disabled_at = end.is_some().then_some(event.at);
        let name = row.user.name.clone();
        self.log(event);
        Ok(Some(self.end_all(&name, end)))
    }

    fn remove_user(
        &mut self,
        user: UserId,
        end: EndSessions,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        let Some(row) = self.user_row(user) else { return Ok(None) };
        let name = row.user.name.clone();
        self.log(event);
        let ended = self.end_all(&name, Some(end));
        self.users.retain(|row| row.user.id != user);
        Ok(Some(ended))
    }

    fn begin_attempt(
        &mut self,
        key: [u8; 32],
        now: Timestamp,
        policy: &Policy,
    ) -> Result<Attempt, StoreError> {
        let (failures, last) = self.attempts.get(&key).copied().unwrap_or((0, now));
        if u64::from(failures) >= policy.get(Key::ThrottleDisable) {
            return Ok(Attempt::Disabled);
        }
        let until = last.plus(policy.throttle(failures));
        if now < until {
            return Ok(Attempt::Throttled(until));
        }
        self.attempts.insert(key, (failures + 1, now));
        Ok(Attempt::Allowed { failures: failures + 1 })
    }

    fn attempt_key(&self, name: &UserName) -> Result<[u8; 32], StoreError> {
        let mut key = [0; 32];
        for (i, byte) in name.key().bytes().enumerate() {
            key[i % 32] ^= byte;
        }
        Ok(key)
    }
}
