//! Sessions in memory.

use std::ops::ControlFlow;

use super::FakeStore;
use crate::model::event::{Event, Subjects};
use crate::model::selector::{Selector, Sort, StateFilter};
use crate::model::session::{Kind, Session, SessionId, State};
use crate::model::time::Timestamp;
use crate::model::token::{Digest, Token, TokenForm};
use crate::store::{
    Batch, BatchResult, Change, DataEntry, Found, Issued, LogIn, LogInOutcome, Merge, NewSession, Page,
    RANDOM_PER_TOKEN, Rotation, SessionStore, StoreError, TokenStatus, Touch,
};

#[derive(Clone)]
pub(in crate::ops) struct Row {
    pub(in crate::ops) session: Session,
    pub(in crate::ops) data: Vec<DataEntry>,
    digest: Digest,
    retired: Vec<(Digest, Timestamp, Timestamp)>,
}

impl Row {
    pub(super) fn revoke(&mut self, reason: &str, at: Timestamp) -> bool {
        let alive = self.session.state(at) == State::Active;
        if alive {
            (self.session.revoked_at, self.session.deadline) = (Some(at), at);
            self.session.revoke_reason = Some(reason.to_owned());
        }
        alive
    }
}

impl FakeStore {
    pub(super) fn row(&self, id: SessionId) -> Option<&Row> {
        self.sessions.iter().find(|row| row.session.id == id)
    }

    pub(super) fn row_mut(&mut self, id: SessionId) -> Option<&mut Row> {
        self.sessions.iter_mut().find(|row| row.session.id == id)
    }

    fn token(&self, id: SessionId, random: [u8; RANDOM_PER_TOKEN], form: TokenForm) -> Token {
        let (mut salt, mut tail) = ([0; 8], [0; 16]);
        salt.copy_from_slice(&random[..8]);
        tail.copy_from_slice(&random[8..]);
        Token::assemble(self.key.seal(id, salt), tail, form)
    }

    fn head_of(&self, session: &Session) -> Option<Session> {
        session.parent.and_then(|id| self.row(id)).map(|row| row.session.clone())
    }

    fn insert(&mut self, new: &NewSession, random: [u8; RANDOM_PER_TOKEN]) -> Option<Issued> {
        let head = new.parent.map(|id| self.row(id).map(|row| row.session.clone()));
        let head_deadline = match head {
            Some(Some(head)) if head.state(new.created_at) == State::Active => Some(head.deadline),
            Some(_) => return None,
            None => None,
        };
        self.last_id += 1;
        let id = SessionId::new(self.last_id)?;
        let token = self.token(id, random, new.form);
        let user = new.user.and_then(|id| self.user_row(id)).map(|row| row.user.name.clone());
        let mut session = Session {
            id,
            kind: new.kind,
            user,
            scopes: new.scopes.clone(),
            parent: new.parent,
            client: new.client.clone(),
            created_at: new.created_at,
            authenticated_at: new.authenticated_at,
            last_seen_at: new.created_at,
            idle_timeout: new.idle_timeout,
            absolute_expires_at: new.absolute_expires_at,
            scheduled_at: None,
            deadline: Timestamp::MAX,
            revoked_at: None,
            revoke_reason: None,
        };
        session.deadline = session.deadline_when_seen(new.created_at, head_deadline);
        let digest = token.digest();
        self.sessions.push(Row { session, digest, data: Vec::new(), retired: Vec::new() });
        Some(Issued { id, token })
    }

    /// The slice's sessions, and whether more lie behind.
    fn slice(&self, slice: &Batch<'_>) -> Result<(Vec<SessionId>, Option<SessionId>), StoreError> {
        let mut ids: Vec<SessionId> = self
            .sessions
            .iter()
            .filter(|row| matches(slice.selector, &row.session, slice.now))
            .map(|row| row.session.id)
            .filter(|id| Some(*id) > slice.after && *id <= slice.up_to)
            .collect();
        ids.sort();
        if let Some(expected) = slice.expect.filter(|n| *n != ids.len() as u64) {
            return Err(StoreError::Unexpected { expected, found: ids.len() as u64 });
        }
        let more = ids.len() > slice.limit;
        ids.truncate(slice.limit);
        let next = if more { ids.last().copied() } else { None };
        Ok((ids, next))
    }

    fn change_all(
        &mut self,
        slice: &Batch<'_>,
        event: Event,
        change: &mut dyn FnMut(&mut Self, SessionId) -> bool,
        family: &mut dyn FnMut(&mut Self, SessionId) -> bool,
    ) -> Result<BatchResult, StoreError> {
        let (ids, next) = self.slice(slice)?;
        let mut changes: Vec<Change> = Vec::new();
        for id in ids {
            let before = self.row(id).map_or(State::Revoked, |row| row.session.state(slice.now));
            let children: Vec<SessionId> = self.children(id)?.iter().map(|child| child.id).collect();
            let changed = change(self, id);
            changes.push(Change { id, before, changed, with: None });
            for child in children {
                if changed && family(self, child) {
                    changes.push(Change { id: child, before: State::Active, changed: true, with: Some(id) });
                }
            }
        }
        let mut ids: Vec<SessionId> = changes.iter().filter(|c| c.changed).map(|c| c.id).collect();
        ids.sort();
        if !ids.is_empty() {
            self.log(event.about(Subjects::of(&ids)));
        }
        Ok(BatchResult { changes, next })
    }
}

fn matches(selector: &Selector, session: &Session, now: Timestamp) -> bool {
    let state = session.state(now);
    let state_fits = match selector.effective_state() {
        StateFilter::Any => true,
        StateFilter::Dead => state != State::Active,
        StateFilter::Only(wanted) => state == wanted,
    };
    state_fits
        && (selector.ids.is_empty() || selector.ids.contains(&session.id))
        && (selector.user.is_none() || selector.user == session.user)
        && selector.kind.is_none_or(|kind| kind == session.kind)
        && selector.under.is_none_or(|head| session.parent == Some(head))
        && selector.expiring_by.is_none_or(|at| session.deadline <= at)
        && selector.created_before.is_none_or(|at| session.created_at < at)
        && selector.created_after.is_none_or(|at| session.created_at >= at)
        && selector.ended_by.is_none_or(|at| session.deadline <= at)
        && !selector.except.contains(&session.id)
}

impl SessionStore for FakeStore {
    fn look_up(&self, token: &Token) -> Result<Option<Found>, StoreError> {
        let Some(row) = self.key.open(token.locator()).and_then(|id| self.row(id)) else { return Ok(None) };
        let digest = token.digest();
        let standing = if row.digest.matches(&digest) {
            TokenStatus::Current
        } else if let Some((_, at, until)) = row.retired.iter().find(|(old, ..)| old.matches(&digest)) {
            TokenStatus::Retired { at: *at, honoured_until: *until }
        } else {
            return Ok(None);
        };
        Ok(Some(Found { session: row.session.clone(), head: self.head_of(&row.session), standing }))
    }

    fn session(&self, id: SessionId) -> Result<Option<(Session, Option<Session>)>, StoreError> {
        Ok(self.row(id).map(|row| (row.session.clone(), self.head_of(&row.session))))
    }

    fn children(&self, head: SessionId) -> Result<Vec<Session>, StoreError> {
        let under = self.sessions.iter().filter(|row| row.session.parent == Some(head));
        Ok(under.map(|row| row.session.clone()).collect())
    }

    fn rotations(&self, id: SessionId) -> Result<u64, StoreError> {
        Ok(self.row(id).map_or(0, |row| row.retired.len() as u64))
    }

    fn select(
        &self,
        selector: &Selector,
        page: Page,
        now: Timestamp,
        each: &mut dyn FnMut(Session) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let fitting = self.sessions.iter().filter(|row| matches(selector, &row.session, now));
        let mut fitting: Vec<Session> = fitting.map(|row| row.session.clone()).collect();
        let place = |session: &Session| match page.sort {
            Sort::Newest => (0, -session.id.get()),
            Sort::Oldest => (0, session.id.get()),
            Sort::Expiring => (session.deadline.unix(), session.id.get()),
        };
        fitting.sort_by_key(place);
        if let Some(after) = page.after {
            fitting.retain(|session| match page.sort {
                Sort::Newest => session.id < after.id,
                Sort::Oldest => session.id > after.id,
                Sort::Expiring => (session.deadline, session.id) > (after.deadline, after.id),
            });
        }
        let most = page.limit.map_or(usize::MAX, |limit| limit as usize);
        let _ = fitting.into_iter().take(most).try_for_each(each);
        Ok(())
    }

    fn count(&self, selector: &Selector, now: Timestamp) -> Result<u64, StoreError> {
        Ok(self.sessions.iter().filter(|row| matches(selector, &row.session, now)).count() as u64)
    }

    fn newest(&self) -> Result<Option<SessionId>, StoreError> {
        Ok(self.sessions.iter().map(|row| row.session.id).max())
    }

    fn create(
        &mut self,
        session: &NewSession,
        random: &[[u8; RANDOM_PER_TOKEN]],
        event: Event,
    ) -> Result<Vec<Issued>, StoreError> {
        let issued: Vec<Issued> = random.iter().filter_map(|bytes| self.insert(session, *bytes)).collect();
        let ids: Vec<SessionId> = issued.iter().map(|issued| issued.id).collect();
        if !ids.is_empty() {
            self.log(event.about(Subjects::of(&ids)));
        }
        Ok(issued)
    }

    fn log_in(&mut self, login: LogIn) -> Result<LogInOutcome, StoreError> {
        let (now, user) = (login.session.created_at, login.session.user);
        let Some(row) = user.and_then(|id| self.user_row(id)) else { return Ok(LogInOutcome::UserGone) };
        let name = row.user.name.clone();
        if row.user.disabled_at.is_some() {
            return Ok(LogInOutcome::UserGone);
        }
        let mut moved = Vec::new();
        if let Some(upgrade) = &login.upgrade {
            let fits = |row: &&Row| {
                row.session.kind == Kind::Anonymous
                    && row.session.state(now) == State::Active
                    && row.digest.matches(&upgrade.digest)
            };
            let Some(row) = self.row(upgrade.id).filter(fits) else {
                return Ok(LogInOutcome::NotUpgradable);
            };
            moved.clone_from(&row.data);
        }
        let of_user =
            |row: &&Row| row.session.user.as_ref() == Some(&name) && row.session.state(now) == State::Active;
        let held: Vec<String> = self
            .sessions
            .iter()
            .filter(of_user)
            .flat_map(|row| row.data.iter().map(|entry| entry.key.clone()))
            .collect();
        let merged: Vec<String> =
            moved.iter().map(|entry| entry.key.clone()).filter(|key| held.contains(key)).collect();
        if !merged.is_empty() && login.upgrade.as_ref().is_some_and(|u| u.merge == Merge::Fail) {
            return Ok(LogInOutcome::MergeConflict(merged));
        }
        let mut live: Vec<SessionId> =
            self.sessions.iter().filter(of_user).map(|row| row.session.id).collect();
        let mut evicted = Vec::new();
        while live.len() as u64 >= login.sessions_max {
            if !login.evict_oldest {
                return Ok(LogInOutcome::TooMany(login.sessions_max));
            }
            evicted.push(live.remove(0));
        }
        for id in evicted.iter().copied().chain(login.upgrade.as_ref().map(|upgrade| upgrade.id)) {
            if let Some(row) = self.row_mut(id) {
                row.revoke("evicted", now);
            }
        }
        if let (Some(new), Some(row)) = (login.rehash, user.and_then(|id| self.user_row(id))) {
            row.hash = Some(new);
        }
        self.attempts.remove(&login.attempt_key);
        let Some(issued) = self.insert(&login.session, login.random) else {
            return Ok(LogInOutcome::UserGone);
        };
        let names = moved.iter().map(|entry| entry.key.clone()).collect();
        if let Some(row) = self.row_mut(issued.id) {
            row.data = moved;
        }
        if let Some(upgrade) = login.upgrade {
            self.log(upgrade.event);
        }
        self.log(login.event.about(Subjects::One(issued.id)));
        Ok(LogInOutcome::Done { issued, moved: names, merged, evicted })
    }

    fn touch(&mut self, seen: &[Touch], now: Timestamp) -> Result<(), StoreError> {
        if self.full {
            return Err(StoreError::Full);
        }
        for seen in seen {
            let head = self.row(seen.id).and_then(|row| self.head_of(&row.session));
            let Some(row) = self.row_mut(seen.id) else { continue };
            let session = &mut row.session;
            if session.state(now) == State::Active && session.last_seen_at <= now {
                let deadline = head.map_or(seen.deadline, |head| head.deadline.min(seen.deadline));
                session.deadline = session.deadline.max(deadline);
                session.last_seen_at = now;
            }
        }
        Ok(())
    }

    fn rotate(&mut self, rotation: &Rotation) -> Result<Option<Token>, StoreError> {
        let form = self.row(rotation.id).map_or(TokenForm::Bare, |row| match row.session.kind {
            Kind::Api => TokenForm::Api,
            _ => TokenForm::Bare,
        });
        let token = self.token(rotation.id, rotation.random, form);
        let fits = |row: &&mut Row| {
            row.session.state(rotation.at) == State::Active && row.digest.matches(&rotation.digest)
        };
        let Some(row) = self.row_mut(rotation.id).filter(fits) else { return Ok(None) };
        row.retired.push((row.digest, rotation.at, rotation.honoured_until));
        row.digest = token.digest();
        row.session.authenticated_at = rotation.authenticated_at.or(row.session.authenticated_at);
        if let Some(key) = rotation.attempt_key {
            self.attempts.remove(&key);
        }
        self.log(rotation.event.clone());
        Ok(Some(token))
    }

    fn revoke(&mut self, slice: &Batch<'_>, reason: &str, event: Event) -> Result<BatchResult, StoreError> {
        if self.full {
            return Err(StoreError::Full);
        }
        let now = slice.now;
        let mut end = |store: &mut Self, id| store.row_mut(id).is_some_and(|row| row.revoke(reason, now));
        let mut fall = end;
        self.change_all(slice, event, &mut end, &mut fall)
    }

    fn expire(&mut self, slice: &Batch<'_>, at: Timestamp, event: Event) -> Result<BatchResult, StoreError> {
        let now = slice.now;
        let mut set = |store: &mut Self, id: SessionId| {
            let head = store.row(id).and_then(|row| store.head_of(&row.session));
            let Some(row) = store.row_mut(id).filter(|row| row.session.state(now) == State::Active) else {
                return false;
            };
            let own = at.min(row.session.absolute_expires_at);
            row.session.scheduled_at = Some(own);
            row.session.deadline = head.map_or(own, |head| head.deadline.min(own));
            true
        };
        let mut cut = |store: &mut Self, id: SessionId| match store.row_mut(id) {
            Some(row) if row.session.deadline > at && row.session.revoked_at.is_none() => {
                row.session.deadline = at;
                true
            }
            _ => false,
        };
        self.change_all(slice, event, &mut set, &mut cut)
    }

    fn prune(&mut self, slice: &Batch<'_>, event: Event) -> Result<BatchResult, StoreError> {
        let mut delete = |store: &mut Self, id: SessionId| {
            let free = store.children(id).is_ok_and(|children| children.is_empty());
            if free {
                store.sessions.retain(|row| row.session.id != id);
            }
            free
        };
        self.change_all(slice, event, &mut delete, &mut |_, _| false)
    }
}
