//! The audit log in memory: the same chain of hashes as on disk.

use crate::model::event::{Event, GENESIS, LoggedEvent};
use crate::model::time::Timestamp;
use crate::model::user::UserId;
use crate::store::LogVerdict;

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

    /// The events in rising order.
    pub(super) fn events(&self) -> impl DoubleEndedIterator<Item = &LoggedEvent> {
        self.0.iter().map(|(event, _)| event)
    }

    /// The id and the link of the last event.
    pub(super) fn head(&self) -> (i64, [u8; 32]) {
        self.0.last().map_or((0, GENESIS), |(event, link)| (event.id, *link))
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
        self.events().filter(move |event| event.at > time)
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
