//! What sessions are grouped by when they are counted, and how the groups are named. Counting does not belong here.

use std::net::IpAddr;
use std::time::Duration;

use crate::model::address::Cidr;
use crate::model::session::{Session, State};
use crate::model::time::Timestamp;

/// The name of the sessions that have no user, application, address or user agent. None that is stored is empty, so
/// that no client can choose it.
pub const NO_VALUE: &str = "";

const MINUTE_SECONDS: u64 = 60;
const DAY_SECONDS: u64 = 24 * 60 * MINUTE_SECONDS;
/// The steps of both histograms, by name.
pub(super) const STEPS: [(&str, Duration); 5] = [
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

    /// The name under which a session is counted, [`NO_VALUE`] where it has no such value; none where it is not
    /// counted.
    pub(super) fn of(self, session: &Session, state: State, now: Timestamp) -> Option<String> {
        let client = &session.client;
        let or_none = |text: Option<&str>| Some(text.unwrap_or(NO_VALUE).to_owned());
        match self {
            Group::State => Some(state.as_str().to_owned()),
            Group::Kind => Some(session.kind.as_str().to_owned()),
            Group::User => or_none(session.user.as_ref().map(|name| name.as_str())),
            Group::App => or_none(client.app.as_deref()),
            Group::Network => Some(network(client.ip)),
            Group::LastNetwork => Some(network(session.known_ip())),
            Group::UserAgent => or_none(client.user_agent.as_deref()),
            Group::Age => Some(step("under", now.since(session.created_at))),
            Group::Expiry => (state == State::Active).then(|| step("within", session.deadline.since(now))),
        }
    }

    /// Whether the names have an order of their own, instead of that of their counts.
    pub(super) fn steps(self) -> Option<Vec<String>> {
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

/// The block that is counted as one network: /24 of IPv4, /64 of IPv6. [`NO_VALUE`] without an address.
#[must_use]
pub fn network(address: Option<IpAddr>) -> String {
    address.map_or_else(|| NO_VALUE.to_owned(), |address| Cidr::network_of(address).to_string())
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
pub(super) fn names(first: &str) -> Vec<String> {
    let mut names = vec![format!("{first} {}", STEPS[0].0)];
    names.extend(STEPS.windows(2).map(|pair| format!("{} to {}", pair[0].0, pair[1].0)));
    names.push(format!("over {}", STEPS[STEPS.len() - 1].0));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_masks_the_host() {
        for (address, block) in
            [("203.0.113.7", "203.0.113.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64")]
        {
            assert_eq!(network(address.parse().ok()), block);
        }
    }
}
