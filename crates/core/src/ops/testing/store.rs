//! The rows, and what a store does besides sessions and users.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::Attempts;
use super::sessions::Row;
use super::users::UserRow;
use crate::model::event::{Event, LoggedEvent};
use crate::model::policy::{Key, Policy};
use crate::model::session::{SessionId, State};
use crate::model::time::Timestamp;
use crate::model::token::LocatorKey;
use crate::store::{
    DataEntry, DataOutcome, DataStore, EventFilter, KeyStore, LogStore, LogVerdict, Maintenance,
    SessionStats, StoreError, StoreInfo, StoredKey,
};

#[derive(Clone)]
pub struct FakeStore {
    pub sandbox: bool,
    /// Every write that has no event fails, as on a full disk.
    pub(in crate::ops) full: bool,
    pub(in crate::ops) sessions: Vec<Row>,
    pub(in crate::ops) events: Vec<LoggedEvent>,
    pub(in crate::ops) policy: Policy,
    pub(in crate::ops) users: Vec<UserRow>,
    pub(super) key: LocatorKey,
    pub(super) last_id: i64,
    pub(super) attempts: Attempts,
    keys: Vec<StoredKey>,
    home: Option<Home>,
}

/// Where a store is kept while nobody has it open.
pub type Home = Arc<Mutex<FakeStore>>;

impl Drop for FakeStore {
    fn drop(&mut self) {
        if let Some(home) = self.home.take() {
            *home.lock().unwrap() = self.snapshot();
        }
    }
}

impl FakeStore {
    pub fn new(policy: Policy) -> Self {
        FakeStore {
            sandbox: false,
            full: false,
            sessions: Vec::new(),
            events: Vec::new(),
            policy,
            users: Vec::new(),
            key: LocatorKey::new(&[7; 16]),
            last_id: 0,
            attempts: Attempts::new(),
            keys: Vec::new(),
            home: None,
        }
    }

    /// What is kept now; what is written to it is lost.
    pub fn snapshot(&self) -> Self {
        let mut store = self.clone();
        store.home = None;
        store
    }

    /// Opened for writing: what is written is kept when it is closed.
    pub fn lent(home: &Home) -> Self {
        let mut store = home.lock().unwrap().snapshot();
        store.home = Some(Arc::clone(home));
        store
    }

    pub(super) fn log(&mut self, event: Event) {
        self.events.push(LoggedEvent {
            id: self.events.len() as i64 + 1,
            at: event.at,
            action: event.action.as_str().to_owned(),
            actor: event.actor,
            user: event.user,
            subjects: event.subjects,
            detail: event.detail,
        });
    }
}

impl DataStore for FakeStore {
    fn data(&self, session: SessionId) -> Result<Vec<DataEntry>, StoreError> {
        Ok(self.row(session).map(|row| row.data.clone()).unwrap_or_default())
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
        let at = event.at;
        let Some(row) = self.row_mut(session).filter(|row| row.session.state(at) == State::Active) else {
            return Ok(DataOutcome::NotActive);
        };
        let version = row.data.iter().find(|entry| entry.key == key).map_or(0, |entry| entry.version);
        if if_version.is_some_and(|wanted| wanted != version) || json.is_none() && version == 0 {
            return Ok(DataOutcome::Conflict(version));
        }
        let mut data: Vec<DataEntry> = row.data.iter().filter(|entry| entry.key != key).cloned().collect();
        if let Some(json) = json {
            let entry = DataEntry {
                key: key.to_owned(),
                json: json.to_owned(),
                version: version + 1,
                updated_at: at,
            };
            data.push(entry);
        }
        let bytes: usize = data.iter().map(|entry| entry.key.len() + entry.json.len()).sum();
        if json.is_some() && (data.len() > most.0 || bytes > most.1) {
            return Ok(DataOutcome::Full);
        }
        row.data = data;
        self.log(event);
        Ok(DataOutcome::Done(if json.is_some() { version + 1 } else { 0 }))
    }
}

impl KeyStore for FakeStore {
    fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        Ok(self.keys.iter().rev().cloned().collect())
    }

    fn add_key(&mut self, key: &StoredKey, event: Event) -> Result<bool, StoreError> {
        self.keys.push(key.clone());
        self.log(event);
        Ok(true)
    }

    fn retire_key(&mut self, kid: &str, event: Event) -> Result<bool, StoreError> {
        let Some(key) = self.keys.iter_mut().find(|key| key.kid == kid && key.retired_at.is_none()) else {
            return Ok(false);
        };
        key.retired_at = Some(event.at);
        self.log(event);
        Ok(true)
    }
}

impl LogStore for FakeStore {
    fn events(
        &self,
        _filter: &EventFilter,
        each: &mut dyn FnMut(LoggedEvent) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let _ = self.events.iter().rev().cloned().try_for_each(each);
        Ok(())
    }

    fn verify_log(&self) -> Result<LogVerdict, StoreError> {
        Ok(LogVerdict::Whole { events: self.events.len() as u64, head: String::new() })
    }

    fn newest_event_at(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.events.iter().map(|event| event.at).max())
    }

    fn record(&mut self, event: Event) -> Result<(), StoreError> {
        if self.full {
            return Err(StoreError::Full);
        }
        self.log(event);
        Ok(())
    }
}

impl Maintenance for FakeStore {
    fn hold_still(&mut self, _still: bool) -> Result<(), StoreError> {
        Ok(())
    }

    fn is_sandbox(&self) -> Result<bool, StoreError> {
        Ok(self.sandbox)
    }

    fn info(&self) -> Result<StoreInfo, StoreError> {
        Err(StoreError::Engine("not in memory".to_owned()))
    }

    fn policy(&self) -> Result<Policy, StoreError> {
        Ok(self.policy.clone())
    }

    fn set_policy(&mut self, key: Key, value: Option<u64>, event: Event) -> Result<(), StoreError> {
        self.policy.set(key, value.unwrap_or(key.setting().default));
        self.log(event);
        Ok(())
    }

    fn check(&self, _now: Timestamp) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    fn backup(&self, _to: &Path, _progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
        Err(StoreError::Engine("not in memory".to_owned()))
    }

    fn stats(
        &self,
        now: Timestamp,
        steps: &[std::time::Duration],
        _most: usize,
    ) -> Result<SessionStats, StoreError> {
        let mut stats = SessionStats {
            ages: vec![0; steps.len() + 1],
            ends: vec![0; steps.len() + 1],
            ..SessionStats::default()
        };
        let live = |row: &&Row| row.session.state(now) == State::Active;
        for Row { session, .. } in self.sessions.iter().filter(live) {
            let (age, left) = (now.since(session.created_at), session.deadline.since(now));
            stats.all.active += 1;
            stats.ages[steps.iter().position(|step| age < *step).unwrap_or(steps.len())] += 1;
            stats.ends[steps.iter().position(|step| left <= *step).unwrap_or(steps.len())] += 1;
        }
        Ok(stats)
    }

    fn checkpoint(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}
