//! Sessions that a person selects from a list, where the command line names none. Without a terminal this is a usage
//! error.

use std::ops::ControlFlow;

use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::age;
use sessionctl_core::model::selector::{Selector, Sort};
use sessionctl_core::model::session::{Session, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Page, Store};

/// The number of sessions offered, newest first: typing filters among them.
const MAX_OFFERED_SESSIONS: u64 = 5_000;

/// Asks for one active session.
///
/// # Errors
/// A [`Failure`] where there is no terminal, no session is active or none was selected.
pub fn one(store: &dyn Store, context: &mut Context) -> CommandResult<SessionId> {
    let (ids, lines) = offer(store, context)?;
    let taken = context
        .prompt
        .select(&format!("Which {}?", offered_sessions(&ids, "session")), &lines)?
        .and_then(|place| ids.get(place).copied());
    taken.ok_or_else(|| none_taken().into())
}

/// Asks for one or more active sessions; `verb` names what happens to them.
///
/// # Errors
/// As [`one`].
pub fn several(verb: &str, store: &dyn Store, context: &mut Context) -> CommandResult<Vec<SessionId>> {
    let (ids, lines) = offer(store, context)?;
    let places = context
        .prompt
        .multi_select(&format!("Which {} to {verb}?", offered_sessions(&ids, "sessions")), &lines)?;
    let taken: Vec<SessionId> = places.into_iter().filter_map(|place| ids.get(place).copied()).collect();
    if taken.is_empty() { Err(none_taken().into()) } else { Ok(taken) }
}

/// Refuses to ask where there is no terminal.
///
/// # Errors
/// A usage [`Failure`] without a terminal.
pub fn require_terminal(context: &Context) -> Result<(), Failure> {
    if context.prompt.is_interactive() {
        return Ok(());
    }
    Err(Failure::usage("no session is named")
        .hint("name sessions by id, or by token with - or @FILE; `sessionctl list` shows ids"))
}

fn none_taken() -> Failure {
    Failure::of(Outcome::Failed, "no session was taken; nothing was changed")
}

/// The sessions that are offered, in the words of the question.
fn offered_sessions(ids: &[SessionId], otherwise: &str) -> String {
    if ids.len() as u64 == MAX_OFFERED_SESSIONS {
        format!("of the newest {MAX_OFFERED_SESSIONS}")
    } else {
        otherwise.to_owned()
    }
}

fn offer(store: &dyn Store, context: &Context) -> CommandResult<(Vec<SessionId>, Vec<String>)> {
    let (mut ids, mut lines) = (Vec::new(), Vec::new());
    let page = Page { sort: Sort::Newest, after: None, limit: Some(MAX_OFFERED_SESSIONS) };
    let mut selector = Selector::default();
    context.hide_later(store, &mut selector)?;
    store.select(&selector, page, context.now, &mut |session| {
        ids.push(session.id);
        lines.push(describe(&session, context.now));
        ControlFlow::Continue(())
    })?;
    if ids.is_empty() {
        return Err(Failure::of(Outcome::NotFound, "no session is active").into());
    }
    Ok((ids, lines))
}

/// Describes a session in one line, so that a person can recognise it. The text is not escaped.
#[must_use]
pub fn describe(session: &Session, now: Timestamp) -> String {
    let mut line = format!("{} {}", session.id, session.kind.as_str());
    let client = &session.client;
    let ip = client.ip.map(|ip| ip.to_string());
    let user = session.user.as_ref().map(|name| name.as_str());
    for word in [user, client.app.as_deref(), client.label.as_deref(), ip.as_deref()].into_iter().flatten() {
        line.push(' ');
        line.push_str(word);
    }
    line.push_str(&format!(", seen {}", age(session.last_seen_at, now)));
    if let Some(user_agent) = &client.user_agent {
        line.push_str(", ");
        line.push_str(user_agent);
    }
    line
}
