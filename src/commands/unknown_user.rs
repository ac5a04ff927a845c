//! The report that nobody has a user name: the name that the account got where it was renamed, when it was removed, and what
//! to write instead. How a name selects an account does not belong here.

use super::shell_word::{argument, user_selector, word};
use super::{CommandResult, Context, Failure, Outcome};
use crate::output::escape::escape_text;
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::user;
use sessionctl_core::store::Store;

/// What a command does with the name of a user.
#[derive(Clone, Copy, Debug)]
pub enum Use<'a> {
    /// It shows a user, and accepts the name that a removed account is shown by.
    Show,
    /// It selects sessions, and accepts such a name.
    Select {
        /// The list with commas that the name is of.
        list: Option<&'a [UserName]>,
    },
    /// It changes an account that exists; with a hint for a name that no account has.
    Act(Option<&'a str>),
}

/// The failure of a command that needs the user of this name.
///
/// # Errors
/// The store's.
pub fn unknown_user(store: &dyn Store, name: &UserName, usage: Use<'_>) -> CommandResult<Failure> {
    let failure = Failure::of(Outcome::NotFound, format!("no user '{}'", escape_text(name.as_str())));
    if name.as_removed().is_some() {
        let hint =
            format!("`sessionctl list --state any {}` shows its sessions", user_selector(name.as_str()));
        return Ok(match store.account(name)? {
            Some(_) => {
                let message = format!("the account '{}' was removed", escape_text(name.as_str()));
                Failure::of(Outcome::NotFound, message).hint(hint)
            }
            None => failure.hint("`sessionctl log --action user.removed` shows who was removed, and when"),
        });
    }
    let now = match store.account(name)? {
        Some(account) => Some(account.name),
        None => user::renamed(store, name)?,
    };
    let hint = match now {
        None if is_doubled(store, name)? => {
            let stored = name.as_str().replace(r"\\", r"\");
            format!("a table doubles a backslash that could be part of an escape: write {}", word(&stored))
        }
        Some(now) => formerly(name, &now, usage),
        None => match with_comma(store, name, usage)? {
            Some(hint) => hint,
            None => unused(name, usage),
        },
    };
    Ok(failure.hint(hint))
}

/// Whether a user has the name with each backslash once, which a table shows as this one.
fn is_doubled(store: &dyn Store, name: &UserName) -> CommandResult<bool> {
    let stored = name.as_str().replace(r"\\", r"\");
    match stored.parse() {
        Ok(stored) if stored != *name => Ok(store.account(&stored)?.is_some()),
        _ => Ok(false),
    }
}

/// What to write for the name of an account with a comma: only in a selector, which takes a list, there is a backslash before
/// it.
fn with_comma(store: &dyn Store, name: &UserName, usage: Use<'_>) -> CommandResult<Option<String>> {
    let (whole, is_selector) = match usage {
        Use::Select { list: Some(list) } => {
            (list.iter().map(UserName::as_str).collect::<Vec<_>>().join(","), true)
        }
        Use::Select { list: None } => return Ok(None),
        Use::Show | Use::Act(_) => (name.as_str().replace("\\,", ","), false),
    };
    let Ok(whole) = whole.parse::<UserName>() else { return Ok(None) };
    if whole == *name {
        return Ok(None);
    }
    let Some(account) = store.account(&whole)? else { return Ok(None) };
    let stored = account.name.as_str();
    Ok(Some(match is_selector {
        true => format!("commas separate names; for the user of that name write {}", user_selector(stored)),
        false => format!("one name is expected, and no list: write {}", word(stored)),
    }))
}

/// What to write in the place of a name that an account had, which is named `now`.
fn formerly(name: &UserName, now: &UserName, usage: Use<'_>) -> String {
    let Some(removed) = now.as_removed() else {
        return format!("the user was renamed: write {}", word(now.as_str()));
    };
    let was = match removed.name == *name {
        true => format!("the account was removed on {}", removed.midnight.date()),
        false => format!(
            "the user was renamed to {}, and that account removed on {}",
            word(removed.name.as_str()),
            removed.midnight.date()
        ),
    };
    match usage {
        Use::Act(Some(hint)) => format!("{was}; {hint}"),
        Use::Act(None) => {
            format!("{was}; `sessionctl user add {}` adds a new one", argument(name.as_str()))
        }
        Use::Show | Use::Select { .. } => format!("{was}: write {}", word(now.as_str())),
    }
}

/// What to do about a name that no account had.
fn unused(name: &UserName, usage: Use<'_>) -> String {
    match usage {
        Use::Show | Use::Select { .. } if name.as_str().contains(['*', '?']) => {
            "the name of a user is no pattern; `sessionctl user list` shows all".to_owned()
        }
        Use::Act(Some(hint)) if name.as_str().contains(',') => format!("one name is expected, and no list; {hint}"),
        Use::Act(Some(hint)) => hint.to_owned(),
        Use::Select { list: Some(_) } => {
            "commas separate names; one that belongs to a name is written \\,: `sessionctl user list` shows all"
                .to_owned()
        }
        Use::Show | Use::Act(None) if name.as_str().contains(',') => {
            "one name is expected, and no list; `sessionctl user list` shows all".to_owned()
        }
        _ => "`sessionctl user list` shows all".to_owned(),
    }
}

/// Where nothing matched, hints at an account that was removed and had one of these names before.
///
/// # Errors
/// The store's.
pub fn hint_at_namesake(names: &[UserName], store: &dyn Store, context: &mut Context) -> CommandResult<()> {
    for name in names {
        if let Some(earlier) = user::removed_namesake(store, name)? {
            context.ui.hint(&format!("an earlier account of that name: {}", user_selector(earlier.as_str())));
            return Ok(());
        }
    }
    Ok(())
}
