//! What is asked of a store about users, their password hashes and their failed logins.

use std::ops::ControlFlow;

use super::StoreError;
use crate::model::event::Event;
use crate::model::policy::Policy;
use crate::model::session::SessionId;
use crate::model::time::Timestamp;
use crate::model::user::{User, UserId, UserName};

/// Whether a password may be tried now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It may; it already counts as a failure, until a login clears it.
    Allowed {
        /// Failures in a row, with this one.
        failures: u32,
    },
    /// Not before this moment. Nothing was counted.
    Throttled(Timestamp),
    /// Not at all, until the password is set anew (NIST 800-63B-4 §3.2.2).
    Disabled,
}

/// The sessions of a user that end with a change of the account.
#[derive(Clone, Debug)]
pub struct EndSessions {
    /// The reason kept with each.
    pub reason: String,
    /// The event of their end.
    pub event: Event,
}

/// Users.
pub trait UserStore {
    /// The user with a name, in any spelling.
    ///
    /// # Errors
    /// [`StoreError`], as for every method of this trait.
    fn user(&self, name: &UserName) -> Result<Option<User>, StoreError>;
    /// Calls `each` with every user, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    fn users(&self, each: &mut dyn FnMut(User) -> ControlFlow<()>) -> Result<(), StoreError>;
    /// Adds a user; `None` where the name is taken. Without a hash, no password lets the user in.
    ///
    /// # Errors
    /// [`StoreError`].
    fn add_user(
        &mut self,
        name: &UserName,
        hash: Option<&str>,
        event: Event,
    ) -> Result<Option<UserId>, StoreError>;
    /// The hash of a user's password (a PHC string).
    ///
    /// # Errors
    /// [`StoreError`].
    fn password_hash(&self, user: UserId) -> Result<Option<String>, StoreError>;
    /// Sets a password's hash, forgets failed logins, and ends sessions. The sessions ended are returned;
    /// `None` where there is no such user.
    ///
    /// # Errors
    /// [`StoreError`].
    fn set_password(
        &mut self,
        user: UserId,
        hash: &str,
        end: Option<EndSessions>,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError>;
    /// Disables a user and ends the sessions, or enables (`end` is `None`). `None` where there is no such user.
    ///
    /// # Errors
    /// [`StoreError`].
    fn set_disabled(
        &mut self,
        user: UserId,
        end: Option<EndSessions>,
        event: Event,
    ) -> Result<Option<Vec<SessionId>>, StoreError>;
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
    /// Counts an attempt as failed before its password is checked, so that being killed wins no free guess;
    /// for names that are no user's as well, so that the throttle does not trace them apart.
    ///
    /// # Errors
    /// [`StoreError`].
    fn begin_attempt(
        &mut self,
        key: [u8; 32],
        now: Timestamp,
        policy: &Policy,
    ) -> Result<Attempt, StoreError>;
    /// The key under which attempts for a name are counted: a keyed digest, because what is typed as a name may
    /// be a password.
    ///
    /// # Errors
    /// [`StoreError`].
    fn attempt_key(&self, name: &UserName) -> Result<[u8; 32], StoreError>;
}
