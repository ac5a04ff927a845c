//! How long a new session may live. The bounds are the policy's, and are checked by the acts.

use std::time::Duration;

use clap::Args;

use crate::domain::time::parse_duration;

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
