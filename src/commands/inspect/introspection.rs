//! `inspect --introspection`: RFC 7662. About a token that is not active it reveals only that.

use serde_json::json;

use super::subject::Subject;
use crate::commands::{CommandResult, Context, Outcome};
use sessionctl_core::model::session::{State, introspection_json};
use sessionctl_core::ops::clock;
use sessionctl_core::rules;
use sessionctl_core::store::{Store, TokenStatus};

/// Prints an object for each session, in order; the exit code is that of the last one that is not active.
pub(super) fn run(
    context: &mut Context,
    mut store: Box<dyn Store>,
    subjects: &[Subject],
) -> CommandResult<Outcome> {
    context.act(store.as_mut(), clock::guard)?;
    let mut outcome = Outcome::Done;
    for subject in subjects {
        let sighting = subject.find(context, store.as_ref())?;
        let (answer, end) = match &sighting {
            None => (json!({"active": false}), Outcome::NotFound),
            Some((session, parent, status)) => {
                let retired = match status {
                    Some(TokenStatus::Retired { honoured_until, .. }) => *honoured_until <= context.now,
                    _ => false,
                };
                match rules::state(session, parent.as_ref(), context.now) {
                    _ if retired => (json!({"active": false}), Outcome::Revoked),
                    State::Active => (introspection_json(session), Outcome::Done),
                    ended => (json!({"active": false}), Outcome::of(ended)),
                }
            }
        };
        context.ui.bare(&answer.to_string())?;
        if end != Outcome::Done {
            outcome = end;
        }
    }
    Ok(outcome)
}
