//! Counts of what a selector matches, by one thing that sessions have in common. It only reads.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::ControlFlow;
use std::time::Duration;

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
    /// The user agent.
    UserAgent,
    /// The time since it was created.
    Age,
    /// The time until it expires, of active sessions.
    Expiry,
}

impl Group {
    /// Every group.
    pub const ALL: [Group; 8] = [
        Group::State,
        Group::Kind,
        Group::User,
        Group::App,
        Group::Network,
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
            Group::UserAgent => "user-agent",
            Group::Age => "age",
            Group::Expiry => "expiry",
        }
    }

    /// The name under which a session is counted; none where it is not counted.
    fn of(self, session: &Session, now: Timestamp) -> Option<String> {
        let client = &session.client;
        let or_none = |text: Option<&str>, none: &str| Some(text.unwrap_or(none).to_owned());
        match self {
            Group::State => Some(session.state(now).as_str().to_owned()),
            Group::Kind => Some(session.kind.as_str().to_owned()),
            Group::User => or_none(session.user.as_ref().map(|name| name.as_str()), NO_USER),
            Group::App => or_none(client.app.as_deref(), NO_APP),
            Group::Network => Some(client.ip.map_or("(no address)".to_owned(), network)),
            Group::UserAgent => or_none(client.user_agent.as_deref(), "(no user agent)"),
            Group::Age => Some(step("under", now.since(session.created_at))),
            Group::Expiry => {
                (session.state(now) == State::Active).then(|| step("within", session.deadline.since(now)))
            }
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
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => format!("{}/24", Ipv4Addr::from(u32::from(v4) & 0xffff_ff00)),
        IpAddr::V6(v6) => format!("{}/64", Ipv6Addr::from(u128::from(v6) >> 64 << 64)),
    }
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

/// Counts all sessions in each of the groups, where the store counts them by itself: it reads no name for each of them.
/// None for other groups, and where a row is damaged, which only [`count`] passes over.
///
/// # Errors
/// The store's.
pub fn count_all(
    store: &dyn Store,
    groups: &[Group],
    (top, now): (usize, Timestamp),
) -> Result<Option<Vec<Row>>, StoreError> {
    if !groups.iter().all(|group| matches!(group, Group::State | Group::Kind | Group::User | Group::App)) {
        return Ok(None);
    }
    let stats = match store.stats(now, &[], top) {
        Err(StoreError::Corrupt(_)) => return Ok(None),
        stats => stats?,
    };
    let named = |counts: &[GroupCount], none: &str| -> Vec<GroupCount> {
        let name = |name: &str| if name.is_empty() { none.to_owned() } else { name.to_owned() };
        counts.iter().map(|count| GroupCount { name: name(&count.name), ..count.clone() }).collect()
    };
    let mut rows = Vec::new();
    for group in groups {
        let counts = match group {
            Group::State => by_state(&stats.all),
            Group::User => named(&stats.users, NO_USER),
            Group::App => named(&stats.apps, NO_APP),
            _ => stats.kinds.clone(),
        };
        rows.extend(counts.into_iter().take(top).map(|count| (group.name(), count)));
    }
    Ok(Some(rows))
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

/// Counts what a selector matches, in each of the groups: the largest `top` of each, or all steps of a time. Returns the
/// error about damaged rows beside the counts of the sound ones.
///
/// # Errors
/// Any other error of the store.
pub fn count(
    store: &dyn Store,
    selector: Selector,
    groups: &[Group],
    (top, now): (usize, Timestamp),
) -> Result<(Vec<Row>, Result<(), StoreError>), StoreError> {
    let state = selector.state.or((!selector.asks_about_the_past()).then_some(StateFilter::Any));
    let selector = Selector { state, ..selector };
    let mut counts: Vec<Counts> = groups.iter().map(|_| Counts::new()).collect();
    let read = store.select(&selector, Page::whole(Sort::Newest), now, &mut |session| {
        for (group, counts) in groups.iter().zip(&mut counts) {
            if let Some(name) = group.of(&session, now) {
                add(counts, &name, session.state(now));
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
    let mut rows = Vec::new();
    for (group, mut counts) in groups.iter().zip(counts) {
        let found: Vec<GroupCount> = match group.steps() {
            Some(names) => {
                names.iter().filter_map(|name| counts.remove_entry(name.as_str())).map(group_count).collect()
            }
            None => largest(counts, top).into_iter().map(group_count).collect(),
        };
        rows.extend(found.into_iter().map(|count| (group.name(), count)));
    }
    Ok((rows, damage))
}

/// Active, expired and revoked sessions, by the name of the group.
type Counts = HashMap<Box<str>, [u32; 3]>;

fn add(counts: &mut Counts, name: &str, state: State) {
    let name = if counts.len() >= MAX_GROUPS && !counts.contains_key(name) { "(others)" } else { name };
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

/// The groups with the most active sessions, and of those with as many, with the most others.
fn largest(counts: Counts, top: usize) -> Vec<(Box<str>, [u32; 3])> {
    let size = |[active, expired, revoked]: [u32; 3]| (active, u64::from(expired) + u64::from(revoked));
    let mut found: Vec<(Box<str>, [u32; 3])> = counts.into_iter().collect();
    found.sort_unstable_by(|(a, x), (b, y)| size(*y).cmp(&size(*x)).then_with(|| a.cmp(b)));
    found.truncate(top);
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
        let plain = |rows: Vec<Row>| -> Vec<String> {
            rows.into_iter().map(|(group, count)| format!("{group} {count:?}")).collect()
        };
        let (fast, slow) = fixture
            .run(|cx| {
                let limits = (10, cx.now());
                let fast = count_all(cx.store, &Group::OVERVIEW, limits)?;
                let (slow, damage) = count(cx.store, Selector::default(), &Group::OVERVIEW, limits)?;
                damage?;
                assert!(count_all(cx.store, &[Group::User, Group::Age], limits)?.is_none());
                Ok::<_, StoreError>((fast, slow))
            })
            .unwrap();
        assert_eq!(plain(fast.unwrap()), plain(slow));
    }

    #[test]
    fn network_masks_the_host() {
        for (address, block) in
            [("203.0.113.7", "203.0.113.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64")]
        {
            assert_eq!(network(address.parse().unwrap()), block);
        }
    }
}
