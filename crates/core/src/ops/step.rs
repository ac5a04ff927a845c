//! The steps of an act, as typed values: what was done, with the values that decided it. A front puts them into
//! sentences or JSON. No step holds a secret: no token, digest, password, cookie or session data.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::model::session::{Kind, SessionId, State};
use crate::model::time::Timestamp;
use crate::rules::Check;

/// What a bulk act does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BulkAct {
    /// Revokes.
    Revoke,
    /// Sets the end.
    Expire,
    /// Deletes.
    Prune,
    /// Sets the limits.
    Limit,
}

/// What a change of a user does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UserAct {
    /// Sets the password.
    SetPassword,
    /// Disables.
    Disable,
    /// Enables.
    Enable,
    /// Removes.
    Remove,
    /// Clears the failed logins.
    Unlock,
    /// Gives another name.
    Rename,
}

/// What came of a write that had a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// It was written.
    Yes,
    /// Its condition no longer held, and nothing was written.
    No,
}

impl From<bool> for Written {
    fn from(written: bool) -> Self {
        if written { Written::Yes } else { Written::No }
    }
}

/// One step of an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// The clock was compared with the latest event.
    ClockRead {
        /// What the clock shows.
        now: Timestamp,
        /// The time of the latest event; none in an empty log.
        latest: Option<Timestamp>,
    },
    /// The clock was accepted, and what was issued or seen later than it shows ended.
    ClockAccepted {
        /// Whether it was written, or only looked at.
        written: Written,
        /// How many sessions ended.
        sessions: usize,
        /// How many signing keys were retired.
        keys: usize,
    },
    /// What was presented does not look like a token.
    NotAToken,
    /// A token was looked up.
    TokenLookedUp {
        /// The session that it belongs to.
        session: Option<SessionId>,
    },
    /// The session of the token was created later than the time of the answer, which a sandbox allows: it does not
    /// exist yet.
    CreatedLater {
        /// The session.
        session: SessionId,
        /// When it was created.
        created_at: Timestamp,
    },
    /// A rule was applied to the session.
    RuleApplied(Check),
    /// A requirement on top of being active was checked.
    RequirementChecked {
        /// What is required: `app`, `scope` or `max_auth_age`.
        requirement: &'static str,
        /// Whether the session meets it.
        met: bool,
    },
    /// The answer about a token is known.
    Answered {
        /// The word that `verify` prints.
        answer: &'static str,
    },
    /// The time of the last use was compared with the interval at which it is written.
    LastSeen {
        /// How long ago the session was last seen (seconds).
        #[serde(serialize_with = "seconds")]
        ago: Duration,
        /// The interval (seconds).
        #[serde(serialize_with = "seconds")]
        touch_interval: Duration,
    },
    /// It was written that sessions were used.
    Touched {
        /// How many sessions.
        sessions: usize,
    },
    /// A reused token was recorded.
    ReuseRecorded {
        /// How many sessions were revoked for it.
        revoked: usize,
    },
    /// The token is only accepted for its grace, and is not replaced again.
    GraceNotRenewed,
    /// A session's token was replaced, if it was still current.
    TokenRotated {
        /// Whether it was.
        written: Written,
        /// For how long the old token is still accepted (seconds).
        #[serde(serialize_with = "seconds")]
        grace: Duration,
    },
    /// A login attempt was counted as a failure, before the password was looked at.
    AttemptCounted {
        /// Failures in a row, this one included.
        failures: u32,
    },
    /// No password is tried before this time.
    AttemptThrottled {
        /// The time.
        until: Timestamp,
    },
    /// The password is locked.
    AttemptLocked,
    /// A password was hashed and compared.
    PasswordCompared,
    /// A login was refused, and the reason recorded. The step is the same for every reason: whoever logs in may see it.
    LoginRefused,
    /// A password was hashed to be kept.
    PasswordHashed {
        /// KiB of memory.
        memory_kib: u32,
        /// Passes over the memory.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
    /// The stored hash is weaker than the policy asks, and is replaced.
    RehashNeeded,
    /// The token presented for an upgrade is that of the user's own session, whose password is checked again.
    Reauthenticating {
        /// The session.
        session: SessionId,
    },
    /// The session got a new token after its password was checked again, if it was still active.
    Reauthenticated {
        /// Whether it was.
        written: Written,
    },
    /// The session of a login was created.
    LoggedIn {
        /// The session.
        session: SessionId,
    },
    /// The password was right, but the session could not be created.
    LoginNotWritten,
    /// The lifetimes of new sessions were read from the policy.
    LifetimePlanned {
        /// What they are for.
        kind: Kind,
        /// How long they are active at most (seconds).
        #[serde(serialize_with = "seconds")]
        lifetime: Duration,
        /// How long they are active without being used (seconds).
        #[serde(serialize_with = "optional_seconds")]
        idle_timeout: Option<Duration>,
        /// Whether a parent limits them.
        has_parent: bool,
    },
    /// Sessions were created.
    SessionsCreated {
        /// How many.
        sessions: usize,
        /// Random bytes drawn for each token.
        random_bytes: usize,
    },
    /// Bulk work begins.
    BulkStarted {
        /// The newest session; later ones are left alone.
        up_to: SessionId,
        /// Sessions to a batch, at most.
        batch_size: usize,
    },
    /// Only what ended this long ago is deleted.
    PruneAge {
        /// The age (seconds).
        #[serde(serialize_with = "seconds")]
        older_than: Duration,
    },
    /// Bulk work is finished.
    BulkFinished {
        /// What it did.
        act: BulkAct,
        /// Sessions that matched.
        matched: u64,
        /// Sessions that were changed.
        changed: u64,
        /// Sessions among the changed ones that were changed with their parent.
        cascaded: u64,
        /// Sessions that end before the time asked for.
        clamped: u64,
    },
    /// Sessions whose tokens could not be handed over were revoked.
    UndeliveredRevoked {
        /// How many.
        sessions: u64,
    },
    /// A session was ended at its holder's wish.
    LoggedOut {
        /// Sessions that ended, the children included.
        ended: usize,
    },
    /// A value was written or removed, if the session was active, the version fitted and the limits allowed it.
    DataWritten {
        /// The session.
        session: SessionId,
        /// Whether it was.
        written: Written,
        /// Values that a session may have.
        max_keys: usize,
        /// Bytes that a session may have.
        max_bytes: usize,
    },
    /// A user was added, if the name was free.
    UserAdded {
        /// Whether it was.
        written: Written,
    },
    /// A user was changed, if still there.
    UserChanged {
        /// What was done.
        act: UserAct,
        /// Whether the user was still there.
        written: Written,
        /// Sessions that ended with it.
        ended: usize,
    },
    /// Users were imported.
    UsersImported {
        /// How many.
        users: usize,
        /// Passwords that were hashed.
        hashed: usize,
        /// Whether all names were still free.
        written: Written,
    },
    /// A setting of the policy was changed.
    PolicySet {
        /// The setting.
        name: &'static str,
        /// Its value before, as it is written.
        before: String,
        /// Its value now.
        after: String,
        /// Its default.
        default: String,
        /// The source of the default.
        source: &'static str,
    },
    /// A signing key was created.
    KeyCreated {
        /// Its name.
        kid: String,
        /// Its algorithm.
        algorithm: &'static str,
    },
    /// A signing key was retired, if it signed.
    KeyRetired {
        /// Whether it did.
        written: Written,
    },
    /// A signing key was revoked, if it was not before.
    KeyRevoked {
        /// Whether it was.
        written: Written,
    },
    /// The issue of a JWT was recorded, if the session was active.
    JwtRecorded {
        /// Whether it was.
        written: Written,
        /// The key that signs.
        kid: String,
        /// When the JWT expires.
        expires_at: Timestamp,
    },
    /// Form, header, key, signature, parties and times of a JWT were checked, in this order.
    JwtChecked {
        /// Why it is refused; none where it is accepted.
        refused: Option<String>,
        /// When it expires, where it is accepted.
        expires_at: Option<Timestamp>,
    },
    /// The issue of a JWT was searched for in the audit log.
    JwtIssueSearched {
        /// Whether it was found.
        found: bool,
    },
    /// The session that a JWT names was looked up.
    JwtSessionRead {
        /// The session, and its state; none where the user has no such session.
        session: Option<(SessionId, State)>,
    },
    /// A new database was created.
    StoreCreated {
        /// Whether its time may be set.
        sandbox: bool,
    },
    /// Sessions were read.
    SessionsRead {
        /// How many were shown.
        sessions: u64,
        /// Whether every session had to be read for it.
        all: bool,
    },
}

fn seconds<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(span.as_secs())
}

fn optional_seconds<S: Serializer>(span: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    span.map(|span| span.as_secs()).serialize(serializer)
}
