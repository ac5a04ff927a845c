//! How long a new session may live. The bounds are the policy's, and are checked by the acts.

use std::time::Duration;

use clap::Args;

use sessionctl_core::model::time::parse_duration;
use sessionctl_core::ops::Lifetime;

/// The lifetimes of a new session, where they are not to be the policy's.
#[derive(Clone, Copy, Debug, Args)]
pub struct LifetimeArgs {
    /// How long it lives at most (15m, 8h, 30d); by default what the policy says
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub ttl: Option<Duration>,
    /// How long it lives without being used; by default what the policy says
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub idle: Option<Duration>,
}

impl LifetimeArgs {
    /// What is asked for, as the acts take it.
    #[must_use]
    pub fn lifetime(&self) -> Lifetime {
        Lifetime { ttl: self.ttl, idle: self.idle }
    }
}
