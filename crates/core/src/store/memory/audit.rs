//! Reading and writing the audit log.

use std::ops::ControlFlow;

use super::accounts;
use super::state::State;
use super::store::MemoryStore;
use crate::model::event::{Event, LoggedEvent};
use crate::model::session::SessionId;
use crate::model::time::Timestamp;
use crate::model::user::UserId;
use crate::store::{AccountEvents, AuditStore, EventFilter, LogHead, LogVerdict, StoreError};

/// Whether an event matches a filter; `about` is the account of the filter's user.
fn matches(filter: &EventFilter, event: &LoggedEvent, about: Option<&AccountEvents>) -> bool {
    let EventFilter { id, after, session, user: _, actions: _, actor: _, ip: _, since, until, limit: _ } =
        filter;
    id.is_none_or(|id| event.id == id)
        && after.is_none_or(|after| event.id > after)
        && session.is_none_or(|id| event.subjects.contains(id))
        && about.is_none_or(|about| about.has(event))
        && filter.accepts_action(&event.action)
        && filter.accepts_actor(&event.actor)
        && filter.accepts_address(event.ip)
        && since.is_none_or(|since| event.at >= since)
        && until.is_none_or(|until| event.at < until)
}

/// The existing sessions of an account, in rising order.
fn sessions_of(state: &State, account: UserId) -> Vec<SessionId> {
    let rows = state.sessions.values().filter(|row| row.user == Some(account));
    rows.map(|row| row.session.id).collect()
}

impl AuditStore for MemoryStore {
    fn events(
        &self,
        filter: &EventFilter,
        each: &mut dyn FnMut(LoggedEvent) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let state = self.state()?;
        let about = filter.user.as_ref().map(|name| {
            let account = accounts::shown_as(&state, name);
            let sessions = account.map(|account| sessions_of(&state, account)).unwrap_or_default();
            AccountEvents::new(name, account, sessions)
        });
        let matching = state.log.events().rev();
        let matching = matching.filter(|event| matches(filter, event, about.as_ref()));
        let limit = filter.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let with_account = |mut event: LoggedEvent| {
            event.account = event.user_id.and_then(|id| accounts::shown_name(&state, id));
            event
        };
        // Breaking off is no failure.
        let _ = matching.take(limit).cloned().map(with_account).try_for_each(each);
        Ok(())
    }

    fn verify_log(&self) -> Result<LogVerdict, StoreError> {
        Ok(self.state()?.log.verify())
    }

    fn head(&self) -> Result<LogHead, StoreError> {
        let state = self.state()?;
        let (event, link) = state.log.head();
        Ok(LogHead { database_id: state.database_id(), event, link })
    }

    fn contains_head(&self, head: &LogHead) -> Result<bool, StoreError> {
        let state = self.state()?;
        Ok(head.database_id == state.database_id() && state.log.link(head.event) == Some(head.link))
    }

    fn latest_event_at(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.state()?.log.latest_at())
    }

    fn record(&mut self, event: Event) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.append(&event);
            Ok(())
        })
    }

    fn record_if_active(
        &mut self,
        session: SessionId,
        until: Timestamp,
        event: Event,
    ) -> Result<bool, StoreError> {
        self.write(|tx| {
            tx.grant()?;
            let lasts = |id| tx.live(id).filter(|row| row.session.deadline >= until);
            let active =
                lasts(session).is_some_and(|row| row.session.parent.is_none_or(|id| lasts(id).is_some()));
            if active {
                tx.append(&event);
            }
            Ok(active)
        })
    }
}
