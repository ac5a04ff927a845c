//! What the audit log records about each account, compared with its row. Only events that name the account by its
//! number count: those of the first layout name it by a name that could be given again.

use std::collections::BTreeMap;

use crate::model::event::{Action, LoggedEvent};

/// What of an account's row the audit log records.
#[derive(Clone, Debug)]
pub struct ReplayedAccount {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whether it is disabled.
    pub is_disabled: bool,
    /// Whether it was removed.
    pub is_removed: bool,
}

/// The last event that decided whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    Disabled,
    Enabled,
    Removed,
}

/// The accounts of the audit log.
#[derive(Default)]
pub(super) struct AccountReplay {
    /// The names of the accounts that were added, or that were renamed later.
    added: BTreeMap<i64, String>,
    decisions: BTreeMap<i64, Decision>,
    /// The first number that an event gave to a new account. Those of the first layout gave none.
    first: Option<i64>,
}

impl AccountReplay {
    /// Takes the next event of the log.
    pub(super) fn apply(&mut self, event: &LoggedEvent) {
        let Some(id) = event.user_id.map(|id| id.0) else { return };
        let is = |action: Action| event.action == action.as_str();
        if is(Action::UserAdded) || is(Action::UserRenamed) {
            self.added.insert(id, event.user.clone().unwrap_or_default());
            if is(Action::UserAdded) {
                self.first.get_or_insert(id);
            }
        } else if is(Action::UserDisabled) {
            self.decisions.insert(id, Decision::Disabled);
        } else if is(Action::UserEnabled) {
            self.decisions.insert(id, Decision::Enabled);
        } else if is(Action::UserRemoved) {
            self.decisions.insert(id, Decision::Removed);
        }
    }

    /// The rows that contradict the log, in the order of ids; `assigned` is the highest id that was.
    pub(super) fn compare(
        &self,
        rows: &[ReplayedAccount],
        assigned: i64,
        max_problems: usize,
    ) -> Vec<String> {
        let mut problems = Vec::new();
        let mut missing = self.added.clone();
        if self.added.last_key_value().is_some_and(|(last, _)| *last > assigned) {
            problems.push("numbers that the audit log records could be given to users again".to_owned());
        }
        let is_new = |id: i64| self.first.is_some_and(|first| id >= first);
        for ReplayedAccount { id, name, is_disabled, is_removed } in rows {
            let (id, disabled, removed) = (*id, *is_disabled, *is_removed);
            let what = match (self.decisions.get(&id), missing.remove(&id)) {
                (_, Some(added)) if added != *name => Some("has another name than the audit log records"),
                (Some(Decision::Disabled), _) if !disabled => {
                    Some("was disabled according to the audit log, but its row is not")
                }
                (Some(Decision::Removed), _) if !removed => {
                    Some("was removed according to the audit log, but its row is not")
                }
                (Some(Decision::Enabled), _) if disabled => {
                    Some("is disabled, but the audit log does not record it")
                }
                (None, _) if is_new(id) && (disabled || removed) => {
                    Some("is disabled or removed, but the audit log does not record it")
                }
                (_, None) if is_new(id) => Some("is not recorded in the audit log"),
                _ => None,
            };
            problems.extend(what.map(|what| format!("user {id} {what}")));
        }
        problems.extend(
            missing.keys().map(|id| format!("user {id} is missing: the audit log records its creation")),
        );
        problems.truncate(max_problems);
        problems
    }
}
