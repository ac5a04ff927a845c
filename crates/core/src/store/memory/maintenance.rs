//! The store as a whole: facts about it, its policy, and its care.

use super::store::MemoryStore;
use super::write_tx::WriteTx;
use super::{check, clock};
use crate::model::event::Event;
use crate::model::policy::{Key, Policy};
use crate::store::{ClockCorrection, Maintenance, PolicyStore, StoreError, StoreInfo};

/// The layout of the contents; it is never migrated, because it ends with the program.
const LAYOUT_VERSION: u32 = 1;

impl Maintenance for MemoryStore {
    fn is_sandbox(&self) -> Result<bool, StoreError> {
        Ok(self.state()?.sandbox)
    }

    fn info(&self) -> Result<StoreInfo, StoreError> {
        let state = self.state()?;
        Ok(StoreInfo {
            schema_version: LAYOUT_VERSION,
            sandbox: state.sandbox,
            created_at: state.created_at,
            sessions: state.sessions.len() as u64,
            users: state.users.values().filter(|row| row.removed_at.is_none()).count() as u64,
            events: state.log.len(),
            rows_are_estimates: false,
            bytes: 0,
            engine: "memory".to_owned(),
            server: None,
        })
    }

    fn check(&self) -> Result<Vec<String>, StoreError> {
        Ok(check::check(&*self.state()?, self.now()))
    }

    fn erase_deleted(&mut self) -> Result<(), StoreError> {
        // Nothing is on a medium.
        Ok(())
    }

    fn accept_clock(&mut self, commit: bool, event: Event) -> Result<Option<ClockCorrection>, StoreError> {
        if commit {
            return self.write(|tx| Ok(clock::accept(tx, &event)));
        }
        let mut state = (*self.state()?).clone();
        Ok(clock::accept(&mut WriteTx::begin(&mut state, self.now())?, &event))
    }
}

impl PolicyStore for MemoryStore {
    fn policy(&self) -> Result<Policy, StoreError> {
        Ok(self.state()?.policy.clone())
    }

    fn set_policy(&mut self, key: Key, value: Option<u64>, event: Event) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.grant()?;
            tx.state.policy.set(key, value.unwrap_or(key.setting().default));
            tx.append(&event);
            Ok(())
        })
    }
}
