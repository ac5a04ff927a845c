//! An event of the audit log: what was done, by whom, to what. Events form a chain of hashes, so that any change,
//! removal or insertion is noticed. An event never holds a token, a digest, a password, a cookie or session data.

use std::net::IpAddr;

use sha2::{Digest as _, Sha256};

use super::address;
use super::redact::redact_tokens;
use super::session::{Client, SessionId};
use super::time::Timestamp;
use super::user::{UserId, UserName};

macro_rules! actions {
    ($($variant:ident $name:literal $meaning:literal),* $(,)?) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action { $(#[doc = $meaning] $variant),* }

        impl Action {
            /// The names, as the log shows them.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Action::$variant => $name),* }
            }
        }
    };
}

actions! {
    DatabaseCreated "db.created" "The database was created.",
    DatabaseMigrated "db.migrated" "The database got the layout of a newer program.",
    DatabaseRestored "db.restored" "A copy of the database was brought back.",
    KeysLeftOut "db.keys_left_out" "This copy was written without the keys that sign JWTs.",
    ClockAccepted "db.clock_accepted" "The clock was accepted although the latest event was later: a false future ended.",
    PolicyChanged "policy.changed" "A lifetime or limit was set.",
    PolicyApplied "policy.applied" "Active sessions got the limits of the policy.",
    UserAdded "user.added" "A user was added.",
    PasswordChanged "user.password_changed" "A password was set.",
    PasswordRehashed "user.password_rehashed" "A password was hashed again under a stronger policy.",
    UserDisabled "user.disabled" "A user was disabled.",
    UserEnabled "user.enabled" "A user was enabled again.",
    UserUnlocked "user.unlocked" "The failed logins of a user were cleared.",
    UserRenamed "user.renamed" "A user got another name.",
    UserRemoved "user.removed" "A user was removed.",
    LoginSucceeded "login.succeeded" "A password was right and a session was created.",
    LoginFailed "login.failed" "A login was refused for its name or password.",
    LoginRefused "login.refused" "A login was refused before or in spite of its password.",
    SessionCreated "session.created" "Sessions were created without a password.",
    SessionUpgraded "session.upgraded" "An anonymous session was replaced by a login.",
    SessionRotated "session.rotated" "A session got a new token.",
    SessionReauthenticated "session.reauthenticated" "A password was checked again for an active session.",
    ExpirySet "session.expiry_set" "The end of sessions was set.",
    SessionRevoked "session.revoked" "Sessions were revoked.",
    NetworkChanged "session.network_changed" "A token was verified from another network than before.",
    TokenReused "token.reused" "A token that had been rotated out was presented again: a sign of theft.",
    SessionsPruned "session.pruned" "Ended sessions were deleted.",
    DataChanged "data.changed" "A value kept with a session was set or removed.",
    JwtKeyCreated "jwt.key_created" "A signing key was created.",
    JwtKeyRetired "jwt.key_retired" "A signing key was retired.",
    JwtKeyRevoked "jwt.key_revoked" "A signing key was revoked: what it signed is refused.",
    JwtIssued "jwt.issued" "A JWT was signed for a session.",
    ForeignRevoking "foreign.revoking" "Sessions in another program's table are about to be revoked.",
    ForeignRevoked "foreign.revoked" "A revocation in another program's table has ended.",
    ForeignPruning "foreign.pruning" "Rows of another program's table are about to be pruned.",
    ForeignPruned "foreign.pruned" "Pruning another program's table has ended.",
}

/// The sessions an event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Subjects {
    /// No session.
    #[default]
    None,
    /// One.
    One(SessionId),
    /// Every id from the first to the last, such as the sessions that were created together.
    Range(SessionId, SessionId),
    /// These ids, in rising order.
    Many(Vec<SessionId>),
}

impl Subjects {
    /// The smallest form of these ids, which are in rising order.
    #[must_use]
    pub fn of(ids: &[SessionId]) -> Self {
        match ids {
            [] => Subjects::None,
            [id] => Subjects::One(*id),
            [first, .., last] if last.get() - first.get() + 1 == ids.len() as i64 => {
                Subjects::Range(*first, *last)
            }
            ids => Subjects::Many(ids.to_vec()),
        }
    }

    /// The lowest and the highest id.
    #[must_use]
    pub fn bounds(&self) -> Option<(SessionId, SessionId)> {
        match self {
            Subjects::None => None,
            Subjects::One(id) => Some((*id, *id)),
            Subjects::Range(first, last) => Some((*first, *last)),
            Subjects::Many(ids) => Some((*ids.first()?, *ids.last()?)),
        }
    }

    /// How many sessions.
    #[must_use]
    pub fn count(&self) -> u64 {
        match self {
            Subjects::None => 0,
            Subjects::One(_) => 1,
            Subjects::Range(first, last) => (last.get() - first.get()) as u64 + 1,
            Subjects::Many(ids) => ids.len() as u64,
        }
    }

    /// Whether the event is about this session.
    #[must_use]
    pub fn contains(&self, id: SessionId) -> bool {
        match self {
            Subjects::Many(ids) => ids.binary_search(&id).is_ok(),
            other => other.bounds().is_some_and(|(first, last)| (first..=last).contains(&id)),
        }
    }

    /// The ids of [`Subjects::Many`] in few bytes: the steps from one to the next, seven bits a byte, low bits
    /// first (LEB128). A batch of a thousand takes about two kilobytes instead of a thousand rows.
    #[must_use]
    pub fn pack(ids: &[SessionId]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(ids.len() * 2);
        let mut previous = 0;
        for id in ids {
            let mut step = (id.get() - previous) as u64;
            previous = id.get();
            while step >= 0x80 {
                bytes.push(step as u8 | 0x80);
                step >>= 7;
            }
            bytes.push(step as u8);
        }
        bytes
    }

    /// Reads what [`Subjects::pack`] wrote; `None` for any other bytes.
    #[must_use]
    pub fn unpack(bytes: &[u8]) -> Option<Vec<SessionId>> {
        let mut ids = Vec::new();
        let (mut previous, mut step, mut shift) = (0_i64, 0_u64, 0_u32);
        for byte in bytes {
            step |= u64::from(byte & 0x7f).checked_shl(shift)?;
            shift += 7;
            if byte & 0x80 == 0 {
                previous = previous.checked_add(i64::try_from(step).ok()?)?;
                ids.push(SessionId::new(previous)?);
                (step, shift) = (0, 0);
            }
        }
        (shift == 0).then_some(ids)
    }
}

/// An event that is about to be written together with its change. It has no time yet: the store gives it the time of
/// the change, under its lock, never earlier than that of the event before it.
#[derive(Clone, Debug)]
pub struct Event {
    /// What.
    pub action: Action,
    /// Who did it: the account of the operating system that ran the program.
    pub actor: String,
    /// The user that it is about, by name.
    pub user: Option<String>,
    /// The sessions that it is about.
    pub subjects: Subjects,
    /// A reason or a count, in words.
    pub detail: Option<String>,
    /// The address of the client that caused it.
    pub ip: Option<IpAddr>,
    /// The application through which it happened.
    pub app: Option<String>,
}

impl Event {
    /// An event without user, sessions, detail and client.
    #[must_use]
    pub fn new(action: Action, actor: &str) -> Self {
        Event {
            action,
            actor: actor.to_owned(),
            user: None,
            subjects: Subjects::None,
            detail: None,
            ip: None,
            app: None,
        }
    }

    /// The same, caused by a client. A token in the name of the app is replaced.
    #[must_use]
    pub fn client(mut self, client: &Client) -> Self {
        self.ip = client.ip;
        self.app = client.app.as_deref().map(|app| redact_tokens(app).into_owned());
        self
    }

    /// The same event about a user.
    #[must_use]
    pub fn user(mut self, name: Option<&super::user::UserName>) -> Self {
        self.user = name.map(|name| name.as_str().to_owned());
        self
    }

    /// The same event about these sessions.
    #[must_use]
    pub fn about(mut self, subjects: Subjects) -> Self {
        self.subjects = subjects;
        self
    }

    /// The same event with a reason or a count. A token in it is replaced: a log that holds tokens would be one more
    /// place to steal them from.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Option<String>>) -> Self {
        self.detail = detail.into().map(|text| redact_tokens(&text).into_owned());
        self
    }
}

/// An event as the audit log keeps it.
#[derive(Clone, Debug)]
pub struct LoggedEvent {
    /// Its number in the log, from 1, without gaps.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// What, by name: a newer program may know more names than this one.
    pub action: String,
    /// Who did it.
    pub actor: String,
    /// The user that it is about, by name.
    pub user: Option<String>,
    /// The sessions that it is about.
    pub subjects: Subjects,
    /// A reason or a count, in words.
    pub detail: Option<String>,
    /// The account that the user's name meant. None for events of layouts that did not record it.
    pub user_id: Option<UserId>,
    /// The address of the client that caused it.
    pub ip: Option<IpAddr>,
    /// The application through which it happened.
    pub app: Option<String>,
    /// The name under which the account is shown now. It is read beside the event, and is no part of its link.
    pub account: Option<UserName>,
}

/// Binds the link before an event to a database, so that the event and all later ones fit no other database.
#[must_use]
pub fn bind_to_database(before: &[u8; 32], database_id: &[u8; 16]) -> [u8; 32] {
    Sha256::new().chain_update(before).chain_update(database_id).finalize().into()
}

impl LoggedEvent {
    /// Whether it names this account: by its id, or by its name alone where the log does not have the id. `name_key`
    /// is the key of the name that the account has or had.
    #[must_use]
    pub fn names(&self, account: Option<UserId>, name_key: &str) -> bool {
        match (self.user_id, &self.user) {
            (Some(id), _) => Some(id) == account,
            (None, Some(user)) => user.parse::<UserName>().is_ok_and(|user| user.key() == name_key),
            (None, None) => false,
        }
    }

    /// The link of this event in the chain: SHA-256 over the link before it and every field. Each field follows its
    /// length, so that two different events never give the same bytes. The account and the client are part of it only
    /// where one of them is known, so that the links of events without them stay what they were.
    #[must_use]
    pub fn link(&self, before: &[u8; 32]) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut field = |bytes: Option<&[u8]>| {
            hash.update(bytes.map_or(-1, |b| b.len() as i64).to_be_bytes());
            hash.update(bytes.unwrap_or_default());
        };
        field(Some(before));
        field(Some(&self.id.to_be_bytes()));
        field(Some(&self.at.unix().to_be_bytes()));
        field(Some(self.action.as_bytes()));
        field(Some(self.actor.as_bytes()));
        field(self.user.as_deref().map(str::as_bytes));
        let (first, last) = self.subjects.bounds().unzip();
        field(first.map(|id| id.get().to_be_bytes()).as_ref().map(<[u8; 8]>::as_slice));
        field(last.map(|id| id.get().to_be_bytes()).as_ref().map(<[u8; 8]>::as_slice));
        let packed = match &self.subjects {
            Subjects::Many(ids) => Some(Subjects::pack(ids)),
            _ => None,
        };
        field(packed.as_deref());
        field(self.detail.as_deref().map(str::as_bytes));
        if self.user_id.is_some() || self.ip.is_some() || self.app.is_some() {
            field(self.user_id.map(|id| id.0.to_be_bytes()).as_ref().map(<[u8; 8]>::as_slice));
            field(self.ip.map(address::to_bytes).as_ref().map(<[u8; 16]>::as_slice));
            field(self.app.as_deref().map(str::as_bytes));
        }
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests;
