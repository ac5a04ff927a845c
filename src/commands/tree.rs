//! `tree`: single sign-on families, drawn. It only reads.

use std::ops::ControlFlow;

use super::args::SessionArg;
use super::damaged_rows::after_sound_rows;
use super::{CommandResult, Context, Failure, Outcome};
use crate::output::escape::escape_text;
use crate::output::{Format, SESSION, session_record};
use sessionctl_core::model::selector::{Selector, Sort};
use sessionctl_core::model::session::{Kind, Session};
use sessionctl_core::model::time::approximate_duration;
use sessionctl_core::store::{Page, Store, StoreError};

/// Draw single sign-on families
///
/// A family is a session that login --sso created and the app sessions under it, which generate --under created. When
/// the parent ends, its children end too. Without an argument, every family with an active parent is drawn.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  All families
    sessionctl tree
  The family of a session, parent or child
    sessionctl tree 42")]
pub struct TreeArgs {
    /// The session whose family is drawn: an id, or a token as -, @FILE
    #[arg(value_name = "SESSION")]
    session: Option<SessionArg>,
}

/// Runs `tree`.
///
/// # Errors
/// Where reading the database fails, or the session does not exist (3).
pub fn run(args: &TreeArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&SESSION)?;
    let store = context.host.open_to_read()?;
    context.read_clock(store.as_ref())?;
    context.ui.explain("a family is a single sign-on session and the sessions that name it as their parent; no child outlives its parent");
    let (parents, damage) = match &args.session {
        Some(session) => (vec![head_of(session, context, store.as_ref())?], Ok(())),
        None => active_heads(context, store.as_ref())?,
    };
    if context.ui.options().format == Format::Table && context.ui.options().fields.is_none() {
        for parent in &parents {
            draw(parent, &children_of(parent, store.as_ref(), context)?, context)?;
        }
    } else {
        let moment = context.moment();
        let families = parents.iter().map(|parent| {
            let children = children_of(parent, store.as_ref(), context)?;
            Ok((parent.clone(), children))
        });
        let families = families.collect::<CommandResult<Vec<_>>>()?;
        let mut list = context.ui.list(&SESSION)?;
        for (parent, children) in families {
            for session in std::iter::once(parent).chain(children) {
                list.push(session_record(session, moment))?;
            }
        }
        list.finish(None)?;
    }
    if parents.is_empty() {
        context.ui.status("no active single sign-on family; `sessionctl login NAME --sso` starts one");
    }
    damage?;
    Ok(Outcome::Done)
}

fn head_of(session: &SessionArg, context: &mut Context, store: &dyn Store) -> CommandResult<Session> {
    let id = session.resolve(store, context)?;
    match store.session(id)? {
        Some((_, Some(parent))) => Ok(parent),
        Some((session, None)) => Ok(session),
        None => Err(Failure::of(Outcome::NotFound, format!("no session {id}")).into()),
    }
}

/// The children that existed at the present of the context.
fn children_of(parent: &Session, store: &dyn Store, context: &Context) -> CommandResult<Vec<Session>> {
    let children = store.children(parent.id)?;
    let mut shown = Vec::with_capacity(children.len());
    for child in children {
        if !context.hides(store, &child)? {
            shown.push(child);
        }
    }
    Ok(shown)
}

/// The active parents, and the error about damaged rows among them.
fn active_heads(
    context: &Context,
    store: &dyn Store,
) -> CommandResult<(Vec<Session>, Result<(), StoreError>)> {
    let mut parents = Vec::new();
    let mut selector = Selector { kind: Kind::Sso.into(), ..Selector::default() };
    context.hide_later(store, &mut selector)?;
    let read = store.select(&selector, Page::whole(Sort::Newest), context.now, &mut |session| {
        parents.push(session);
        ControlFlow::Continue(())
    });
    Ok((parents, after_sound_rows(read)?))
}

fn draw(parent: &Session, children: &[Session], context: &mut Context) -> CommandResult<()> {
    let (branch, last) = if context.ui.options().unicode { ("├─ ", "└─ ") } else { ("|- ", "`- ") };
    let line = describe(parent, context);
    context.ui.bare(&line)?;
    for (index, child) in children.iter().enumerate() {
        let arm = if index + 1 == children.len() { last } else { branch };
        let line = format!("{arm}{}", describe(child, context));
        context.ui.bare(&line)?;
    }
    Ok(())
}

fn describe(session: &Session, context: &Context) -> String {
    let state = context.moment().word(session.state(context.now));
    let when = match session.ended_at(context.now) {
        None if context.clock_is_behind => String::new(),
        None => format!("for {} more", approximate_duration(session.deadline.since(context.now))),
        Some(at) => format!("{} ago", approximate_duration(context.now.since(at))),
    };
    // A child has its parent's user, so its application distinguishes it better.
    let user = session.user.as_ref().filter(|_| session.parent.is_none()).map(|name| name.as_str());
    let names: Vec<_> =
        [user, session.client.app.as_deref()].into_iter().flatten().map(escape_text).collect();
    let names = if names.is_empty() { "-".to_owned() } else { names.join(" ") };
    let dot = if context.ui.options().unicode { " · " } else { ", " };
    let line = format!("{} {} {names}{dot}{state} {when}", session.id, session.kind.as_str());
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;

    #[test]
    fn tree_draws_a_family_from_any_of_its_sessions() {
        let mut scene = Scene::new();
        assert_eq!(scene.run(&[], run).unwrap(), 0);
        let parent = scene.session(Kind::Sso, Some("bob")).id;
        let children = [(); 2].map(|()| scene.child(parent, "bob").id);
        assert_eq!(scene.run(&[&children[0].to_string()], run).unwrap(), 0);
        let out = scene.out();
        let lines: Vec<_> = out.lines().collect();
        assert!(lines[0].starts_with(&format!("{parent} sso")), "{out}");
        assert!(lines[1].starts_with(&format!("├─ {} web", children[0])), "{out}");
        assert!(lines[2].starts_with(&format!("└─ {} web", children[1])), "{out}");
        assert_eq!(scene.run(&["99"], run).unwrap(), 3);
    }
}
