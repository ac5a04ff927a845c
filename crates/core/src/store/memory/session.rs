//! Implements [`SessionStore`] for [`MemoryStore`].

use std::ops::ControlFlow;

use super::store::MemoryStore;
use super::{batch, create, enter, login, lookup, touch};
use crate::model::event::Event;
use crate::model::selector::Selector;
use crate::model::session::{Session, SessionId};
use crate::model::time::Timestamp;
use crate::model::token::Token;
use crate::store::{
    Batch, BatchResult, EndRule, Entry, Found, Issued, LimitRule, LogIn, LogInOutcome, NewSession, Page,
    RANDOM_PER_TOKEN, Rotation, SessionStore, StoreError, Touch,
};

impl SessionStore for MemoryStore {
    fn look_up(&self, token: &Token) -> Result<Option<Found>, StoreError> {
        Ok(lookup::look_up(&*self.state()?, token))
    }

    fn session(&self, id: SessionId) -> Result<Option<(Session, Option<Session>)>, StoreError> {
        let state = self.state()?;
        let Some(row) = state.sessions.get(&id) else { return Ok(None) };
        Ok(Some((row.session.clone(), lookup::parent_of(&state, &row.session))))
    }

    fn children(&self, parent: SessionId) -> Result<Vec<Session>, StoreError> {
        Ok(lookup::children(&*self.state()?, parent).map(|row| row.session.clone()).collect())
    }

    fn rotations(&self, id: SessionId) -> Result<u64, StoreError> {
        Ok(self.state()?.sessions.get(&id).map_or(0, |row| row.retired.len() as u64))
    }

    fn select(
        &self,
        selector: &Selector,
        page: Page,
        now: Timestamp,
        each: &mut dyn FnMut(Session) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let state = self.state()?;
        let ids = lookup::page(&state, selector, page, now);
        let sessions = ids.into_iter().filter_map(|id| state.sessions.get(&id));
        // Breaking off is no failure.
        let _ = sessions.map(|row| row.session.clone()).try_for_each(each);
        Ok(())
    }

    fn count(&self, selector: &Selector, now: Timestamp) -> Result<u64, StoreError> {
        Ok(lookup::matching(&*self.state()?, selector, now).count() as u64)
    }

    fn newest(&self) -> Result<Option<SessionId>, StoreError> {
        Ok(self.state()?.sessions.last_key_value().map(|(id, _)| *id))
    }

    fn create(
        &mut self,
        session: &NewSession,
        random: &[[u8; RANDOM_PER_TOKEN]],
        event: Event,
    ) -> Result<Vec<Issued>, StoreError> {
        self.write(|tx| create::create(tx, session, random, event))
    }

    fn log_in(&mut self, login: LogIn) -> Result<LogInOutcome, StoreError> {
        self.write(|tx| login::log_in(tx, login))
    }

    fn enter(&mut self, entry: &Entry) -> Result<Option<Issued>, StoreError> {
        self.write(|tx| enter::enter(tx, entry))
    }

    fn touch(&mut self, touches: &[Touch], network_changed: &Event) -> Result<(), StoreError> {
        if touches.is_empty() {
            return Ok(());
        }
        self.write(|tx| touch::touch(tx, touches, network_changed))
    }

    fn rotate(&mut self, rotation: &Rotation) -> Result<Option<Token>, StoreError> {
        self.write(|tx| touch::rotate(tx, rotation))
    }

    fn revoke(&mut self, batch: &Batch<'_>, reason: &str, event: Event) -> Result<BatchResult, StoreError> {
        self.write(|tx| batch::revoke(tx, batch, reason, event))
    }

    fn expire(&mut self, batch: &Batch<'_>, end: EndRule, event: Event) -> Result<BatchResult, StoreError> {
        self.write(|tx| batch::expire(tx, batch, end, event))
    }

    fn set_limits(
        &mut self,
        batch: &Batch<'_>,
        rule: &LimitRule,
        event: Event,
    ) -> Result<BatchResult, StoreError> {
        self.write(|tx| batch::set_limits(tx, batch, rule, event))
    }

    fn prune(&mut self, batch: &Batch<'_>, event: Event) -> Result<BatchResult, StoreError> {
        self.write(|tx| batch::prune(tx, batch, event))
    }
}
