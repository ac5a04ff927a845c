//! A session and its limits: when it is active, when it expires, and of which limit. No store and no clock may appear
//! here; the present is a parameter.

mod record;

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;

use super::address::Cidr;
use super::redact::{holds_token, redact_tokens};
use super::time::Timestamp;
use super::user::UserName;

pub use record::{introspection_json, session_json};

/// The public number of a session, 1 or more. It is never reused, is no secret, and grants no access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct SessionId(i64);

impl SessionId {
    /// The id with this number; `None` where it is less than 1.
    #[must_use]
    pub fn new(number: i64) -> Option<Self> {
        (number > 0).then_some(SessionId(number))
    }

    /// The id that a text names: its digits as they are printed, without a sign and without leading zeros.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let is_printed = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
        SessionId::new(text.parse().ok().filter(|_| is_printed)?)
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a session is for; it decides the lifetimes and which rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A visitor who has not logged in; it grants nothing but its own data.
    Anonymous,
    /// A login in a browser.
    Web,
    /// A single sign-on session, the parent of the sessions of applications.
    Sso,
    /// A token for a program; it carries scopes.
    Api,
}

impl Kind {
    /// Every kind, in the order of the numbers that a database keeps.
    pub const ALL: [Kind; 4] = [Kind::Anonymous, Kind::Web, Kind::Sso, Kind::Api];
    /// Their names.
    pub const NAMES: [&str; 4] = ["anonymous", "web", "sso", "api"];

    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl FromStr for Kind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::NAMES.iter().position(|n| *n == text).map(|i| Self::ALL[i]).ok_or(UnknownName("kind"))
    }
}

/// A text that is none of the names that are expected.
#[derive(Debug, Error)]
#[error("not a {0}")]
pub struct UnknownName(pub &'static str);

/// Whether the token of a session is accepted. Never stored: computed from the session and a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its token is accepted.
    Active,
    /// It reached a limit.
    Expired,
    /// It was revoked, permanently.
    Revoked,
}

impl State {
    /// The state of a session whose row has this deadline and this end. A revoked session stays revoked, even if its
    /// time is ahead of this clock.
    #[must_use]
    pub fn of_row(deadline: Timestamp, ended_at: Option<Timestamp>, now: Timestamp) -> Self {
        match ended_at {
            Some(_) => State::Revoked,
            None if deadline > now => State::Active,
            None => State::Expired,
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Expired => "expired",
            State::Revoked => "revoked",
        }
    }
}

/// The limit of which a session expires, or expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The session was not used for the idle timeout.
    Idle,
    /// The age that no use extends.
    Absolute,
    /// The end that `expire` set.
    Scheduled,
    /// The deadline of the parent.
    Family,
}

impl Limit {
    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Limit::Idle => "idle",
            Limit::Absolute => "absolute",
            Limit::Scheduled => "scheduled",
            Limit::Family => "family",
        }
    }
}

/// What the client reported about itself: hints, not proofs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// The application the session is for.
    pub app: Option<String>,
    /// A label by which people recognise the session.
    pub label: Option<String>,
    /// The address from which it was created.
    pub ip: Option<IpAddr>,
    /// The User-Agent header with which it was created.
    pub user_agent: Option<String>,
}

impl Client {
    /// The client as it is stored: a token in a text is replaced, app and label are in NFC, in which they compare
    /// (UAX #15), and U+0000, which not every store can keep, becomes U+FFFD: an odd value prevents no login.
    #[must_use]
    pub fn to_stored(&self) -> Client {
        let clean =
            |text: &Option<String>| text.as_deref().map(|text| redact_tokens(text).replace('\0', "\u{fffd}"));
        Client {
            app: clean(&self.app).map(|app| nfc(&app)),
            label: clean(&self.label).map(|label| nfc(&label)),
            ip: self.ip,
            user_agent: clean(&self.user_agent),
        }
    }

    /// Whether a text of it holds a token, which [`Client::to_stored`] replaces.
    #[must_use]
    pub fn holds_token(&self) -> bool {
        [&self.app, &self.label, &self.user_agent].into_iter().flatten().any(|text| holds_token(text))
    }
}

/// A session: what a token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The public number.
    pub id: SessionId,
    /// What it is for.
    pub kind: Kind,
    /// Its user; none for an anonymous session.
    pub user: Option<UserName>,
    /// What it may do; empty for all but API tokens.
    pub scopes: Vec<String>,
    /// Its parent, an sso session.
    pub parent: Option<SessionId>,
    /// The client.
    pub client: Client,
    /// When it was created.
    pub created_at: Timestamp,
    /// When a password was last checked for it.
    pub authenticated_at: Option<Timestamp>,
    /// When its token was last accepted, with the precision of the policy's touch interval.
    pub last_seen_at: Timestamp,
    /// How long it stays active without being used; none for no idle limit.
    pub idle_timeout: Option<Duration>,
    /// When it expires at the latest.
    pub absolute_expires_at: Timestamp,
    /// The end that `expire` set, which use does not move.
    pub scheduled_at: Option<Timestamp>,
    /// When it expires if it is not used. For a revoked session, when it was revoked.
    pub deadline: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why it was revoked.
    pub revoke_reason: Option<String>,
    /// Who revoked it: the actor of the event that records it. None where the log does not lead to that event.
    pub revoked_by: Option<String>,
    /// The address from which its token was last verified, where the verifier named one.
    pub last_ip: Option<IpAddr>,
}

/// By how much clocks may differ: those of machines that share a database, or one that was read shortly before.
/// A clock that is further behind the latest event is not used.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(300);

impl Session {
    /// The state at a time. At the limit itself a session is expired (NIST 800-63B-4 §5.2: a session shall not be
    /// extended past its limits). A revocation counts from [`CLOCK_TOLERANCE`] before its time: a clock that is a
    /// little behind must not undo it. An earlier time is answered as it was then.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        match self.revoked_at {
            Some(at) if at <= now.plus(CLOCK_TOLERANCE) => State::Revoked,
            _ if self.deadline <= now => State::Expired,
            _ => State::Active,
        }
    }

    /// The limit that sets the deadline.
    #[must_use]
    pub fn limit(&self) -> Limit {
        let idle = self.idle_timeout.map(|span| self.last_seen_at.plus(span));
        if self.scheduled_at == Some(self.deadline) {
            Limit::Scheduled
        } else if self.deadline == self.absolute_expires_at {
            Limit::Absolute
        } else if idle == Some(self.deadline) {
            Limit::Idle
        } else {
            Limit::Family
        }
    }

    /// Whether its times agree with each other. No change of this program leaves a deadline past a limit, or a
    /// revocation at another time than the deadline: contents that do were damaged or forged, and grant no access.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        let idle = self.idle_timeout.map_or(Timestamp::MAX, |span| self.last_seen_at.plus(span));
        let limit = self.scheduled_at.unwrap_or(idle).min(self.absolute_expires_at);
        self.deadline <= limit
            && self.revoked_at.is_none_or(|at| at == self.deadline)
            && self.revoked_at.is_some() == self.revoke_reason.is_some()
    }

    /// When it ended, seen from `now`: when it was revoked, or its deadline.
    #[must_use]
    pub fn ended_at(&self, now: Timestamp) -> Option<Timestamp> {
        (self.state(now) != State::Active).then_some(self.deadline)
    }

    /// Why it ended, seen from `now`: the reason of the revocation, or the limit of which it expired.
    #[must_use]
    pub fn end_reason(&self, now: Timestamp) -> Option<&str> {
        match self.state(now) {
            State::Active => None,
            State::Expired => Some(self.limit().as_str()),
            State::Revoked => self.revoke_reason.as_deref(),
        }
    }

    /// Who ended it, seen from `now`: none where it expired.
    #[must_use]
    pub fn ended_by(&self, now: Timestamp) -> Option<&str> {
        self.revoked_by.as_deref().filter(|_| self.state(now) == State::Revoked)
    }

    /// The address at which it was seen last: at a verification, or else when it was created.
    #[must_use]
    pub fn known_ip(&self) -> Option<IpAddr> {
        self.last_ip.or(self.client.ip)
    }

    /// The network from which it was known, where `ip` is in another one: /24 of IPv4, /64 of IPv6. A session without
    /// an address has no network to leave.
    #[must_use]
    pub fn network_left(&self, ip: IpAddr) -> Option<Cidr> {
        self.known_ip().map(Cidr::network_of).filter(|network| !network.contains(ip))
    }

    /// The deadline after the session was used at `now`: the earlier of the idle and the absolute limit, or the end
    /// that `expire` set; never past the parent's.
    #[must_use]
    pub fn deadline_when_seen(&self, now: Timestamp, parent_deadline: Option<Timestamp>) -> Timestamp {
        let own = self.scheduled_at.unwrap_or_else(|| {
            let idle = self.idle_timeout.map_or(Timestamp::MAX, |span| now.plus(span));
            idle.min(self.absolute_expires_at)
        });
        parent_deadline.map_or(own, |limit| limit.min(own))
    }
}

/// The form in which apps, labels and patterns of labels compare: NFC (UAX #15).
#[must_use]
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// Reads the name of a scope: one or more visible ASCII characters except `"` and `\` (RFC 6749 §3.3), at most 256.
///
/// # Errors
/// [`UnknownName`] for any other text.
pub fn parse_scope(text: &str) -> Result<String, UnknownName> {
    let legal = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    if !text.is_empty() && text.len() <= 256 && text.bytes().all(legal) {
        Ok(text.to_owned())
    } else {
        Err(UnknownName("scope: one or more visible ASCII characters but \" and \\, at most 256"))
    }
}

#[cfg(test)]
mod tests;
