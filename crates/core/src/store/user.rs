//! What is asked of a store about users, their password hashes and their failed logins.

use std::ops::ControlFlow;
use std::time::Duration;

use super::StoreError;
use crate::model::event::Event;
use crate::model::policy::Policy;
use crate::model::session::SessionId;
use crate::model::time::Timestamp;
use crate::model::user::{Account, User, UserId, UserName};

/// An attempt that lasts longer was killed.
pub const PENDING_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);
/// The time between two events about refused attempts for one name.
pub const REFUSAL_REPORT_INTERVAL: Duration = Duration::from_secs(60);

/// The detail of an event about this number of refused attempts.
#[must_use]
pub fn refusal_detail(detail: Option<String>, attempts: u64) -> Option<String> {
    match (detail, attempts) {
        (detail, 0 | 1) => detail,
        (Some(detail), attempts) => Some(format!("{detail}, {attempts} attempts")),
        (None, attempts) => Some(format!("{attempts} attempts")),
    }
}

/// Whether a password may be tried now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It may; it already counts as a failure, until a login clears it.
    Allowed {
        /// Failures in a row, this one included.
        failures: u32,
    },
    /// Not before this time. Nothing was counted.
    Throttled(Timestamp),
    /// Not at all, until the user is unlocked or the password is set again (NIST 800-63B-4 §3.2.2).
    Locked,
}

/// The sessions of a user that end with a change of the account.
#[derive(Clone, Debug)]
pub struct EndSessions {
    /// The reason kept with each.
    pub reason: String,
    /// The event of their end.
    pub event: Event,
}

/// A user to be added with others.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The name.
    pub name: UserName,
    /// The password's hash; without one, no password is accepted.
    pub hash: Option<String>,
    /// The event.
    pub event: Event,
}

/// What came of renaming a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renaming {
    /// The user has the new name.
    Done,
    /// Another user has the name, in this or another spelling.
    Taken,
    /// There is no such user.
    NoSuchUser,
}

/// Users.
pub trait UserStore {
    /// The user with this name, in any spelling.
    ///
    /// # Errors
    /// [`StoreError`], as for every method of this trait.
    fn user(&self, name: &UserName) -> Result<Option<User>, StoreError>;

    /// The account that a name selects: the one that has the name now; the removed one that is named
    /// `bob (removed 2026-11-25)`; or, where nobody has the name, the one of that name that was removed last.
    ///
    /// # Errors
    /// [`StoreError`].
    fn account(&self, name: &UserName) -> Result<Option<Account>, StoreError>;

    /// Calls `each` with every user, by name, until it breaks off.
    ///
    /// # Errors
    /// [`StoreError`].
    fn users(&self, each: &mut dyn FnMut(User) -> ControlFlow<()>) -> Result<(), StoreError>;

    /// Adds a user; `None` where the name is taken. Without a hash, no password is accepted.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn add_user(
        &mut self,
        name: &UserName,
        hash: Option<&str>,
        event: Event,
    ) -> Result<Option<UserId>, StoreError>;

    /// Adds users, all of them or none, as [`UserStore::add_user`] does. Returns the places of those whose name is
    /// taken, by a user or by an earlier one of `users`; where there are any, nothing was changed.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn add_users(&mut self, users: &[NewUser]) -> Result<Vec<usize>, StoreError>;

    /// Gives a user another name, or another spelling of the name. The account stays the same: its sessions, its
    /// password and its failed logins move with it, and its earlier events are found under the new name.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn rename_user(&mut self, user: UserId, name: &UserName, event: Event) -> Result<Renaming, StoreError>;

    /// The hash of a user's password (a PHC string).
    ///
    /// # Errors
    /// [`StoreError`].
    fn password_hash(&self, user: UserId) -> Result<Option<String>, StoreError>;

    /// Sets a password's hash, clears failed logins, and ends sessions. Returns the sessions that ended; `None`
    /// where there is no such user.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn set_password(
        &mut self,
        user: UserId,
        hash: &str,
        end: Option<EndSessions>,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError>;

    /// Disables a user and ends the sessions. Returns the sessions that ended; `None` where there is no such user.
    ///
    /// # Errors
    /// [`StoreError`].
    fn disable_user(
        &mut self,
        user: UserId,
        end: EndSessions,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError>;

    /// Enables a disabled user; `false` where there is no such user.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn enable_user(&mut self, user: UserId, event: Event) -> Result<bool, StoreError>;

    /// Removes a user and ends the sessions; the name is free again, and the ended sessions keep showing it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove_user(
        &mut self,
        user: UserId,
        end: EndSessions,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError>;

    /// Counts an attempt as failed before its password is checked, so that killing the program wins no free guess;
    /// for names without a user too, so that the throttle does not reveal them. An attempt that was neither settled nor
    /// taken back within [`PENDING_ATTEMPT_TIMEOUT`] is taken back first: its process was killed and answered nothing.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn begin_attempt(&mut self, key: [u8; 32], policy: &Policy) -> Result<Attempt, StoreError>;

    /// Ends an attempt whose password was wrong, and writes its event: it stays counted.
    ///
    /// # Errors
    /// [`StoreError`].
    fn settle_attempt(&mut self, key: [u8; 32], event: Event) -> Result<(), StoreError>;

    /// Counts an attempt that was refused before its password was checked. Its event is written at most once in
    /// [`REFUSAL_REPORT_INTERVAL`], with the number of refused attempts, so that a stranger's guesses do not fill the
    /// audit log. Returns whether it was written.
    ///
    /// # Errors
    /// [`StoreError`].
    fn record_refusal(&mut self, key: [u8; 32], event: Event) -> Result<bool, StoreError>;

    /// Takes back an attempt that the machine, not the password, failed.
    ///
    /// # Errors
    /// [`StoreError`].
    fn cancel_attempt(&mut self, key: [u8; 32]) -> Result<(), StoreError>;

    /// Clears the failed logins of a user; `false` where there were none.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn clear_attempts(&mut self, key: [u8; 32], event: Event) -> Result<bool, StoreError>;

    /// Forgets the attempts for names that no user has, whose last one was at least `older_than` ago at the time of the
    /// change, and returns for how many names. Strangers choose these names, so nothing else removes them. The attempts
    /// for a user stay: the limit of failures in a row has no end in time (NIST 800-63B-4 §3.2.2). No event.
    ///
    /// # Errors
    /// [`StoreError`].
    fn prune_attempts(&mut self, older_than: Duration) -> Result<u64, StoreError>;

    /// The key under which attempts for a name are counted: a keyed digest, because what is typed as a name may be a
    /// password.
    ///
    /// # Errors
    /// [`StoreError`].
    fn attempt_key(&self, name: &UserName) -> Result<[u8; 32], StoreError>;
}
