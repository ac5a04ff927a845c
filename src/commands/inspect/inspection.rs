//! What `inspect` finds out about a session.

use std::time::Duration;

use super::subject::Subject;
use crate::commands::{CommandResult, Context};
use crate::output::checks::{self, CheckedSession};
use sessionctl_core::model::event::LoggedEvent;
use sessionctl_core::model::policy::Policy;
use sessionctl_core::model::session::{Session, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::rules::{self, Expiry};
use sessionctl_core::store::{EventFilter, Store};

/// Everything known about one session.
pub(super) struct Inspection {
    pub(super) session: Session,
    pub(super) checks: Vec<DescribedCheck>,
    /// None where the clock is behind, so that nobody knows.
    pub(super) fate: Option<Expiry>,
    pub(super) rotations: u64,
    pub(super) family: Vec<Session>,
    pub(super) events: Vec<LoggedEvent>,
}

/// Looks for a session; `None` where there is none.
pub(super) fn inspect(
    context: &mut Context,
    store: &dyn Store,
    subject: &Subject,
    most: u64,
) -> CommandResult<Option<Inspection>> {
    let Some((session, parent, status)) = subject.find(context, store)? else { return Ok(None) };
    let policy = store.policy()?;
    let mut family = vec![];
    if let Some(parent) = &parent {
        family.push(parent.clone());
    }
    let top = parent.as_ref().map_or(session.id, |parent| parent.id);
    for child in store.children(top)? {
        if child.id != session.id && !context.hides(store, &child)? {
            family.push(child);
        }
    }
    let mut events = Vec::new();
    let until = context.host.clock_overridden().then(|| context.now.plus(Duration::from_secs(1)));
    let filter =
        EventFilter { session: Some(session.id), limit: Some(most), until, ..EventFilter::default() };
    store.events(&filter, &mut |event| {
        events.push(event);
        std::ops::ControlFlow::Continue(())
    })?;
    let is_unknown =
        context.clock_is_behind && rules::state(&session, parent.as_ref(), context.now) == State::Active;
    Ok(Some(Inspection {
        checks: if is_unknown {
            Vec::new()
        } else {
            let checked =
                CheckedSession { session: &session, parent: parent.as_ref(), status, now: context.now };
            described(checked, &policy)
        },
        fate: (!is_unknown).then(|| rules::expiry(&session, parent.as_ref(), context.now)),
        rotations: store.rotations(session.id)?,
        family,
        events,
        session,
    }))
}

/// A check in words.
pub(super) struct DescribedCheck {
    pub(super) name: &'static str,
    pub(super) rule: &'static str,
    pub(super) passed: bool,
    pub(super) detail: String,
    pub(super) at: Option<Timestamp>,
}

/// Every rule, applied in the order of `verify`.
fn described(about: CheckedSession<'_>, policy: &Policy) -> Vec<DescribedCheck> {
    let CheckedSession { session, parent, status, now } = about;
    let applied = rules::checks(rules::Subject { session, parent, status }, now);
    let described = applied.map(|check| DescribedCheck {
        name: check.rule.name(),
        rule: checks::requirement(check.rule),
        passed: check.passed,
        detail: checks::detail(&check, about, policy),
        at: check.at,
    });
    described.collect()
}
