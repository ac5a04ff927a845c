//! The report that nobody has a user name, with the name that the account got where it was renamed, and that the account
//! was removed where the name says so. How a name selects
//! an account does not belong here.

use super::shell_word::{user_selector, word};
use super::{CommandResult, Failure, Outcome};
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::user;
use sessionctl_core::store::Store;

/// The failure of a command that needs the user of this name.
///
/// # Errors
/// The store's.
pub fn unknown_user(store: &dyn Store, name: &UserName) -> CommandResult<Failure> {
    unknown_user_or(store, name, "`sessionctl user list` shows all")
}

/// The same, with a hint for a name that nobody had.
///
/// # Errors
/// The store's.
pub fn unknown_user_or(store: &dyn Store, name: &UserName, hint: &str) -> CommandResult<Failure> {
    let failure = Failure::of(Outcome::NotFound, format!("no user '{name}'"));
    if name.as_removed().is_some() {
        let hint =
            format!("`sessionctl list --state any {}` shows its sessions", user_selector(name.as_str()));
        return Ok(match store.account(name)? {
            Some(_) => Failure::of(Outcome::NotFound, format!("the account '{name}' was removed")).hint(hint),
            None => failure.hint("`sessionctl log --action user.removed` shows who was removed, and when"),
        });
    }
    Ok(match user::renamed(store, name)? {
        Some(now) => failure.hint(format!("the user was renamed: write {}", word(now.as_str()))),
        None => failure.hint(hint),
    })
}
