//! Counts sessions by what they have in common. Groups have the names of those of our own sessions.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::ControlFlow;

use sessionctl_core::model::time::Timestamp;
use sessionctl_core::ops::stats::{
    NO_VALUE, OTHERS, age_step, age_steps, expiry_step, expiry_steps, network,
};

use super::scan::{Wanted, scan};
use super::{Context, OpsError, Step};
use crate::filter::Filter;
use crate::plan::{Field, Plan};
use crate::record::{Owner, Record, State};

/// The most groups that are kept apart; the others are counted together.
const MAX_GROUPS: usize = 100_000;
/// The group of what a row does not show.
const UNKNOWN: &str = "(unknown)";
/// The step of sessions that end only where the program ends them.
const NEVER: &str = "never";

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
    /// The application, which no other program's table has.
    App,
    /// The network: /24 and /64.
    Network,
    /// The network that it was last seen from.
    LastNetwork,
    /// The User-Agent header.
    UserAgent,
    /// The time since it was created.
    Age,
    /// The time until it expires, of active sessions.
    Expiry,
}

impl By {
    /// Everything.
    pub const ALL: [By; 10] = [
        By::State,
        By::Kind,
        By::User,
        By::Authenticates,
        By::App,
        By::Network,
        By::LastNetwork,
        By::UserAgent,
        By::Age,
        By::Expiry,
    ];

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            By::State => "state",
            By::Kind => "kind",
            By::User => "user",
            By::Authenticates => "authenticates",
            By::App => "app",
            By::Network => "network",
            By::LastNetwork => "last-network",
            By::UserAgent => "user-agent",
            By::Age => "age",
            By::Expiry => "expiry",
        }
    }

    /// Whether a layout can answer it.
    #[must_use]
    pub fn is_answered_by(self, plan: &Plan) -> bool {
        match self {
            By::State | By::Kind | By::User | By::Authenticates => true,
            By::App => false,
            By::Network => plan.has(Field::Ip),
            By::LastNetwork => plan.has(Field::LastIp),
            By::UserAgent => plan.has(Field::UserAgent),
            By::Age => plan.has(Field::CreatedAt),
            By::Expiry => plan.has(Field::ExpiresAt) || !plan.layout.live.expires,
        }
    }

    /// What cannot be answered, as it is written.
    fn option(self) -> &'static str {
        match self {
            By::App => "--by app",
            By::Network => "--by network",
            By::LastNetwork => "--by last-network",
            By::UserAgent => "--by user-agent",
            By::Age => "--by age",
            By::Expiry => "--by expiry",
            By::State | By::Kind | By::User | By::Authenticates => "--by",
        }
    }

    /// The names of the groups, where they have an order of their own.
    fn steps(self) -> Option<Vec<String>> {
        match self {
            By::Age => Some(age_steps()),
            By::Expiry => Some([expiry_steps(), vec![NEVER.to_owned()]].concat()),
            _ => None,
        }
    }

    /// The group of a session; none where it is not counted.
    fn of(self, record: &Record, now: Timestamp) -> Option<String> {
        let or = |text: Option<&str>, none: &str| Some(text.unwrap_or(none).to_owned());
        match self {
            By::State => Some(record.state.as_str().to_owned()),
            By::Kind => or(record.kind.map(|kind| kind.as_str()), UNKNOWN),
            By::User if record.owner == Owner::Unknown => Some(UNKNOWN.to_owned()),
            By::User => or(record.user(), NO_VALUE),
            By::Authenticates => {
                Some(record.authenticates.map_or(UNKNOWN.to_owned(), |accepted| accepted.to_string()))
            }
            By::App => None,
            By::Network => Some(network_of(record.ip.as_deref())),
            By::LastNetwork => Some(network_of(record.last_ip.as_deref())),
            By::UserAgent => or(record.user_agent.as_deref(), NO_VALUE),
            By::Age => Some(record.created_at.map_or(UNKNOWN.to_owned(), |at| age_step(now.since(at)))),
            By::Expiry if record.state != State::Active => None,
            By::Expiry => Some(record.expires_at.map_or(NEVER.to_owned(), |at| expiry_step(at.since(now)))),
        }
    }
}

/// The network of an address; what is none is a group of its own.
fn network_of(ip: Option<&str>) -> String {
    match ip {
        Some(ip) => ip.parse().map_or_else(|_| ip.to_owned(), |address| network(Some(address))),
        None => network(None),
    }
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name; [`NO_VALUE`] for sessions without that value.
    pub name: String,
    /// Sessions by state, in the order of [`State::NAMES`].
    pub counts: [u64; 4],
}

/// Counts.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Sessions by state, in the order of [`State::NAMES`].
    pub counts: [u64; 4],
    /// Rows on which the filter could not be evaluated.
    pub unreadable: u64,
    /// What was asked for, each with its groups: those with the most active sessions first, then the largest.
    pub groups: Vec<(By, Vec<Group>)>,
}

type Counts = HashMap<String, [u64; 4]>;

/// Counts the sessions that a filter selects; of any state, unless it names some.
///
/// # Errors
/// [`OpsError`]; where the layout cannot answer, [`OpsError::Unanswerable`].
pub fn stats(cx: &mut Context<'_>, filter: &Filter, by: &[By]) -> Result<Stats, OpsError> {
    let mut selectors = filter.unanswerable(cx.plan());
    selectors.extend(by.iter().filter(|by| !by.is_answered_by(cx.plan())).map(|by| by.option()));
    if !selectors.is_empty() {
        return Err(cx.unanswerable(selectors));
    }
    let mut filter = filter.clone();
    filter.all = filter.all || filter.states.is_empty();
    let now = cx.now;
    let (stats, rows) = cx.read(&mut |source| {
        let mut stats = Stats::default();
        let mut counts: Vec<Counts> = by.iter().map(|_| Counts::new()).collect();
        let mut reading = cx.reading(source);
        let matcher = filter.matcher();
        let wanted = Wanted::new(&matcher, cx.plan(), reading.now);
        let scanned = scan(source, cx.plan(), &mut reading, &wanted, &mut |_, record| {
            stats.counts[record.state as usize] += 1;
            for (by, counts) in by.iter().zip(&mut counts) {
                if let Some(name) = by.of(&record, now) {
                    add(counts, name, record.state);
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        stats.unreadable = scanned.unreadable;
        stats.groups = by.iter().zip(counts).map(|(by, counts)| (*by, in_order(*by, counts))).collect();
        Ok((stats, scanned.rows))
    })?;
    let table = cx.plan().query.table.clone();
    (cx.trace)(&Step::Scanned { table, rows });
    Ok(stats)
}

fn add(counts: &mut Counts, name: String, state: State) {
    let is_full = counts.len() >= MAX_GROUPS && !counts.contains_key(&name);
    let name = if is_full { OTHERS.to_owned() } else { name };
    counts.entry(name).or_default()[state as usize] += 1;
}

fn in_order(by: By, mut counts: Counts) -> Vec<Group> {
    let group = |(name, counts)| Group { name, counts };
    if let Some(steps) = by.steps() {
        let known = steps.iter().filter_map(|step| counts.remove_entry(step)).collect::<Vec<_>>();
        return known.into_iter().chain(counts).map(group).collect();
    }
    let mut groups: Vec<Group> = counts.into_iter().map(group).collect();
    let size = |group: &Group| group.counts.iter().sum::<u64>();
    let active = |group: &Group| group.counts[State::Active as usize];
    groups.sort_by(|a, b| {
        let key = |group: &Group| Reverse((active(group), size(group)));
        key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
    });
    groups
}
