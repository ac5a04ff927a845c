//! Counts of what a selector matches, by one thing that sessions have in common. It only reads.

use std::collections::HashMap;
use std::ops::ControlFlow;

mod group;

pub use group::{Group, NO_VALUE, age_step, age_steps, expiry_step, expiry_steps, network};
use group::{STEPS, names};

use super::existence;
use crate::model::selector::{Selector, Sort, StateFilter};
use crate::model::session::{Session, State};
use crate::model::time::Timestamp;
use crate::store::{GroupCount, Page, SessionStats, Store, StoreError};

/// Groups that are counted apart: about 70 bytes each. Sessions of further ones are counted together, so that memory
/// stays bounded.
const MAX_GROUPS: usize = 225_000;

/// The group of what is not kept apart.
pub const OTHERS: &str = "(others)";

/// Numbers of active sessions, by the name of a step.
pub type Steps = Vec<(String, u64)>;

/// What an overview shows of all sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// All of them, and the largest groups by kind, user and app.
    pub rows: Vec<Row>,
    /// The active ones by the time since they were created.
    pub ages: Steps,
    /// The active ones by the time until they expire.
    pub ends: Steps,
}

/// Counts all sessions, with the largest `top` users and apps.
///
/// # Errors
/// The store's.
pub fn overview(store: &dyn Store, top: usize, now: Timestamp) -> Result<Overview, StoreError> {
    let SessionStats { all, kinds, users, apps, ages, ends } =
        store.stats(now, &STEPS.map(|(_, step)| step), top)?;
    let groups = [("all", vec![all]), ("kind", kinds), ("user", users), ("app", apps)];
    let rows =
        groups.into_iter().flat_map(|(group, counts)| counts.into_iter().map(move |count| (group, count)));
    Ok(Overview {
        rows: rows.collect(),
        ages: names("under").into_iter().zip(ages).collect(),
        ends: names("within").into_iter().zip(ends).collect(),
    })
}

/// The name of a group, and the count of one of its values.
pub type Row = (&'static str, GroupCount);

/// Which groups are shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// The largest number of rows for each group.
    pub top: usize,
    /// Those with the fewest sessions, in place of those with the most active ones.
    pub rarest: bool,
}

/// The rows of a table of counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// The rows.
    pub rows: Vec<Row>,
    /// What was grouped by where not all groups are shown.
    pub cut: Vec<&'static str>,
}

impl Counted {
    fn add(&mut self, group: Group, mut counts: Vec<GroupCount>, top: usize) {
        if counts.len() > top {
            counts.truncate(top);
            self.cut.push(group.name());
        }
        self.rows.extend(counts.into_iter().map(|count| (group.name(), count)));
    }
}

/// Counts all sessions in each of the groups, where the store counts them by itself: it reads no name for each of them.
/// None for other groups, for the rarest, and where a row is damaged, which only [`count`] passes over.
///
/// # Errors
/// The store's.
pub fn count_all(
    store: &dyn Store,
    groups: &[Group],
    (shown, now): (Shown, Timestamp),
) -> Result<Option<Counted>, StoreError> {
    if shown.rarest
        || !groups.iter().all(|group| matches!(group, Group::State | Group::Kind | Group::User | Group::App))
    {
        return Ok(None);
    }
    // One more than is shown: it decides whether there are more.
    let stats = match store.stats(now, &[], shown.top.saturating_add(1)) {
        Err(StoreError::Corrupt(_)) => return Ok(None),
        stats => stats?,
    };
    let mut counted = Counted::default();
    for group in groups {
        let counts = match group {
            Group::State => by_state(&stats.all),
            Group::User => stats.users.clone(),
            Group::App => stats.apps.clone(),
            _ => stats.kinds.clone(),
        };
        counted.add(*group, counts, shown.top);
    }
    Ok(Some(counted))
}

/// The same counts, a row for each state that there is.
fn by_state(all: &GroupCount) -> Vec<GroupCount> {
    let none = GroupCount { name: String::new(), active: 0, expired: 0, revoked: 0 };
    let mut counts = vec![
        GroupCount { name: State::Active.as_str().to_owned(), active: all.active, ..none.clone() },
        GroupCount { name: State::Expired.as_str().to_owned(), expired: all.expired, ..none.clone() },
        GroupCount { name: State::Revoked.as_str().to_owned(), revoked: all.revoked, ..none },
    ];
    counts.retain(|count| count.active + count.expired + count.revoked > 0);
    counts.sort_by_key(|count| std::cmp::Reverse((count.active, count.expired + count.revoked)));
    counts
}

/// Counts what a selector matches, in each of the groups, of a time all steps. Returns the
/// error about damaged rows beside the counts of the sound ones.
///
/// # Errors
/// Any other error of the store.
pub fn count(
    store: &dyn Store,
    selector: Selector,
    groups: &[Group],
    (shown, now): (Shown, Timestamp),
) -> Result<(Counted, Result<(), StoreError>), StoreError> {
    let state = selector.state.or((!selector.asks_about_the_past()).then_some(StateFilter::Any));
    let mut selector = Selector { state, ..selector };
    existence::select_existing(store, &mut selector, now)?;
    let mut counts: Vec<Counts> = groups.iter().map(|_| Counts::new()).collect();
    // Whoever asks for a time in the past is answered about that time: what was active then counts as active.
    let seen_at = selector.active_at.unwrap_or(now);
    let state_of = |session: &Session| match selector.active_at {
        Some(_) => State::Active,
        None => session.state(now),
    };
    let read = store.select(&selector, Page::whole(Sort::Newest), now, &mut |session| {
        for (group, counts) in groups.iter().zip(&mut counts) {
            let state = state_of(&session);
            if let Some(name) = group.of(&session, state, seen_at) {
                add(counts, &name, state);
            }
        }
        ControlFlow::Continue(())
    });
    let damage = match read {
        Err(error @ StoreError::Corrupt(_)) => Err(error),
        read => {
            read?;
            Ok(())
        }
    };
    let mut counted = Counted::default();
    for (group, mut counts) in groups.iter().zip(counts) {
        match group.steps() {
            Some(names) => {
                let steps = names.iter().filter_map(|name| counts.remove_entry(name.as_str()));
                counted.add(*group, steps.map(group_count).collect(), usize::MAX);
            }
            None => {
                let found = by_size(counts, shown).into_iter().map(group_count).collect();
                counted.add(*group, found, shown.top);
            }
        }
    }
    Ok((counted, damage))
}

/// Active, expired and revoked sessions, by the name of the group.
type Counts = HashMap<Box<str>, [u32; 3]>;

fn add(counts: &mut Counts, name: &str, state: State) {
    let name = if counts.len() >= MAX_GROUPS && !counts.contains_key(name) { OTHERS } else { name };
    let place = match state {
        State::Active => 0,
        State::Expired => 1,
        State::Revoked => 2,
    };
    match counts.get_mut(name) {
        Some(count) => count[place] = count[place].saturating_add(1),
        None => {
            let mut count = [0; 3];
            count[place] = 1;
            counts.insert(name.into(), count);
        }
    }
}

/// The groups with the most active sessions, and of those with as many, with the most others; or those with the fewest
/// sessions in all. One more than is shown.
fn by_size(counts: Counts, shown: Shown) -> Vec<(Box<str>, [u32; 3])> {
    let ended = |[_, expired, revoked]: [u32; 3]| u64::from(expired) + u64::from(revoked);
    let most = |count: [u32; 3]| std::cmp::Reverse((count[0], ended(count)));
    let all = |count: [u32; 3]| u64::from(count[0]) + ended(count);
    let mut found: Vec<(Box<str>, [u32; 3])> = counts.into_iter().collect();
    found.sort_unstable_by(|(a, x), (b, y)| match shown.rarest {
        true => all(*x).cmp(&all(*y)).then_with(|| a.cmp(b)),
        false => most(*x).cmp(&most(*y)).then_with(|| a.cmp(b)),
    });
    found.truncate(shown.top.saturating_add(1));
    found
}

fn group_count((name, [active, expired, revoked]): (Box<str>, [u32; 3])) -> GroupCount {
    GroupCount { name: name.into(), active: active.into(), expired: expired.into(), revoked: revoked.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::session::Kind;
    use crate::testing::Fixture;

    #[test]
    fn all_sessions_are_counted_by_the_store_as_one_by_one() {
        let mut fixture = Fixture::new();
        for (kind, user) in [(Kind::Web, Some("bob")), (Kind::Web, Some("eve")), (Kind::Anonymous, None)] {
            fixture.session(kind, user);
        }
        fixture.later(40 * 60);
        fixture.session(Kind::Web, Some("bob"));
        for top in [1, 2, 10] {
            let (fast, slow) = fixture
                .run(|cx| {
                    let limits = (Shown { top, rarest: false }, cx.now());
                    let fast = count_all(cx.store, &Group::OVERVIEW, limits)?;
                    let (slow, damage) = count(cx.store, Selector::default(), &Group::OVERVIEW, limits)?;
                    damage?;
                    assert!(count_all(cx.store, &[Group::User, Group::Age], limits)?.is_none());
                    Ok::<_, StoreError>((fast.unwrap(), slow))
                })
                .unwrap();
            assert_eq!(fast, slow);
            assert_eq!(slow.cut.contains(&"user"), top < 3, "{top}");
        }
        let rarest = fixture.run(|cx| {
            let limits = (Shown { top: 1, rarest: true }, cx.now());
            assert!(count_all(cx.store, &[Group::User], limits)?.is_none());
            count(cx.store, Selector::default(), &[Group::User], limits)
        });
        let (Counted { rows, cut }, _) = rarest.unwrap();
        assert_eq!((rows.len(), rows[0].1.name.as_str(), cut), (1, NO_VALUE, vec!["user"]));
    }
}
