//! The traits of a store, and which function of this crate answers each method.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use sessionctl_core::model::event::{Event, LoggedEvent};
use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Session, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::Token;
use sessionctl_core::model::user::{User, UserId, UserName};
use sessionctl_core::store::*;

use super::{SqliteStore, bulk, change, issue, login, lookup, select};

impl DataStore for SqliteStore {
    fn data(&self, session: SessionId) -> Result<Vec<DataEntry>, StoreError> {
        Ok(self.data(session)?)
    }

    fn set_data(
        &mut self,
        session: SessionId,
        key: &str,
        json: Option<&str>,
        if_version: Option<i64>,
        most: (usize, usize),
        event: Event,
    ) -> Result<DataOutcome, StoreError> {
        Ok(self.set_data(session, key, json, if_version, most, event)?)
    }
}

impl KeyStore for SqliteStore {
    fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        Ok(self.keys()?)
    }

    fn add_key(&mut self, key: &StoredKey, event: Event) -> Result<bool, StoreError> {
        Ok(self.add_key(key, event)?)
    }

    fn retire_key(&mut self, kid: &str, event: Event) -> Result<bool, StoreError> {
        Ok(self.retire_key(kid, event)?)
    }
}

impl LogStore for SqliteStore {
    fn events(
        &self,
        filter: &EventFilter,
        each: &mut dyn FnMut(LoggedEvent) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        Ok(self.events(filter, each)?)
    }

    fn verify_log(&self) -> Result<LogVerdict, StoreError> {
        Ok(self.verify_log()?)
    }

    fn newest_event_at(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.newest_event_at()?)
    }

    fn record(&mut self, event: Event) -> Result<(), StoreError> {
        Ok(self.record(event)?)
    }
}

impl Maintenance for SqliteStore {
    fn hold_still(&mut self, still: bool) -> Result<(), StoreError> {
        Ok(self.hold_still(still)?)
    }

    fn is_sandbox(&self) -> Result<bool, StoreError> {
        Ok(self.is_sandbox()?)
    }

    fn info(&self) -> Result<StoreInfo, StoreError> {
        Ok(self.info()?)
    }

    fn policy(&self) -> Result<Policy, StoreError> {
        Ok(self.policy()?)
    }

    fn set_policy(&mut self, key: Key, value: Option<u64>, event: Event) -> Result<(), StoreError> {
        Ok(self.set_policy(key, value, event)?)
    }

    fn check(&self, now: Timestamp) -> Result<Vec<String>, StoreError> {
        Ok(self.check(now)?)
    }

    fn backup(&self, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
        Ok(self.backup(to, progress)?)
    }

    fn stats(&self, now: Timestamp, steps: &[Duration], most: usize) -> Result<SessionStats, StoreError> {
        Ok(self.stats(now, steps, most)?)
    }

    fn checkpoint(&mut self) -> Result<(), StoreError> {
        Ok(self.checkpoint()?)
    }
}

impl UserStore for SqliteStore {
    fn user(&self, name: &UserName) -> Result<Option<User>, StoreError> {
        Ok(self.user(name)?)
    }

    fn users(&self, each: &mut dyn FnMut(User) -> ControlFlow<()>) -> Result<(), StoreError> {
        Ok(self.users(each)?)
    }

    fn add_user(
        &mut self,
        name: &UserName,
        hash: Option<&str>,
        event: Event,
    ) -> Result<Option<UserId>, StoreError> {
        Ok(self.add_user(name, hash, event)?)
    }

    fn password_hash(&self, user: UserId) -> Result<Option<String>, StoreError> {
        Ok(self.password_hash(user)?)
    }

    fn set_password(
        &mut self,
        user: UserId,
        hash: &str,
        end: Option<EndSessions>,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        Ok(self.set_password(user, hash, end, event)?)
    }

    fn set_disabled(
        &mut self,
        user: UserId,
        end: Option<EndSessions>,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        Ok(self.set_disabled(user, end, event)?)
    }

    fn remove_user(
        &mut self,
        user: UserId,
        end: EndSessions,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        Ok(self.remove_user(user, end, event)?)
    }

    fn begin_attempt(
        &mut self,
        key: [u8; 32],
        now: Timestamp,
        policy: &Policy,
    ) -> Result<Attempt, StoreError> {
        Ok(self.begin_attempt(key, now, policy)?)
    }

    fn attempt_key(&self, name: &UserName) -> Result<[u8; 32], StoreError> {
        Ok(self.attempt_key(name)?)
    }
}

impl SessionStore for SqliteStore {
    fn look_up(&self, token: &Token) -> Result<Option<Found>, StoreError> {
        Ok(lookup::look_up(self, token)?)
    }

    fn session(&self, id: SessionId) -> Result<Option<(Session, Option<Session>)>, StoreError> {
        Ok(lookup::by_id(self, id)?)
    }

    fn children(&self, head: SessionId) -> Result<Vec<Session>, StoreError> {
        Ok(lookup::children(self, head)?)
    }

    fn rotations(&self, id: SessionId) -> Result<u64, StoreError> {
        Ok(lookup::rotations(self.read_conn(), id)?)
    }

    fn select(
        &self,
        selector: &Selector,
        page: Page,
        now: Timestamp,
        each: &mut dyn FnMut(Session) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        Ok(select::select(self, selector, page, now, each)?)
    }

    fn count(&self, selector: &Selector, now: Timestamp) -> Result<u64, StoreError> {
        Ok(select::Filter::of_all(self.read_conn(), selector, now)?.count(self.read_conn(), None)?)
    }

    fn newest(&self) -> Result<Option<SessionId>, StoreError> {
        Ok(lookup::newest(self.read_conn())?)
    }

    fn create(
        &mut self,
        session: &NewSession,
        random: &[[u8; RANDOM_PER_TOKEN]],
        event: Event,
    ) -> Result<Vec<Issued>, StoreError> {
        Ok(issue::create(self, session, random, event)?)
    }

    fn log_in(&mut self, login: LogIn) -> Result<LogInOutcome, StoreError> {
        Ok(login::log_in(self, login)?)
    }

    fn touch(&mut self, seen: &[Touch], now: Timestamp) -> Result<(), StoreError> {
        Ok(change::touch(self, seen, now)?)
    }

    fn rotate(&mut self, rotation: &Rotation) -> Result<Option<Token>, StoreError> {
        Ok(change::rotate(self, rotation)?)
    }

    fn revoke(&mut self, slice: &Batch<'_>, reason: &str, event: Event) -> Result<BatchResult, StoreError> {
        Ok(bulk::revoke(self, slice, reason, event)?)
    }

    fn expire(&mut self, slice: &Batch<'_>, at: Timestamp, event: Event) -> Result<BatchResult, StoreError> {
        Ok(bulk::expire(self, slice, at, event)?)
    }

    fn prune(&mut self, slice: &Batch<'_>, event: Event) -> Result<BatchResult, StoreError> {
        Ok(bulk::prune(self, slice, event)?)
    }
}
