//! What `stats --by` counts by, as the command line explains it. How it is counted does not belong here.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use sessionctl_core::ops::stats::Group;

/// Reads the name of a group.
pub(super) fn parser() -> impl TypedValueParser<Value = Group> {
    let values = Group::ALL.map(|group| PossibleValue::new(group.name()).help(help(group)));
    PossibleValuesParser::new(values).try_map(|name| {
        let found = Group::ALL.into_iter().find(|group| group.name() == name);
        found.ok_or("no such group")
    })
}

fn help(group: Group) -> &'static str {
    match group {
        Group::State => "Active, expired, revoked",
        Group::Kind => "Anonymous, web, sso, api",
        Group::User => "The user's name",
        Group::App => "The application",
        Group::Network => "The network that it was created from: /24 of IPv4, /64 of IPv6",
        Group::LastNetwork => "The network that it was last seen from",
        Group::UserAgent => "The user agent",
        Group::Age => "The time since it was created",
        Group::Expiry => "The time until it expires, of active sessions",
    }
}
