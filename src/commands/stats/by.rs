//! What `stats --by` counts by, as the command line names it. How it is counted does not belong here.

use clap::ValueEnum;

use sessionctl_core::ops::stats;

/// What sessions are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Group {
    /// Active, expired, revoked
    State,
    /// Anonymous, web, sso, api
    Kind,
    /// The user's name
    User,
    /// The application
    App,
    /// The network of the address: /24 of IPv4, /64 of IPv6
    Network,
    /// The user agent
    UserAgent,
    /// The time since it was created
    Age,
    /// The time until it expires, of active sessions
    Expiry,
}

impl From<Group> for stats::Group {
    fn from(group: Group) -> Self {
        match group {
            Group::State => stats::Group::State,
            Group::Kind => stats::Group::Kind,
            Group::User => stats::Group::User,
            Group::App => stats::Group::App,
            Group::Network => stats::Group::Network,
            Group::UserAgent => stats::Group::UserAgent,
            Group::Age => stats::Group::Age,
            Group::Expiry => stats::Group::Expiry,
        }
    }
}
