//! Counts of what a selector matches, by one thing that sessions have in common. It only reads.

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::ControlFlow;
use std::time::Duration;

use super::clock;
use crate::model::address::Cidr;
use crate::model::selector::{Selector, Sort, StateFilter};
use crate::model::session::{Session, State};
use crate::model::time::Timestamp;
use crate::store::{GroupCount, Page, SessionStats, Store, StoreError};

/// Groups that are counted apart: about 70 bytes each. Sessions of further ones are counted together, so that memory stays
/// bounded.
const MAX_GROUPS: usize = 225_000;

/// How the sessions without a user, or without an app, are named.
pub const NO_USER: &str = "(no user)";
/// See [`NO_USER`].
pub const NO_APP: &str = "(no app)";
/// See [`NO_USER`].
pub const NO_ADDRESS: &str = "(no address)";
/// See [`NO_USER`].
pub const NO_USER_AGENT: &str = "(no user agent)";
/// The group of what is not kept apart.
pub const OTHERS: &str = "(others)";

const MINUTE_SECONDS: u64 = 60;
const DAY_SECONDS: u64 = 24 * 60 * MINUTE_SECONDS;
/// The steps of both histograms, by name.
const STEPS: [(&str, Duration); 5] = [
    ("15m", Duration::from_secs(15 * MINUTE_SECONDS)),
    ("1h", Duration::from_secs(60 * MINUTE_SECONDS)),
    ("1d", Duration::from_secs(DAY_SECONDS)),
    ("7d", Duration::from_secs(7 * DAY_SECONDS)),
    ("30d", Duration::from_secs(30 * DAY_SECONDS)),
];

/// What sessions are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Active, expired, revoked.
    State,
    /// Anonymous, web, sso, api.
    Kind,
    /// The user's name.
    User,
    /// The application.
    App,
    /// The network of the address: /24 of IPv4, /64 of IPv6.
    Network,
    /// The network of the address that it was seen from last.
    LastNetwork,
    /// The user agent.
    UserAgent,
    /// The time since it was created.
    Age,
    /// The time until it expires, of active sessions.
    Expiry,
}

impl Group {
    /// Every group.
    pub const ALL: [Group; 9] = [
        Group::State,
        Group::Kind,
        Group::User,
        Group::App,
        Group::Network,
        Group::LastNetwork,
        Group::UserAgent,
        Group::Age,
        Group::Expiry,
    ];
    /// The groups of an overview.
    pub const OVERVIEW: [Group; 4] = [Group::State, Group::Kind, Group::User, Group::App];

    /// The name of the group, as the output shows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Group::State => "state",
            Group::Kind => "kind",
            Group::User => "user",
            Group::App => "app",
            Group::Network => "network",
            Group::LastNetwork => "last-network",
            Group::UserAgent => "user-agent",
            Group::Age => "age",
            Group::Expiry => "expiry",
        }
    }

    /// The name under which a session is counted; none where it is not counted.
    fn of(self, session: &Session, state: State, now: Timestamp) -> Option<String> {
        let client = &session.client;
        let or_none = |text: Option<&str>, none: &str| Some(text.unwrap_or(none).to_owned());
        match self {
            Group::State => Some(state.as_str().to_owned()),
            Group::Kind => Some(session.kind.as_str().to_owned()),
            Group::User => or_none(session.user.as_ref().map(|name| name.as_str()), NO_USER),
            Group::App => or_none(client.app.as_deref(), NO_APP),
            Group::Network => Some(network(client.ip)),
            Group::LastNetwork => Some(network(session.known_ip())),
            Group::UserAgent => or_none(client.user_agent.as_deref(), NO_USER_AGENT),
            Group::Age => Some(step("under", now.since(session.created_at))),
            Group::Expiry => (state == State::Active).then(|| step("within", session.deadline.since(now))),
        }
    }

    /// Whether the names have an order of their own, instead of that of their counts.
    fn steps(self) -> Option<Vec<String>> {
        match self {
            Group::Age => Some(names("under")),
            Group::Expiry => Some(names("within")),
            _ => None,
        }
    }
}

fn step(first: &str, span: Duration) -> String {
    let at = STEPS.iter().position(|(_, step)| span < *step).unwrap_or(STEPS.len());
    names(first).swap_remove(at)
}

/// The block that is counted as one network: /24 of IPv4, /64 of IPv6.
#[must_use]
pub fn network(address: Option<IpAddr>) -> String {
    address.map_or_else(|| NO_ADDRESS.to_owned(), |address| Cidr::network_of(address).to_string())
}

/// The step of a session that was created this time ago.
#[must_use]
pub fn age_step(age: Duration) -> String {
    step("under", age)
}

/// The step of a session that expires after this time.
#[must_use]
pub fn expiry_step(left: Duration) -> String {
    step("within", left)
}

/// The names of the steps of ages, in their order.
#[must_use]
pub fn age_steps() -> Vec<String> {
    names("under")
}

/// The names of the steps of the time until sessions expire, in their order.
#[must_use]
pub fn expiry_steps() -> Vec<String> {
    names("within")
}

/// The names of the steps; the first is "under" or "within" its length.
fn names(first: &str) -> Vec<String> {
    let mut names = vec![format!("{first} {}", STEPS[0].0)];
    names.extend(STEPS.windows(2).map(|pair| format!("{} to {}", pair[0].0, pair[1].0)));
    names.push(format!("over {}", STEPS[STEPS.len() - 1].0));
    names
}

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
    // One more than is shown tells whether there are more.
    let stats = match store.stats(now, &[], shown.top.saturating_add(1)) {
        Err(StoreError::Corrupt(_)) => return Ok(None),
        stats => stats?,
    };
    let named = |counts: &[GroupCount], none: &str| -> Vec<GroupCount> {
        let name = |name: &str| if name.is_empty() { none.to_owned() } else { name.to_owned() };
        counts.iter().map(|count| GroupCount { name: name(&count.name), ..count.clone() }).collect()
    };
    let mut counted = Counted::default();
    for group in groups {
        let counts = match group {
            Group::State => by_state(&stats.all),
            Group::User => named(&stats.users, NO_USER),
            Group::App => named(&stats.apps, NO_APP),
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
    clock::select_existing(store, &mut selector, now)?;
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
        assert_eq!((rows.len(), rows[0].1.name.as_str(), cut), (1, NO_USER, vec!["user"]));
    }

    #[test]
    fn network_masks_the_host() {
        for (address, block) in
            [("203.0.113.7", "203.0.113.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64")]
        {
            assert_eq!(network(address.parse().ok()), block);
        }
    }
}
