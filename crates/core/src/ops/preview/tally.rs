//! Counts what bulk work would do, session by session. Which sessions are read, and what happens to their children, does not
//! belong here.

use std::collections::HashMap;
use std::net::IpAddr;

use super::effect::{AffectedApiToken, Effect, Groups, MAX_NAMED_GROUPS, PlannedAct, Preview};
use crate::model::session::{Kind, Session, State};
use crate::model::time::Timestamp;
use crate::store::EndRule;

/// Counts while sessions are read.
pub(super) struct Tally {
    act: PlannedAct,
    now: Timestamp,
    preview: Preview,
    kinds: Counter<Kind>,
    users: Counter<Option<String>>,
    addresses: Counter<Option<IpAddr>>,
}

impl Tally {
    pub(super) fn new(act: PlannedAct, now: Timestamp) -> Self {
        Tally {
            act,
            now,
            preview: Preview::default(),
            kinds: Counter::default(),
            users: Counter::default(),
            addresses: Counter::default(),
        }
    }

    /// The deadline that a session would have.
    pub(super) fn end_of(&self, session: &Session) -> Timestamp {
        match self.act {
            PlannedAct::Expire(end) => end.end(self.now).min(session.absolute_expires_at),
            PlannedAct::Revoke | PlannedAct::Prune(_) => self.now,
        }
    }

    fn effect(&self, session: &Session) -> Effect {
        let is_active = session.state(self.now) == State::Active;
        match self.act {
            PlannedAct::Prune(_) if is_active => Effect::None,
            PlannedAct::Prune(_) => Effect::Deleted,
            _ if !is_active => Effect::None,
            PlannedAct::Revoke | PlannedAct::Expire(EndRule::Now) => Effect::Ends,
            PlannedAct::Expire(end) => {
                let new = self.end_of(session);
                Effect::NewDeadline { old: session.deadline, new, clamped: new < end.end(self.now) }
            }
        }
    }

    /// Counts a session, and returns what would happen to it.
    pub(super) fn add(&mut self, session: &Session) -> Effect {
        let effect = self.effect(session);
        let preview = &mut self.preview;
        preview.matched += 1;
        if effect == Effect::None {
            preview.already_ended += u64::from(session.state(self.now) != State::Active);
            return effect;
        }
        preview.changing += 1;
        if let Effect::NewDeadline { old, new, clamped } = effect {
            preview.clamped += u64::from(clamped);
            preview.prolonged += u64::from(new > old);
            preview.shortened += u64::from(new < old);
            preview.shortened_api_tokens += u64::from(new < old && session.kind == Kind::Api);
        }
        let user = session.user.as_ref().map(|name| name.as_str().to_owned());
        if session.kind == Kind::Api && preview.api_tokens.len() < MAX_NAMED_GROUPS {
            let label = session.client.label.clone();
            preview.api_tokens.push(AffectedApiToken { id: session.id, user: user.clone(), label });
        }
        self.kinds.add(session.kind);
        self.users.add(user);
        self.addresses.add(session.client.ip);
        effect
    }

    pub(super) fn finish(self) -> Preview {
        Preview {
            kinds: self.kinds.finish(),
            users: self.users.finish(),
            addresses: self.addresses.finish(),
            ..self.preview
        }
    }
}

/// Counts values: a limited number of them one by one, and the rest together.
struct Counter<T> {
    counts: HashMap<T, u64>,
    others: u64,
}

impl<T> Default for Counter<T> {
    fn default() -> Self {
        Counter { counts: HashMap::new(), others: 0 }
    }
}

impl<T: Eq + std::hash::Hash + Ord> Counter<T> {
    fn add(&mut self, value: T) {
        let is_full = self.counts.len() >= MAX_NAMED_GROUPS;
        match self.counts.get_mut(&value) {
            Some(count) => *count += 1,
            None if is_full => self.others += 1,
            None => {
                self.counts.insert(value, 1);
            }
        }
    }

    fn finish(self) -> Groups<T> {
        let mut named: Vec<(T, u64)> = self.counts.into_iter().collect();
        named.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Groups { named, others: self.others }
    }
}
