//! Counts of sessions by what they have in common.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use super::store::MemoryStore;
use crate::model::session::{Kind, Session, State};
use crate::model::time::Timestamp;
use crate::model::user::UserId;
use crate::store::{GroupCount, SessionStats, StatsStore, StoreError};

impl StatsStore for MemoryStore {
    fn stats(
        &self,
        now: Timestamp,
        steps: &[Duration],
        max_groups: usize,
    ) -> Result<SessionStats, StoreError> {
        let state = self.state()?;
        let mut stats = SessionStats {
            ages: vec![0; steps.len() + 1],
            ends: vec![0; steps.len() + 1],
            ..SessionStats::default()
        };
        let mut kinds = Kind::ALL.map(|kind| named(kind.as_str()));
        let mut users = BTreeMap::<Option<UserId>, GroupCount>::new();
        let mut apps = BTreeMap::<&str, GroupCount>::new();
        // In a sandbox, whose time can be set back, later sessions do not exist yet.
        let exists = |session: &Session| !state.sandbox || session.created_at <= now;
        for row in state.sessions.values().filter(|row| exists(&row.session)) {
            let session = &row.session;
            let user = session.user.as_ref().map_or("", |name| name.as_str());
            let app = session.client.app.as_deref().unwrap_or_default();
            count(&mut stats.all, session, now);
            count(&mut kinds[session.kind as usize], session, now);
            count(users.entry(row.user).or_insert_with(|| named(user)), session, now);
            count(apps.entry(app).or_insert_with(|| named(app)), session, now);
            if session.state(now) == State::Active {
                stats.ages[place(steps, |step| now.since(session.created_at) < step)] += 1;
                stats.ends[place(steps, |step| session.deadline.since(now) <= step)] += 1;
            }
        }
        stats.kinds = largest(kinds.into_iter().filter(|kind| total(kind) > 0), usize::MAX);
        stats.users = largest(users.into_values(), max_groups);
        stats.apps = largest(apps.into_values(), max_groups);
        Ok(stats)
    }
}

fn named(name: &str) -> GroupCount {
    GroupCount { name: name.to_owned(), ..GroupCount::default() }
}

fn count(group: &mut GroupCount, session: &Session, now: Timestamp) {
    match session.state(now) {
        State::Active => group.active += 1,
        State::Expired => group.expired += 1,
        State::Revoked => group.revoked += 1,
    }
}

fn total(group: &GroupCount) -> u64 {
    group.active + group.expired + group.revoked
}

/// The first step that holds, or the place behind the last.
fn place(steps: &[Duration], holds: impl Fn(Duration) -> bool) -> usize {
    steps.iter().position(|step| holds(*step)).unwrap_or(steps.len())
}

/// The groups with most active sessions, then most sessions; of equal ones, in their order.
fn largest(groups: impl Iterator<Item = GroupCount>, max_groups: usize) -> Vec<GroupCount> {
    let mut groups: Vec<GroupCount> = groups.collect();
    groups.sort_by_key(|group| Reverse((group.active, total(group))));
    groups.truncate(max_groups);
    groups
}
