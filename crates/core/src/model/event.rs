//! An event of the audit log: what was done, by whom, to what. Events form a chain of hashes, so that any change,
//! removal or insertion is noticed. An event never holds a token, a digest, a password, a cookie or session data.

mod hash_chain;
mod subjects;

use std::net::IpAddr;

pub use hash_chain::{GENESIS, bind_to_database};
pub use subjects::Subjects;

use super::redact::redact_tokens;
use super::session::Client;
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
    DatabaseMigrated "db.migrated" "The schema of the database was updated.",
    DatabaseRestored "db.restored" "A copy of the database was brought back.",
    KeysLeftOut "db.keys_left_out" "This copy was written without the keys that sign JWTs.",
    ClockAccepted "db.clock_accepted" "The clock was accepted although the latest event was later: a false future ended.",
    DatabaseCopied "db.copied" "The database was moved here from another place.",
    LocatorKeyRotated "db.locator_key_rotated" "New tokens get locators under another key.",
    LocatorKeyRetired "db.locator_key_retired" "A locator key was retired: no active session can have been created under it.",
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
    ChangeAbandoned "change.abandoned" "A change whose answer was lost was not made, and never will be.",
    JwtKeyCreated "jwt.key_created" "A signing key was created.",
    JwtKeyRetired "jwt.key_retired" "A signing key was retired.",
    JwtKeyRevoked "jwt.key_revoked" "A signing key was revoked: what it signed is refused.",
    JwtIssued "jwt.issued" "A JWT was signed for a session.",
    ForeignRevoking "foreign.revoking" "Sessions in another program's table are about to be revoked.",
    ForeignRevoked "foreign.revoked" "A revocation in another program's table has ended.",
    ForeignPruning "foreign.pruning" "Rows of another program's table are about to be pruned.",
    ForeignPruned "foreign.pruned" "Pruning another program's table has ended.",
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
            actor: redact_tokens(actor).into_owned(),
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
}

#[cfg(test)]
mod tests;
