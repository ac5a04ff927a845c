//! Counts sessions.

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::ControlFlow;

use super::scan::{Wanted, scan};
use super::{Context, OpsError, Step};
use crate::filter::Filter;
use crate::record::{Record, State};

/// The most groups that are kept apart; the others are counted together.
const MAX_GROUPS: usize = 100_000;
/// The group of what is not in a group of its own.
const OTHER: &str = "(other)";
/// The group of records without a value.
const NONE: &str = "(none)";

/// What sessions are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The state.
    State,
    /// The kind.
    Kind,
    /// The user.
    User,
    /// Whether the program accepts the client.
    Authenticates,
    /// The network: /24 and /64.
    Network,
    /// The User-Agent header.
    UserAgent,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Sessions by state, in the order of [`State::NAMES`].
    pub counts: [u64; 4],
}

/// Counts.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Sessions by state, in the order of [`State::NAMES`].
    pub counts: [u64; 4],
    /// Active sessions that never expire.
    pub never_expire: u64,
    /// Rows on which the filter could not be evaluated.
    pub unreadable: u64,
    /// Groups: those with the most active sessions first, then the largest.
    pub groups: Vec<Group>,
}

/// Counts the sessions that a filter selects; of any state, unless it names some.
///
/// # Errors
/// [`OpsError`].
pub fn stats(cx: &mut Context<'_>, filter: &Filter, by: By) -> Result<Stats, OpsError> {
    let selectors = filter.unanswerable(cx.plan());
    if !selectors.is_empty() {
        return Err(OpsError::Unanswerable { layout: cx.plan().layout.name.clone(), selectors });
    }
    let mut filter = filter.clone();
    filter.all = filter.all || filter.states.is_empty();
    let (stats, rows) = cx.read(&mut |source| {
        let (mut stats, mut groups) = (Stats::default(), HashMap::<String, [u64; 4]>::new());
        let mut reading = cx.reading(source);
        let matcher = filter.matcher();
        let wanted = Wanted::new(&matcher, cx.plan(), reading.now);
        let scanned = scan(source, cx.plan(), &mut reading, &wanted, &mut |_, record| {
            count(&mut stats, &mut groups, &record, by);
            Ok(ControlFlow::Continue(()))
        })?;
        stats.unreadable = scanned.unreadable;
        stats.groups = groups.into_iter().map(|(name, counts)| Group { name, counts }).collect();
        let size = |group: &Group| group.counts.iter().sum::<u64>();
        let active = |group: &Group| group.counts[State::Active as usize];
        stats.groups.sort_by(|a, b| {
            active(b).cmp(&active(a)).then_with(|| size(b).cmp(&size(a))).then_with(|| a.name.cmp(&b.name))
        });
        Ok((stats, scanned.rows))
    })?;
    let table = cx.plan().query.table.clone();
    (cx.trace)(&Step::Scanned { table, rows });
    Ok(stats)
}

fn count(stats: &mut Stats, groups: &mut HashMap<String, [u64; 4]>, record: &Record, by: By) {
    let state = record.state as usize;
    stats.counts[state] += 1;
    if record.state == State::Active && record.expires_at.is_none() {
        stats.never_expire += 1;
    }
    let name = group_of(record, by);
    let name =
        if groups.len() >= MAX_GROUPS && !groups.contains_key(&name) { OTHER.to_owned() } else { name };
    groups.entry(name).or_default()[state] += 1;
}

fn group_of(record: &Record, by: By) -> String {
    let text = |text: Option<&str>| text.unwrap_or(NONE).to_owned();
    match by {
        By::State => record.state.as_str().to_owned(),
        By::Kind => text(record.kind.map(|kind| kind.as_str())),
        By::User => text(record.user()),
        By::Authenticates => match record.authenticates {
            Some(true) => "true".to_owned(),
            Some(false) => "false".to_owned(),
            None => "unknown".to_owned(),
        },
        By::Network => record.ip.as_deref().map_or_else(|| NONE.to_owned(), network),
        By::UserAgent => text(record.user_agent.as_deref()),
    }
}

fn network(ip: &str) -> String {
    match ip.parse() {
        Ok(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Ok(IpAddr::V6(address)) => {
            let bits = u128::from(address) >> 64 << 64;
            format!("{}/64", std::net::Ipv6Addr::from(bits))
        }
        Err(_) => ip.to_owned(),
    }
}
