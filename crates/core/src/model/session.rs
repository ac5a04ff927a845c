//! A session and the rules of its life: when it is active, when and of what it dies.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use super::time::Timestamp;
use super::user::UserName;

/// The public number of a session, 1 or more; never reused, no secret, and it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct SessionId(i64);

impl SessionId {
    /// The id with this number, if it can be one.
    #[must_use]
    pub fn new(number: i64) -> Option<Self> {
        (number > 0).then_some(SessionId(number))
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
    /// The head of a single sign-on family.
    Sso,
    /// A token for a program; it carries scopes.
    Api,
}

impl Kind {
    /// Every kind, in the order of the numbers the database keeps.
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

/// A word that is none of the names it could be.
#[derive(Debug, Error)]
#[error("not a {0}")]
pub struct UnknownName(pub &'static str);

/// Whether a session lets its holder in. Never stored: computed from the row and a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its token is accepted.
    Active,
    /// Its time ran out.
    Expired,
    /// It was withdrawn.
    Revoked,
}

impl State {
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

/// Of which limit a session dies, or died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Nothing happened for the idle timeout.
    Idle,
    /// The age that no activity extends.
    Absolute,
    /// The moment that was set with `expire`.
    Scheduled,
    /// The limit of the family's head.
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

/// What is known of the client, as it was steps; hints, not proofs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// The application the session is for.
    pub app: Option<String>,
    /// A name for people.
    pub label: Option<String>,
    /// The address it was made from.
    pub ip: Option<IpAddr>,
    /// The User-Agent header it was made with.
    pub user_agent: Option<String>,
}

/// A session: the row a token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The public number.
    pub id: SessionId,
    /// What it is for.
    pub kind: Kind,
    /// Whose it is; none for an anonymous one.
    pub user: Option<UserName>,
    /// What it may do; empty for all but API tokens.
    pub scopes: Vec<String>,
    /// The head of its family.
    pub parent: Option<SessionId>,
    /// The client.
    pub client: Client,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a password was last checked for it.
    pub authenticated_at: Option<Timestamp>,
    /// When its token was last accepted, to within the policy's touch interval.
    pub last_seen_at: Timestamp,
    /// How long it lives without being seen.
    pub idle_timeout: Option<Duration>,
    /// The moment it dies at the latest.
    pub absolute_expires_at: Timestamp,
    /// The moment set with `expire`, which activity does not move.
    pub scheduled_at: Option<Timestamp>,
    /// When it dies if nothing more happens. For a revoked session, when it was revoked.
    pub deadline: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why it was revoked.
    pub revoke_reason: Option<String>,
}

/// By how much clocks may differ: those of machines that share a database, or one that was read a moment ago.
/// A clock further behind the newest event is not believed at all.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(300);

impl Session {
    /// The state at a moment. At the limit itself a session is dead (NIST 800-63B-4 §5.2: a session shall not
    /// be extended past its limits). A revocation counts from [`CLOCK_TOLERANCE`] before its moment on: a clock that
    /// is a little behind must not undo it; what is looked at further back is shown as it was.
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

    /// Whether its times agree with one another: no change that this program makes leaves a deadline past a limit,
    /// or a revocation at another moment than the deadline. A row that says so was damaged or forged, and must
    /// let nobody in.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        let idle = self.idle_timeout.map_or(Timestamp::MAX, |span| self.last_seen_at.plus(span));
        let limit = self.scheduled_at.unwrap_or(idle).min(self.absolute_expires_at);
        self.deadline <= limit
            && self.revoked_at.is_none_or(|at| at == self.deadline)
            && self.revoked_at.is_some() == self.revoke_reason.is_some()
    }

    /// When it ended, seen from `now`: revoked, or dead of its deadline.
    #[must_use]
    pub fn ended_at(&self, now: Timestamp) -> Option<Timestamp> {
        (self.state(now) != State::Active).then_some(self.deadline)
    }

    /// Why it ended, seen from `now`: the reason of the revocation, or the limit it died of.
    #[must_use]
    pub fn end_reason(&self, now: Timestamp) -> Option<&str> {
        match self.state(now) {
            State::Active => None,
            State::Expired => Some(self.limit().as_str()),
            State::Revoked => self.revoke_reason.as_deref(),
        }
    }

    /// The deadline after the session was seen at `now`: the earlier of the idle and the absolute limit, or
    /// the moment set with `expire`; never past the head's.
    #[must_use]
    pub fn deadline_when_seen(&self, now: Timestamp, head_deadline: Option<Timestamp>) -> Timestamp {
        let own = self.scheduled_at.unwrap_or_else(|| {
            let idle = self.idle_timeout.map_or(Timestamp::MAX, |span| now.plus(span));
            idle.min(self.absolute_expires_at)
        });
        head_deadline.map_or(own, |head| head.min(own))
    }
}

/// The name under which `verify` requires a scope, and a session carries it: RFC 6749 §3.3, one or more of the
/// visible ASCII characters but `"` and `\`.
///
/// # Errors
/// [`UnknownName`] where it is none.
pub fn parse_scope(text: &str) -> Result<String, UnknownName> {
    let legal = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    if !text.is_empty() && text.len() <= 256 && text.bytes().all(legal) {
        Ok(text.to_owned())
    } else {
        Err(UnknownName("scope: one or more visible ASCII characters but \" and \\, at most 256"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds)
    }

    fn session() -> Session {
        Session {
            id: SessionId(1),
            kind: Kind::Web,
            user: None,
            scopes: Vec::new(),
            parent: None,
            client: Client::default(),
            created_at: at(1_000),
            authenticated_at: None,
            last_seen_at: at(1_000),
            idle_timeout: Some(Duration::from_secs(100)),
            absolute_expires_at: at(1_500),
            scheduled_at: None,
            deadline: at(1_100),
            revoked_at: None,
            revoke_reason: None,
        }
    }

    #[test]
    fn at_the_limit_itself_it_is_dead() {
        let session = session();
        assert_eq!(session.state(at(1_099)), State::Active);
        assert_eq!(session.state(at(1_100)), State::Expired);
        assert_eq!((session.ended_at(at(1_099)), session.ended_at(at(1_200))), (None, Some(at(1_100))));
        assert_eq!(session.end_reason(at(1_100)), Some("idle"));
    }

    #[test]
    fn a_revoked_one_stays_so_past_every_limit() {
        let mut session = session();
        (session.revoked_at, session.deadline) = (Some(at(1_050)), at(1_050));
        session.revoke_reason = Some("stolen".into());
        assert_eq!(session.state(at(749)), State::Active);
        for now in [750, 1_050, 1_100, 9_999] {
            assert_eq!(
                (session.state(at(now)), session.end_reason(at(now))),
                (State::Revoked, Some("stolen"))
            );
        }
    }

    #[test]
    fn being_seen_extends_up_to_the_absolute_limit_and_the_head() {
        let mut session = session();
        assert_eq!(session.deadline_when_seen(at(1_050), None), at(1_150));
        assert_eq!(session.deadline_when_seen(at(1_450), None), at(1_500));
        assert_eq!(session.deadline_when_seen(at(1_050), Some(at(1_120))), at(1_120));
        session.scheduled_at = Some(at(1_300));
        assert_eq!(session.deadline_when_seen(at(1_050), None), at(1_300));
    }

    #[test]
    fn a_deadline_past_a_limit_is_a_contradiction() {
        let sound = session();
        assert!(sound.is_consistent());
        for wrong in [
            Session { deadline: at(1_101), ..sound.clone() },
            Session { scheduled_at: Some(at(1_050)), ..sound.clone() },
            Session { absolute_expires_at: at(1_099), ..sound.clone() },
            Session { last_seen_at: at(999), ..sound.clone() },
            Session { revoked_at: Some(at(1_050)), revoke_reason: Some("x".into()), ..sound.clone() },
            Session { revoked_at: Some(at(1_100)), ..sound.clone() },
        ] {
            assert!(!wrong.is_consistent(), "{wrong:?}");
        }
    }

    #[test]
    fn the_deciding_limit_is_named() {
        let mut session = session();
        assert_eq!(session.limit(), Limit::Idle);
        session.deadline = at(1_500);
        assert_eq!(session.limit(), Limit::Absolute);
        (session.deadline, session.scheduled_at) = (at(1_300), Some(at(1_300)));
        assert_eq!(session.limit(), Limit::Scheduled);
        session.deadline = at(1_200);
        assert_eq!(session.limit(), Limit::Family);
    }

    #[test]
    fn scopes_are_those_of_oauth() {
        assert!(parse_scope("read:orders").is_ok());
        for bad in ["", "a b", "a\"", "a\\", "é", "a\n"] {
            assert!(parse_scope(bad).is_err(), "{bad}");
        }
    }
}
