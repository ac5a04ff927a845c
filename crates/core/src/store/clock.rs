//! The correction of a false future: a clock that was far ahead by mistake wrote events, and since then the right time
//! is before the latest event.

use crate::model::event::Action;
use crate::model::session::SessionId;
use crate::model::time::Timestamp;

/// The reason kept with sessions that a false future issued or saw.
pub const FALSE_FUTURE: &str = "false future";

/// What accepting the clock ended, or would end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockCorrection {
    /// The time that the clock shows, which counts as the present from then on.
    pub clock: Timestamp,
    /// The time of the latest event before.
    pub latest: Timestamp,
    /// The sessions that were issued or seen after the clock's time, or got a token or a deadline then; with their
    /// children.
    pub ended: Vec<SessionId>,
    /// The signing keys that were created, or signed, after the clock's time.
    pub retired_keys: Vec<String>,
}

/// Whether an event of this action in a false future granted something to its sessions.
#[must_use]
pub fn grants_access(action: &str) -> bool {
    const GRANTS: [Action; 7] = [
        Action::SessionCreated,
        Action::LoginSucceeded,
        Action::SessionRotated,
        Action::SessionReauthenticated,
        Action::ExpirySet,
        Action::PolicyApplied,
        Action::JwtIssued,
    ];
    GRANTS.iter().any(|grant| grant.as_str() == action)
}
