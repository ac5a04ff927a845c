//! Changes in other programs' tables whose outcome was never recorded: the program was killed between the intent and the
//! outcome, or is still at work. Each act has a number of its own in both events.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::ControlFlow;

use sessionctl_core::model::event::{Action, LoggedEvent};
use sessionctl_core::store::{EventFilter, Store, StoreError};
use sessionctl_foreign::ops::act_of;

/// What precedes the detail of an intent without an outcome.
pub(super) const INTERRUPTED: &str = "interrupted, or not finished yet: ";

/// The acts that have an outcome, read when the first intent is listed.
pub(super) struct Outcomes<'a> {
    store: &'a dyn Store,
    acts: OnceCell<HashSet<String>>,
}

impl<'a> Outcomes<'a> {
    pub(super) fn of(store: &'a dyn Store) -> Self {
        Outcomes { store, acts: OnceCell::new() }
    }

    /// Adds to the detail of an intent without an outcome that it was interrupted.
    pub(super) fn mark(&self, event: &mut LoggedEvent) -> Result<(), StoreError> {
        if self.is_interrupted(event)?
            && let Some(detail) = &mut event.detail
        {
            detail.insert_str(0, INTERRUPTED);
        }
        Ok(())
    }

    /// Whether an event is an intent without an outcome.
    pub(super) fn is_interrupted(&self, event: &LoggedEvent) -> Result<bool, StoreError> {
        match act(event) {
            Some(act) if is_one_of(event, &[Action::ForeignRevoking, Action::ForeignPruning]) => {
                Ok(!self.acts()?.contains(act))
            }
            _ => Ok(false),
        }
    }

    fn acts(&self) -> Result<&HashSet<String>, StoreError> {
        if let Some(acts) = self.acts.get() {
            return Ok(acts);
        }
        let mut acts = HashSet::new();
        let filter = EventFilter { actions: vec!["foreign".to_owned()], ..EventFilter::default() };
        self.store.events(&filter, &mut |event| {
            if is_one_of(&event, &[Action::ForeignRevoked, Action::ForeignPruned]) {
                acts.extend(act(&event).map(str::to_owned));
            }
            ControlFlow::Continue(())
        })?;
        Ok(self.acts.get_or_init(|| acts))
    }
}

pub(super) fn is_one_of(event: &LoggedEvent, actions: &[Action]) -> bool {
    actions.iter().any(|action| event.action == action.as_str())
}

fn act(event: &LoggedEvent) -> Option<&str> {
    act_of(event.detail.as_deref()?)
}
