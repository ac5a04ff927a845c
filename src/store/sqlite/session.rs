//! What is asked of a store about sessions, and which file answers it.

use std::ops::ControlFlow;

use super::{SqliteStore, bulk, change, issue, login, lookup, row, select};
use crate::domain::event::Event;
use crate::domain::selector::Selector;
use crate::domain::session::{Session, SessionId};
use crate::domain::time::Timestamp;
use crate::domain::token::Token;
use crate::store::{
    Found, Issued, LogIn, LogInOutcome, NewSession, Page, RANDOM_PER_TOKEN, Rotation, Seen, SessionStore,
    Slice, StoreError, Swept,
};

impl SessionStore for SqliteStore {
    fn look_up(&self, token: &Token) -> Result<Option<Found>, StoreError> {
        lookup::look_up(self, token)
    }

    fn session(&self, id: SessionId) -> Result<Option<(Session, Option<Session>)>, StoreError> {
        lookup::by_id(self, id)
    }

    fn children(&self, head: SessionId) -> Result<Vec<Session>, StoreError> {
        lookup::children(self, head)
    }

    fn rotations(&self, id: SessionId) -> Result<u64, StoreError> {
        lookup::rotations(self.read_conn(), id)
    }

    fn select(
        &self,
        selector: &Selector,
        page: Page,
        now: Timestamp,
        each: &mut dyn FnMut(Session) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        select::select(self, selector, page, now, each)
    }

    fn count(&self, selector: &Selector, now: Timestamp) -> Result<u64, StoreError> {
        select::Filter::of_all(self.read_conn(), selector, now)?.count(self.read_conn(), None)
    }

    fn newest(&self) -> Result<Option<SessionId>, StoreError> {
        let newest: Option<i64> =
            self.read_conn().query_row("SELECT max(id) FROM session", [], |row| row.get(0))?;
        newest.map(row::id).transpose()
    }

    fn create(
        &mut self,
        session: &NewSession,
        random: &[[u8; RANDOM_PER_TOKEN]],
        event: Event,
    ) -> Result<Vec<Issued>, StoreError> {
        issue::create(self, session, random, event)
    }

    fn log_in(&mut self, login: LogIn) -> Result<LogInOutcome, StoreError> {
        login::log_in(self, login)
    }

    fn touch(&mut self, seen: &[Seen], now: Timestamp) -> Result<(), StoreError> {
        change::touch(self, seen, now)
    }

    fn rotate(&mut self, rotation: &Rotation) -> Result<Option<Token>, StoreError> {
        change::rotate(self, rotation)
    }

    fn revoke(&mut self, slice: &Slice<'_>, reason: &str, event: Event) -> Result<Swept, StoreError> {
        bulk::revoke(self, slice, reason, event)
    }

    fn expire(&mut self, slice: &Slice<'_>, at: Timestamp, event: Event) -> Result<Swept, StoreError> {
        bulk::expire(self, slice, at, event)
    }

    fn prune(&mut self, slice: &Slice<'_>, event: Event) -> Result<Swept, StoreError> {
        bulk::prune(self, slice, event)
    }
}
