//! Sessions that are named by id and that another part of the selector leaves out: a command that shows or changes none of
//! them reports why. What a selector means is in the model.

use super::{CommandResult, Context};
use crate::output::escape::escape_text;
use sessionctl_core::counted;
use sessionctl_core::model::selector::{Selector, StateFilter};
use sessionctl_core::model::session::Session;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::Store;

/// More sessions than this are only counted.
const MAX_NAMED: usize = 5;

/// Reports the named sessions that exist and do not match.
///
/// # Errors
/// The store's.
pub(super) fn report(store: &dyn Store, selector: &Selector, context: &mut Context) -> CommandResult<()> {
    let rest = Selector { ids: Vec::new(), ..selector.clone() };
    if selector.ids.is_empty() || rest.is_empty() && rest.except.is_empty() && rest.ended_by.is_none() {
        return Ok(());
    }
    let (mut reasons, mut excluded) = (Vec::new(), 0);
    for id in &selector.ids {
        let Some((session, _)) = store.session(*id)? else { continue };
        if selector.matches(&session, context.now) || context.hides(store, &session)? {
            continue;
        }
        excluded += 1;
        if reasons.len() < MAX_NAMED {
            reasons.push(format!("session {id} does not match: {}", reason(selector, &session, context)));
        }
    }
    if excluded > MAX_NAMED {
        let named = counted(selector.ids.len(), "named session", "named sessions");
        reasons = vec![format!("{excluded} of {named} do not match the rest of the selector")];
    }
    reasons.iter().for_each(|reason| context.ui.status(reason));
    Ok(())
}

/// The first part of the selector that does not match, as what the session is.
fn reason(selector: &Selector, session: &Session, context: &Context) -> String {
    let any = || Selector { all: true, state: Some(StateFilter::Any), ..Selector::default() };
    let at = |time: Timestamp| context.ui.options().local_time_with_zone(time);
    let of = |what: &str, value: Option<&str>| match value {
        Some(value) => format!("its {what} is {}", escape_text(value)),
        None => format!("it has no {what}"),
    };
    let s = selector;
    let state = session.state(context.now);
    let (user, client) = (session.user.as_ref(), &session.client);
    let user = || of("user", user.map(|name| name.as_str()));
    let ip = client.ip.map(|ip| ip.to_string());
    let last_ip = session.known_ip().map(|ip| ip.to_string());
    let end = || if session.deadline > context.now { "it will end" } else { "it ended" };
    let ending = || format!("{} at {}", end(), at(session.deadline));
    let seen = || format!("it was last seen at {}", at(session.last_seen_at));
    let created = || format!("it was created at {}", at(session.created_at));
    let parts: [(Selector, String); 15] = [
        (Selector { except: s.except.clone(), ..any() }, "--except names it".to_owned()),
        (
            Selector { state: Some(s.effective_state()), ..any() },
            format!("it is {}", context.moment().word(state)),
        ),
        (Selector { kind: s.kind.clone(), ..any() }, format!("it is of kind {}", session.kind.as_str())),
        (Selector { user: s.user.clone(), anonymous: s.anonymous, ..any() }, user()),
        (Selector { app: s.app.clone(), ..any() }, of("app", client.app.as_deref())),
        (Selector { label: s.label.clone(), ..any() }, of("label", client.label.as_deref())),
        (Selector { ip: s.ip.clone(), ..any() }, of("address", ip.as_deref())),
        (Selector { last_ip: s.last_ip.clone(), ..any() }, of("last address", last_ip.as_deref())),
        (
            Selector { user_agent: s.user_agent.clone(), ..any() },
            of("user agent", client.user_agent.as_deref()),
        ),
        (Selector { scope: s.scope.clone(), ..any() }, scopes(session)),
        (
            Selector { parent: s.parent, ..any() },
            session.parent.map_or("it has no parent".to_owned(), |parent| format!("its parent is {parent}")),
        ),
        (Selector { created_before: s.created_before, created_after: s.created_after, ..any() }, created()),
        (Selector { seen_before: s.seen_before, seen_after: s.seen_after, ..any() }, seen()),
        (Selector { active_at: s.active_at, ..any() }, format!("{}, and {}", created(), ending())),
        (
            Selector {
                expiring_by: s.expiring_by,
                ended_by: s.ended_by,
                ended_before: s.ended_before,
                ended_after: s.ended_after,
                ..any()
            },
            ending(),
        ),
    ];
    let unmatched = parts.into_iter().find(|(part, _)| !part.matches(session, context.now));
    unmatched.map_or_else(|| "it is left out".to_owned(), |(_, reason)| reason)
}

fn scopes(session: &Session) -> String {
    match session.scopes.as_slice() {
        [] => "it has no scope".to_owned(),
        scopes => format!("its scopes are {}", escape_text(&scopes.join(" "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use sessionctl_core::model::selector::ValueFilter;
    use sessionctl_core::model::session::{Kind, SessionId};

    #[test]
    fn reason_names_the_part_that_leaves_a_session_out() {
        let mut scene = Scene::new();
        let id = scene.session(Kind::Web, Some("bob")).id;
        let now = scene.context.now;
        let store = scene.context.host.open_to_read().unwrap();
        let (session, _) = store.session(id).unwrap().unwrap();
        let other: Selector = Selector { ids: vec![id], ..Selector::default() };
        let text = |text: &str| ValueFilter { any_of: vec![text.to_owned()], none_of: Vec::new() };
        for (selector, expected) in [
            (
                Selector {
                    kind: ValueFilter { any_of: vec![Kind::Api], ..Default::default() },
                    ..other.clone()
                },
                "it is of kind web",
            ),
            (Selector { anonymous: true, ..other.clone() }, "its user is bob"),
            (Selector { app: text("another"), ..other.clone() }, "its app is"),
            (Selector { label: text("another"), ..other.clone() }, "it has no label"),
            (Selector { user_agent: text("x"), ..other.clone() }, "it has no user agent"),
            (Selector { scope: text("read"), ..other.clone() }, "it has no scope"),
            (Selector { parent: SessionId::new(9), ..other.clone() }, "it has no parent"),
            (Selector { state: Some(StateFilter::Ended), ..other.clone() }, "it is active"),
            (Selector { except: vec![id], ..other.clone() }, "--except names it"),
            (Selector { created_before: Some(now), ..other.clone() }, "it was created at"),
            (Selector { seen_before: Some(now), ..other.clone() }, "it was last seen at"),
            (Selector { expiring_by: Some(now), ..other.clone() }, "it will end at"),
        ] {
            assert!(!selector.matches(&session, now), "{expected}");
            let found = reason(&selector, &session, &scene.context);
            assert!(found.starts_with(expected), "{found}");
        }
    }
}
