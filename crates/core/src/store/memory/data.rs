//! Values kept with sessions.

use super::store::MemoryStore;
use crate::model::event::Event;
use crate::model::session::SessionId;
use crate::store::{DataEntry, DataOutcome, DataStore, DataWrite, StoreError};

impl DataStore for MemoryStore {
    fn data(&self, session: SessionId) -> Result<Vec<DataEntry>, StoreError> {
        Ok(self
            .state()?
            .sessions
            .get(&session)
            .map(|row| row.data.values().cloned().collect())
            .unwrap_or_default())
    }

    fn set_data(&mut self, write: &DataWrite<'_>, event: Event) -> Result<DataOutcome, StoreError> {
        let DataWrite { session, key, json, if_version, limits } = *write;
        self.write(|tx| {
            tx.grant()?;
            let now = tx.now;
            let Some(row) = tx.live_mut(session) else { return Ok(DataOutcome::NotActive) };
            let version = row.data.get(key).map_or(0, |entry| entry.version);
            if if_version.is_some_and(|expected| expected != version) {
                return Ok(DataOutcome::Conflict(version));
            }
            let Some(json) = json else {
                if row.data.remove(key).is_some() {
                    tx.append(&event);
                }
                return Ok(DataOutcome::Done(0));
            };
            let others = || row.data.values().filter(|entry| entry.key != key);
            let used: usize = others().map(|entry| entry.key.len() + entry.json.len()).sum();
            if others().count() >= limits.keys || used + key.len() + json.len() > limits.bytes {
                return Ok(DataOutcome::Full);
            }
            let version = version + 1;
            let entry = DataEntry { key: key.to_owned(), json: json.to_owned(), version, updated_at: now };
            row.data.insert(key.to_owned(), entry);
            tx.append(&event);
            Ok(DataOutcome::Done(version))
        })
    }
}
