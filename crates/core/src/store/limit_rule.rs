//! The limits that active sessions get where the policy is applied to them, and what they make of one session. The one
//! definition of that: each store writes what [`LimitRule::limits`] returns.

use std::time::Duration;

use crate::model::session::Session;
use crate::model::time::Timestamp;

/// The limits that active sessions are to have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitRule {
    /// The idle timeout, where it is to change.
    pub idle_timeout: Option<Duration>,
    /// The lifetime since the session was created, where it is to change.
    pub lifetime: Option<Duration>,
    /// Only sessions whose lifetime is longer than this.
    pub longer_than: Option<Duration>,
    /// Only sessions whose lifetime is at most this.
    pub at_most: Option<Duration>,
    /// Whether limits may become longer; otherwise they only become shorter.
    pub may_lengthen: bool,
}

/// The limits of one session after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long it stays active without being used: until the present at least, also where that is more than the
    /// rule's.
    pub idle_timeout: Option<Duration>,
    /// When it expires at the latest.
    pub absolute_expires_at: Timestamp,
    /// The end that `expire` set.
    pub scheduled_at: Option<Timestamp>,
    /// When it expires if it is not used; the present at the earliest.
    pub deadline: Timestamp,
}

impl LimitRule {
    /// The new limits of a session that is active at `now`; none where they stay as they are. No limit passes the
    /// parent's.
    #[must_use]
    pub fn limits(&self, session: &Session, parent: Option<&Session>, now: Timestamp) -> Option<Limits> {
        let lifetime = session.absolute_expires_at.since(session.created_at);
        if self.longer_than.is_some_and(|span| lifetime <= span)
            || self.at_most.is_some_and(|span| lifetime > span)
        {
            return None;
        }
        let mut idle_timeout = match (self.idle_timeout, session.idle_timeout) {
            (None, old) => old,
            (Some(new), Some(old)) if !self.may_lengthen => Some(new.min(old)),
            (Some(new), _) => Some(new),
        };
        let mut absolute = match self.lifetime.map(|span| session.created_at.plus(span)) {
            None => session.absolute_expires_at,
            Some(new) if self.may_lengthen => new.max(now),
            Some(new) => new.min(session.absolute_expires_at).max(now),
        };
        if let Some(parent) = parent {
            absolute = absolute.min(parent.absolute_expires_at.max(now));
        }
        if (idle_timeout, absolute) == (session.idle_timeout, session.absolute_expires_at) {
            return None;
        }
        let scheduled_at = session.scheduled_at.map(|at| at.min(absolute));
        let mut idle = idle_timeout.map_or(Timestamp::MAX, |span| session.last_seen_at.plus(span));
        if scheduled_at.is_none() && idle < now {
            // It ends with this change, not in the past: it was active until now, for that long without being used.
            (idle_timeout, idle) = (Some(now.since(session.last_seen_at)), now);
        }
        let own = scheduled_at.unwrap_or_else(|| idle.min(absolute));
        let mut deadline = parent.map_or(own, |parent| own.min(parent.deadline));
        if !self.may_lengthen {
            // An earlier end of the parent, which has a later one now, may have cut it.
            deadline = deadline.min(session.deadline);
        }
        Some(Limits { idle_timeout, absolute_expires_at: absolute, scheduled_at, deadline })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::session::Kind;
    use crate::testing::Fixture;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn shorter(idle: Duration) -> LimitRule {
        LimitRule { idle_timeout: Some(idle), ..LimitRule::default() }
    }

    #[test]
    fn limits_only_shorten_unless_they_may_lengthen() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Web, Some("bob")).id;
        let (session, now) = (fixture.get(id), fixture.now());
        let limits = shorter(HOUR / 6).limits(&session, None, now).unwrap();
        assert_eq!((limits.idle_timeout, limits.deadline), (Some(HOUR / 6), now.plus(HOUR / 6)));
        assert_eq!(shorter(HOUR).limits(&session, None, now), None);
        let lengthen = LimitRule { may_lengthen: true, ..shorter(HOUR) };
        assert_eq!(lengthen.limits(&session, None, now).unwrap().deadline, now.plus(HOUR));
        let absolute = LimitRule { lifetime: Some(HOUR / 4), ..LimitRule::default() };
        let limits = absolute.limits(&session, None, now).unwrap();
        assert_eq!((limits.absolute_expires_at, limits.deadline), (now.plus(HOUR / 4), now.plus(HOUR / 4)));
    }

    #[test]
    fn limits_of_a_child_that_was_cut_with_its_parent_do_not_become_later() {
        let mut fixture = Fixture::new();
        let parent = fixture.session(Kind::Sso, Some("bob")).id;
        let id = fixture.child(parent).id;
        let (parent, mut child, now) = (fixture.get(parent), fixture.get(id), fixture.now());
        let (own, cut) = (now.plus(HOUR / 6), now.plus(HOUR / 12));
        (child.scheduled_at, child.deadline) = (Some(own), cut);
        let limits = shorter(HOUR / 12).limits(&child, Some(&parent), now).unwrap();
        assert_eq!((limits.scheduled_at, limits.deadline), (Some(own), cut));
        let lengthen = LimitRule { may_lengthen: true, ..shorter(HOUR / 12) };
        assert_eq!(lengthen.limits(&child, Some(&parent), now).unwrap().deadline, own);
    }

    #[test]
    fn limits_that_have_passed_end_the_session_at_the_change() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Web, Some("bob")).id;
        fixture.later(20 * 60);
        let (session, now) = (fixture.get(id), fixture.now());
        let limits = shorter(HOUR / 6).limits(&session, None, now).unwrap();
        assert_eq!((limits.scheduled_at, limits.deadline), (None, now));
        let ended = Session { idle_timeout: limits.idle_timeout, deadline: now, ..session.clone() };
        assert!(ended.is_consistent() && ended.end_reason(now) == Some("idle"), "{ended:?}");
        let absolute = LimitRule { lifetime: Some(HOUR / 6), ..LimitRule::default() };
        let limits = absolute.limits(&session, None, now).unwrap();
        assert_eq!((limits.absolute_expires_at, limits.deadline), (now, now));
    }

    #[test]
    fn limits_apply_to_the_lifetimes_that_are_meant() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Web, Some("bob")).id;
        let (session, now) = (fixture.get(id), fixture.now());
        let remembered = LimitRule { longer_than: Some(8 * HOUR), ..shorter(HOUR / 6) };
        assert_eq!(remembered.limits(&session, None, now), None);
        let usual = LimitRule { at_most: Some(8 * HOUR), ..shorter(HOUR / 6) };
        assert!(usual.limits(&session, None, now).is_some());
    }
}
