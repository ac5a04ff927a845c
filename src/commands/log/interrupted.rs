//! Changes in other programs' tables whose outcome was never recorded: the program was killed between the intent and the
//! outcome, or is still at work. Each act has a number of its own in both events.

use std::collections::HashSet;
use std::ops::ControlFlow;

use sessionctl_core::model::event::{Action, LoggedEvent};
use sessionctl_core::store::{EventFilter, Store, StoreError};
use sessionctl_foreign::ops::act_of;

/// The events that are written before an act.
pub(super) const INTENTS: [Action; 2] = [Action::ForeignRevoking, Action::ForeignPruning];

/// What precedes the detail of an intent without an outcome.
pub(super) const INTERRUPTED: &str = "interrupted, or not finished yet: ";

/// The acts that have an outcome. They are read before the events are: a server does not read within a read.
pub(super) struct Outcomes {
    acts: HashSet<String>,
}

impl Outcomes {
    /// Reads them; none where no event of the filter can be an intent.
    pub(super) fn read(store: &dyn Store, shown: &EventFilter) -> Result<Self, StoreError> {
        let mut acts = HashSet::new();
        if !INTENTS.iter().any(|intent| shown.accepts_action(intent.as_str())) {
            return Ok(Outcomes { acts });
        }
        let filter = EventFilter { actions: vec!["foreign".to_owned()], ..EventFilter::default() };
        store.events(&filter, &mut |event| {
            if is_one_of(&event, &[Action::ForeignRevoked, Action::ForeignPruned]) {
                acts.extend(act(&event).map(str::to_owned));
            }
            ControlFlow::Continue(())
        })?;
        Ok(Outcomes { acts })
    }

    /// Adds to the detail of an intent without an outcome that it was interrupted.
    pub(super) fn mark(&self, event: &mut LoggedEvent) {
        if self.is_interrupted(event)
            && let Some(detail) = &mut event.detail
        {
            detail.insert_str(0, INTERRUPTED);
        }
    }

    /// Whether an event is an intent without an outcome.
    pub(super) fn is_interrupted(&self, event: &LoggedEvent) -> bool {
        let is_intent = is_one_of(event, &INTENTS);
        is_intent && act(event).is_some_and(|act| !self.acts.contains(act))
    }
}

pub(super) fn is_one_of(event: &LoggedEvent, actions: &[Action]) -> bool {
    actions.iter().any(|action| event.action == action.as_str())
}

fn act(event: &LoggedEvent) -> Option<&str> {
    act_of(event.detail.as_deref()?)
}
