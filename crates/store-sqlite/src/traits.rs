//! The store traits of `sessionctl-core`, and which function of this crate answers each method; and that what is read
//! comes from the database that has the name now. Nothing else happens here.

use std::ops::ControlFlow;
use std::time::Duration;

use sessionctl_core::model::event::{Event, LoggedEvent};
use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Session, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::Token;
use sessionctl_core::model::user::{Account, User, UserId, UserName};
use sessionctl_core::store::*;

use crate::audit::{append, chain, events};
use crate::maintenance::{check, clock, info, wal};
use crate::read::filter::Filter;
use crate::read::{latest, lookup, select, stats};
use crate::store::SqliteStore;
use crate::write::{create, enter, expire, limits, login, prune, revoke, rotate, touch};
use crate::{read, write};

impl DataStore for SqliteStore {
    fn data(&self, session: SessionId) -> Result<Vec<DataEntry>, StoreError> {
        self.ensure_current()?;
        Ok(read::data::data(self, session)?)
    }

    fn set_data(&mut self, write: &DataWrite<'_>, event: Event) -> Result<DataOutcome, StoreError> {
        Ok(write::data::set_data(self, write, event)?)
    }
}

impl KeyStore for SqliteStore {
    fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        self.ensure_current()?;
        Ok(read::key::keys(self)?)
    }

    fn add_key(&mut self, key: &NewKey, only_first: bool, event: Event) -> Result<bool, StoreError> {
        Ok(write::key::add_key(self, key, only_first, event)?)
    }

    fn retire_key(&mut self, kid: &str, event: Event) -> Result<bool, StoreError> {
        Ok(write::key::retire_key(self, kid, event)?)
    }

    fn revoke_key(&mut self, kid: &str, event: Event) -> Result<bool, StoreError> {
        Ok(write::key::revoke_key(self, kid, event)?)
    }
}

impl AuditStore for SqliteStore {
    fn events(
        &self,
        filter: &EventFilter,
        each: &mut dyn FnMut(LoggedEvent) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.ensure_current()?;
        Ok(events::events(self, filter, each)?)
    }

    fn verify_log(&self) -> Result<LogVerdict, StoreError> {
        Ok(chain::verify_log(self)?)
    }

    fn head(&self) -> Result<LogHead, StoreError> {
        Ok(chain::head(self.conn())?)
    }

    fn contains_head(&self, head: &LogHead) -> Result<bool, StoreError> {
        Ok(chain::contains_head(self.conn(), head)?)
    }

    fn head_at(&self, event: i64) -> Result<Option<LogHead>, StoreError> {
        Ok(chain::head_at(self.conn(), event)?)
    }

    fn latest_event_at(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(SqliteStore::latest_event_at(self)?)
    }

    fn record(&mut self, event: Event) -> Result<(), StoreError> {
        Ok(append::record(self, event)?)
    }

    fn record_if_active(
        &mut self,
        session: SessionId,
        until: Timestamp,
        event: Event,
    ) -> Result<bool, StoreError> {
        Ok(append::record_if_active(self, session, until, event)?)
    }
}

impl Maintenance for SqliteStore {
    fn is_sandbox(&self) -> Result<bool, StoreError> {
        Ok(latest::is_sandbox(self.conn())?)
    }

    fn info(&self) -> Result<StoreInfo, StoreError> {
        Ok(info::info(self)?)
    }

    fn check(&self) -> Result<Vec<String>, StoreError> {
        Ok(check::check(self)?)
    }

    fn erase_deleted(&mut self) -> Result<(), StoreError> {
        Ok(wal::checkpoint(self.conn())?)
    }

    fn accept_clock(&mut self, commit: bool, event: Event) -> Result<Option<ClockCorrection>, StoreError> {
        Ok(clock::accept(self, commit, &event)?)
    }

    fn is_replaced(&self) -> bool {
        SqliteStore::is_replaced(self)
    }

    fn limit_lock_wait(&mut self) -> Result<(), StoreError> {
        Ok(SqliteStore::limit_lock_wait(self)?)
    }
}

impl PolicyStore for SqliteStore {
    fn policy(&self) -> Result<Policy, StoreError> {
        Ok(SqliteStore::policy(self)?)
    }

    fn set_policy(&mut self, key: Key, value: Option<u64>, event: Event) -> Result<(), StoreError> {
        Ok(write::policy::set_policy(self, key, value, event)?)
    }
}

impl StatsStore for SqliteStore {
    fn stats(
        &self,
        now: Timestamp,
        steps: &[Duration],
        max_groups: usize,
    ) -> Result<SessionStats, StoreError> {
        self.ensure_current()?;
        Ok(stats::stats(self.conn(), now, steps, max_groups)?)
    }
}

impl Store for SqliteStore {
    fn with_snapshot(
        &mut self,
        read: &mut dyn FnMut(&dyn Store) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.begin_snapshot()?;
        let result = read(self);
        self.end_snapshot()?;
        result
    }
}

impl UserStore for SqliteStore {
    fn user(&self, name: &UserName) -> Result<Option<User>, StoreError> {
        self.ensure_current()?;
        Ok(read::user::user(self, name)?)
    }

    fn account(&self, name: &UserName) -> Result<Option<Account>, StoreError> {
        Ok(read::account::by_name(self.conn(), name)?)
    }

    fn users(&self, each: &mut dyn FnMut(User) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.ensure_current()?;
        Ok(read::user::users(self, each)?)
    }

    fn add_user(
        &mut self,
        name: &UserName,
        hash: Option<&str>,
        event: Event,
    ) -> Result<Option<UserId>, StoreError> {
        Ok(write::user::add_user(self, name, hash, event)?)
    }

    fn add_users(&mut self, users: &[NewUser]) -> Result<Vec<usize>, StoreError> {
        Ok(write::user::add_users(self, users)?)
    }

    fn rename_user(&mut self, user: UserId, name: &UserName, event: Event) -> Result<Renaming, StoreError> {
        Ok(write::user::rename_user(self, user, name, event)?)
    }

    fn password_hash(&self, user: UserId) -> Result<Option<String>, StoreError> {
        Ok(read::user::password_hash(self, user)?)
    }

    fn set_password(
        &mut self,
        user: UserId,
        hash: &str,
        end: Option<EndSessions>,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        Ok(write::user::set_password(self, user, hash, end, event)?)
    }

    fn disable_user(
        &mut self,
        user: UserId,
        end: EndSessions,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        Ok(write::user::disable_user(self, user, end, event)?)
    }

    fn enable_user(&mut self, user: UserId, event: Event) -> Result<bool, StoreError> {
        Ok(write::user::enable_user(self, user, event)?)
    }

    fn remove_user(
        &mut self,
        user: UserId,
        end: EndSessions,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        Ok(write::user::remove_user(self, user, end, event)?)
    }

    fn begin_attempt(&mut self, key: [u8; 32], policy: &Policy) -> Result<Attempt, StoreError> {
        Ok(write::attempt::begin_attempt(self, key, policy)?)
    }

    fn settle_attempt(&mut self, key: [u8; 32], event: Event) -> Result<(), StoreError> {
        Ok(write::attempt::settle_attempt(self, key, event)?)
    }

    fn record_refusal(&mut self, key: [u8; 32], event: Event) -> Result<bool, StoreError> {
        Ok(write::attempt::record_refusal(self, key, event)?)
    }

    fn cancel_attempt(&mut self, key: [u8; 32]) -> Result<(), StoreError> {
        Ok(write::attempt::cancel_attempt(self, key)?)
    }

    fn clear_attempts(&mut self, key: [u8; 32], event: Event) -> Result<bool, StoreError> {
        Ok(write::attempt::clear_attempts(self, key, event)?)
    }

    fn prune_attempts(&mut self, older_than: Duration) -> Result<u64, StoreError> {
        Ok(write::attempt::prune_attempts(self, older_than)?)
    }

    fn attempt_key(&self, name: &UserName) -> Result<[u8; 32], StoreError> {
        Ok(read::attempt::attempt_key(self, name)?)
    }
}

impl SessionStore for SqliteStore {
    fn look_up(&self, token: &Token) -> Result<Option<Found>, StoreError> {
        Ok(lookup::look_up(self, token)?)
    }

    fn session(&self, id: SessionId) -> Result<Option<(Session, Option<Session>)>, StoreError> {
        Ok(lookup::by_id(self, id)?)
    }

    fn children(&self, parent: SessionId) -> Result<Vec<Session>, StoreError> {
        Ok(lookup::children(self, parent)?)
    }

    fn rotations(&self, id: SessionId) -> Result<u64, StoreError> {
        Ok(lookup::rotations(self.conn(), id)?)
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

    fn full_scan(&self, selector: &Selector) -> Option<FullScan> {
        FullScan::of(selector)
    }

    fn count(&self, selector: &Selector, now: Timestamp) -> Result<u64, StoreError> {
        self.ensure_current()?;
        Ok(Filter::of_all(self.conn(), selector, now)?.count(self.conn(), None)?)
    }

    fn newest(&self) -> Result<Option<SessionId>, StoreError> {
        Ok(lookup::newest(self.conn())?)
    }

    fn create(
        &mut self,
        session: &NewSession,
        random: &[[u8; RANDOM_PER_TOKEN]],
        event: Event,
    ) -> Result<Vec<Issued>, StoreError> {
        Ok(create::create(self, session, random, event)?)
    }

    fn log_in(&mut self, login: LogIn) -> Result<LogInOutcome, StoreError> {
        Ok(login::log_in(self, login)?)
    }

    fn enter(&mut self, entry: &Entry) -> Result<Option<Issued>, StoreError> {
        Ok(enter::enter(self, entry)?)
    }

    fn touch(&mut self, touches: &[Touch], network_changed: &Event) -> Result<(), StoreError> {
        Ok(touch::touch(self, touches, network_changed)?)
    }

    fn rotate(&mut self, rotation: &Rotation) -> Result<Option<Token>, StoreError> {
        Ok(rotate::rotate(self, rotation)?)
    }

    fn revoke(&mut self, batch: &Batch<'_>, reason: &str, event: Event) -> Result<BatchResult, StoreError> {
        Ok(revoke::revoke(self, batch, reason, event)?)
    }

    fn expire(&mut self, batch: &Batch<'_>, end: EndRule, event: Event) -> Result<BatchResult, StoreError> {
        Ok(expire::expire(self, batch, end, event)?)
    }

    fn set_limits(
        &mut self,
        batch: &Batch<'_>,
        rule: &LimitRule,
        event: Event,
    ) -> Result<BatchResult, StoreError> {
        Ok(limits::set_limits(self, batch, rule, event)?)
    }

    fn prune(&mut self, batch: &Batch<'_>, event: Event) -> Result<BatchResult, StoreError> {
        Ok(prune::prune(self, batch, event)?)
    }
}
