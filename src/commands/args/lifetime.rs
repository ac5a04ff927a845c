//! The lifetimes of a new session. The policy sets the bounds, and `ops` checks them.

use std::time::Duration;

use clap::Args;

use sessionctl_core::model::time::parse_duration;
use sessionctl_core::ops::Lifetime;

/// The lifetimes of a new session, where they differ from the policy's defaults.
#[derive(Clone, Copy, Debug, Args)]
pub struct LifetimeArgs {
    /// Absolute lifetime, used or not (15m, 8h, 30d); default: the policy's
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub ttl: Option<Duration>,
    /// Idle timeout: how long it stays active without use; default: the policy's
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub idle: Option<Duration>,
}

impl LifetimeArgs {
    /// The lifetimes in the form that `ops` accepts.
    #[must_use]
    pub fn lifetime(&self) -> Lifetime {
        Lifetime { ttl: self.ttl, idle: self.idle }
    }
}
