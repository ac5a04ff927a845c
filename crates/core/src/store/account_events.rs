//! Which events are about an account: the one meaning of a user in an [`EventFilter`](super::EventFilter). How a store
//! finds them without reading all does not belong here.

use crate::model::event::{LoggedEvent, Subjects};
use crate::model::session::SessionId;
use crate::model::user::{UserId, UserName};

/// The account that a filter names.
#[derive(Debug)]
pub struct AccountEvents {
    /// The account; none where nobody has or had the name.
    pub account: Option<UserId>,
    /// The key of the name that the account has or had.
    pub name_key: String,
    /// The account's sessions, in rising order.
    pub sessions: Vec<SessionId>,
}

impl AccountEvents {
    /// The events about the account of a name. `sessions` are its sessions, in rising order.
    #[must_use]
    pub fn new(name: &UserName, account: Option<UserId>, sessions: Vec<SessionId>) -> Self {
        AccountEvents { account, name_key: name.account_key(), sessions }
    }

    /// Whether an event is about it. The event of a bulk change names no user: it is about those whose sessions it
    /// includes.
    #[must_use]
    pub fn has(&self, event: &LoggedEvent) -> bool {
        match event.user {
            Some(_) => event.names(self.account, &self.name_key),
            None => meets(&event.subjects, &self.sessions),
        }
    }
}

/// Whether an event is about one of these sessions, which are in rising order.
fn meets(subjects: &Subjects, ids: &[SessionId]) -> bool {
    let Some((first, last)) = subjects.bounds() else { return false };
    let from = ids.partition_point(|id| *id < first);
    ids[from..].iter().take_while(|id| **id <= last).any(|id| subjects.contains(*id))
}
