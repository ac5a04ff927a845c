//! The audit log in memory: the same chain of hashes as on disk.

use std::ops::ControlFlow;

use super::MemoryStore;
use super::state::State;
use super::user;
use crate::model::event::{Event, GENESIS, LoggedEvent};
use crate::model::session::SessionId;
use crate::model::time::Timestamp;
use crate::model::user::UserId;
use crate::store::{AccountEvents, AuditStore, EventFilter, LogHead, LogVerdict, StoreError};

/// The events, each with its link.
#[derive(Clone, Default)]
pub(super) struct AuditLog(Vec<(LoggedEvent, [u8; 32])>);

impl AuditLog {
    /// Appends an event with the time of its change.
    pub(super) fn append(&mut self, event: &Event, at: Timestamp, account: Option<UserId>) {
        let (before, id) = self.0.last().map_or((GENESIS, 1), |(event, link)| (*link, event.id + 1));
        let logged = LoggedEvent {
            id,
            at,
            action: event.action.as_str().to_owned(),
            actor: event.actor.clone(),
            user: event.user.clone(),
            subjects: event.subjects.clone(),
            detail: event.detail.clone(),
            user_id: account,
            ip: event.ip,
            app: event.app.clone(),
            account: None,
        };
        let link = logged.link(&before);
        self.0.push((logged, link));
    }

    /// The link of an event.
    pub(super) fn link(&self, id: i64) -> Option<[u8; 32]> {
        self.0.iter().find(|(event, _)| event.id == id).map(|(_, link)| *link)
    }

    /// The time of the latest event.
    pub(super) fn latest_at(&self) -> Option<Timestamp> {
        self.0.last().map(|(event, _)| event.at)
    }

    /// The events after a time.
    pub(super) fn after(&self, time: Timestamp) -> impl Iterator<Item = &LoggedEvent> {
        self.0.iter().map(|(event, _)| event).filter(move |event| event.at > time)
    }

    /// The number of events.
    pub(super) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// Verifies each link.
    pub(super) fn verify(&self) -> LogVerdict {
        let mut before = GENESIS;
        for ((event, link), expected_id) in self.0.iter().zip(1_i64..) {
            if event.id != expected_id || event.link(&before) != *link {
                let why = "it, or the one before it, was changed".to_owned();
                return LogVerdict::Broken { at: expected_id, why };
            }
            before = *link;
        }
        LogVerdict::Consistent { events: self.len(), head: hex::encode(before) }
    }
}

/// Whether an event matches a filter; `about` is the account of the filter's user.
fn matches(filter: &EventFilter, event: &LoggedEvent, about: Option<&AccountEvents>) -> bool {
    let EventFilter { id, after, session, user: _, action, actor, ip: _, since, until, limit: _ } = filter;
    let is_action = |action: &String| {
        event
            .action
            .strip_prefix(action.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    id.is_none_or(|id| event.id == id)
        && after.is_none_or(|after| event.id > after)
        && session.is_none_or(|id| event.subjects.contains(id))
        && about.is_none_or(|about| about.has(event))
        && action.as_ref().is_none_or(is_action)
        && actor.as_ref().is_none_or(|actor| event.actor == *actor)
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
            let account = user::shown_as(&state, name);
            let sessions = account.map(|account| sessions_of(&state, account)).unwrap_or_default();
            AccountEvents::new(name, account, sessions)
        });
        let matching = state.log.0.iter().rev().map(|(event, _)| event);
        let matching = matching.filter(|event| matches(filter, event, about.as_ref()));
        let limit = filter.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let with_account = |mut event: LoggedEvent| {
            event.account = event.user_id.and_then(|id| user::shown_name(&state, id));
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
        let event = state.log.0.last().map_or(0, |(event, _)| event.id);
        let link = state.log.link(event).unwrap_or(GENESIS);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Action;

    fn log() -> AuditLog {
        let mut log = AuditLog::default();
        for seconds in [5, 6, 7] {
            log.append(&Event::new(Action::UserAdded, "tester"), Timestamp::from_unix(seconds), None);
        }
        log
    }

    #[test]
    fn verify_reports_the_first_event_that_was_changed() {
        assert!(matches!(log().verify(), LogVerdict::Consistent { events: 3, head } if head.len() == 64));
        let mut changed = log();
        changed.0[1].0.actor = "someone".to_owned();
        assert!(matches!(changed.verify(), LogVerdict::Broken { at: 2, .. }));
        let mut removed = log();
        removed.0.remove(0);
        assert!(matches!(removed.verify(), LogVerdict::Broken { at: 1, .. }));
    }
}
