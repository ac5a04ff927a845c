//! Which account a name means, and the name under which an account is shown.

use super::state::{State, UserRow};
use crate::model::user::{Account, UserId, UserName};

impl UserRow {
    /// Whether sessions may be created for the user.
    pub(super) fn is_enabled(&self) -> bool {
        self.removed_at.is_none() && self.disabled_at.is_none()
    }
}

/// Whether sessions may be created for a user.
pub(super) fn is_enabled(state: &State, user: UserId) -> bool {
    state.users.get(&user).is_some_and(UserRow::is_enabled)
}

/// The user with this name.
pub(super) fn find<'a>(state: &'a State, name: &UserName) -> Option<(UserId, &'a UserRow)> {
    let mut users = state.users.iter().filter(|(_, row)| row.removed_at.is_none());
    users.find(|(_, row)| row.name == *name).map(|(id, row)| (*id, row))
}

/// The name of an account as it is shown.
pub(super) fn shown_name(state: &State, id: UserId) -> Option<UserName> {
    let row = state.users.get(&id)?;
    let Some(at) = row.removed_at else { return Some(row.name.clone()) };
    let same_day = |other: &UserRow| {
        other.name == row.name && other.removed_at.is_some_and(|removed| removed.date() == at.date())
    };
    let earlier = state.users.range(..id).filter(|(_, other)| same_day(other)).count() as u64;
    Some(row.name.removed(at, earlier + 1))
}

/// The account that is shown under a name.
pub(super) fn shown_as(state: &State, name: &UserName) -> Option<UserId> {
    account(state, name).filter(|account| account.name == *name).map(|account| account.id)
}

/// The account that a name selects.
pub(super) fn account(state: &State, name: &UserName) -> Option<Account> {
    let of_name = || state.users.iter().rev().filter(|(_, row)| row.name == *name);
    let found = of_name().find(|(_, row)| row.removed_at.is_none()).or_else(|| of_name().next());
    let found = found.or_else(|| {
        name.as_removed()?;
        state.users.iter().find(|(id, _)| shown_name(state, **id).as_ref() == Some(name))
    });
    let (id, row) = found?;
    Some(Account { id: *id, name: shown_name(state, *id)?, removed_at: row.removed_at })
}
