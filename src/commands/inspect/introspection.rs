//! `inspect --introspection`: RFC 7662. About a token that is not active it reveals only that.

use serde_json::json;

use super::subject::Subject;
use crate::commands::{CommandResult, Context, Outcome};
use sessionctl_core::model::session::{Session, State};
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
                    State::Active => (active(session), Outcome::Done),
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

/// The members of RFC 7662 §2.2 that a session has.
fn active(session: &Session) -> serde_json::Value {
    let mut answer = json!({
        "active": true,
        "token_type": "session",
        "exp": session.deadline.unix(),
        "iat": session.created_at.unix(),
        "sid": session.id.get(),
    });
    let more = [
        ("scope", (!session.scopes.is_empty()).then(|| session.scopes.join(" "))),
        ("client_id", session.client.app.clone()),
        ("username", session.user.as_ref().map(ToString::to_string)),
        ("sub", session.user.as_ref().map(|name| name.key())),
    ];
    if let Some(object) = answer.as_object_mut() {
        object.extend(more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))));
    }
    answer
}
