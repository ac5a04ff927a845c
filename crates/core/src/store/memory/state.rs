//! The contents of a store in memory.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};

use super::audit_log::AuditLog;
use crate::model::policy::Policy;
use crate::model::session::{Session, SessionId};
use crate::model::time::Timestamp;
use crate::model::token::{Digest, LocatorKey};
use crate::model::user::{UserId, UserName};
use crate::store::{DataEntry, NewStore, StoredKey};

/// Everything that a store keeps.
#[derive(Clone)]
pub(super) struct State {
    pub(super) locator_key: LocatorKey,
    /// The key under which failed logins are counted.
    pub(super) attempt_secret: [u8; 32],
    pub(super) sandbox: bool,
    pub(super) created_at: Timestamp,
    pub(super) sessions: BTreeMap<SessionId, SessionRow>,
    /// The highest id that a session ever had.
    pub(super) last_session: i64,
    /// Removed users too: ended sessions keep showing the name.
    pub(super) users: BTreeMap<UserId, UserRow>,
    pub(super) attempts: HashMap<[u8; 32], FailedLogins>,
    pub(super) policy: Policy,
    pub(super) keys: Vec<StoredKey>,
    pub(super) log: AuditLog,
}

/// A session with all that belongs to it.
#[derive(Clone)]
pub(super) struct SessionRow {
    pub(super) session: Session,
    /// The user of that session: two users who had the same name one after another are two.
    pub(super) user: Option<UserId>,
    /// The digest of the current token.
    pub(super) digest: Digest,
    pub(super) retired: Vec<RetiredToken>,
    pub(super) data: BTreeMap<String, DataEntry>,
}

/// A token that was rotated out.
#[derive(Clone)]
pub(super) struct RetiredToken {
    pub(super) digest: Digest,
    pub(super) at: Timestamp,
    pub(super) honoured_until: Timestamp,
}

/// A user with the hash of the password.
#[derive(Clone)]
pub(super) struct UserRow {
    pub(super) name: UserName,
    pub(super) hash: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) password_changed_at: Option<Timestamp>,
    pub(super) disabled_at: Option<Timestamp>,
    pub(super) removed_at: Option<Timestamp>,
}

/// Failed logins in a row.
#[derive(Clone, Copy, Default)]
pub(super) struct FailedLogins {
    pub(super) failures: u32,
    /// The failures among them whose password is still being checked.
    pub(super) pending: u32,
    pub(super) last_at: Option<Timestamp>,
    /// The attempts that were refused since the last event about them.
    pub(super) refused: u64,
    pub(super) reported_at: Option<Timestamp>,
}

impl SessionRow {
    /// Whether the session can still be changed: not revoked, at whatever time, and not expired.
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.session.revoked_at.is_none() && now < self.session.deadline
    }
}

impl State {
    /// The contents of a new store, with its first event.
    pub(super) fn new(new: &NewStore, now: Timestamp) -> Self {
        let mut log = AuditLog::default();
        log.append(&new.event, now, None);
        State {
            locator_key: LocatorKey::new(&new.locator_key),
            attempt_secret: new.attempt_key,
            sandbox: new.sandbox,
            created_at: now,
            sessions: BTreeMap::new(),
            last_session: 0,
            users: BTreeMap::new(),
            attempts: HashMap::new(),
            policy: Policy::default(),
            keys: Vec::new(),
            log,
        }
    }

    /// An id as random as the secret of attempts, which it does not reveal.
    pub(super) fn database_id(&self) -> [u8; 16] {
        let digest = Sha256::digest(self.attempt_secret);
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        id
    }

    /// The deadline of a session's parent, where it has one.
    pub(super) fn parent_deadline(&self, session: &Session) -> Option<Timestamp> {
        let parent = self.sessions.get(&session.parent?)?;
        Some(parent.session.deadline)
    }
}
