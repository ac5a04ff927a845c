//! What bulk work would do: the same sessions, the same refusals and the same ends as the run, and nothing written. For
//! dry runs, and for the summary that is shown before a confirmation.

mod effect;
mod tally;

pub use effect::{AffectedApiToken, Effect, Groups, MAX_NAMED_GROUPS, PlannedAct, Preview};

use std::ops::ControlFlow;

use super::bulk::{BulkRequest, check_expected, name_active};
use super::error::RequestError;
use super::expire::check_end;
use super::{OpContext, OpsError, clock, existence};
use crate::model::policy::Key;
use crate::model::selector::{Selector, Sort};
use crate::model::session::{Kind, Session, SessionId, State};
use crate::store::Page;
use tally::Tally;

/// Looks at what bulk work would do. `each` gets the sessions that match, newest first, as `list` shows them.
///
/// # Errors
/// What the run would refuse, and the store's.
pub fn preview(
    cx: &mut OpContext<'_>,
    request: &BulkRequest,
    act: PlannedAct,
    each: &mut dyn FnMut(&Session, Effect) -> ControlFlow<()>,
) -> Result<Preview, OpsError> {
    if request.selector.is_empty() && !matches!(act, PlannedAct::Prune(_)) {
        return Err(RequestError::NothingSelected.into());
    }
    let mut selector = request.selector.clone();
    match act {
        PlannedAct::Revoke => {}
        PlannedAct::Expire(end) => check_end(cx, end)?,
        PlannedAct::Prune(older_than) => {
            clock::guard(cx)?;
            let age =
                older_than.map_or_else(|| Ok(cx.store.policy()?.span(Key::PruneAge)), Ok::<_, OpsError>)?;
            selector.ended_by = Some(cx.now().minus(age));
        }
    }
    let now = cx.now();
    existence::select_existing(cx.store, &mut selector, now)?;
    let mut tally = Tally::new(act, now);
    let (mut parents, mut deleted_parents) = (Vec::new(), Vec::new());
    cx.store.select(&selector, Page::whole(Sort::Newest), now, &mut |session| {
        let effect = tally.add(&session);
        if session.kind == Kind::Sso && effect != Effect::None && effect != Effect::Deleted {
            parents.push((session.id, tally.end_of(&session)));
        }
        if session.kind == Kind::Sso && effect == Effect::Deleted {
            deleted_parents.push(session.id);
        }
        each(&session, effect)
    })?;
    let mut preview = tally.finish();
    check_expected(request.expect, preview.matched)
        .map_err(|error| name_active(cx, &selector, error.into()))?;
    for (parent, end) in parents {
        let ends_too = |child: &Session| child.state(now) == State::Active && child.deadline > end;
        let cascaded = unselected_children(cx, parent, &selector, ends_too)?;
        if !cascaded.is_empty() {
            preview.cascades.push((parent, cascaded));
        }
    }
    for parent in deleted_parents {
        let staying = unselected_children(cx, parent, &selector, |_| true)?;
        if !staying.is_empty() {
            preview.changing -= 1;
            preview.kept.push((parent, staying));
        }
    }
    preview.missing = existence::missing(cx.store, &selector.ids, now)?;
    Ok(preview)
}

/// The children of a parent of which this is so, and that the selector itself does not match.
fn unselected_children(
    cx: &OpContext<'_>,
    parent: SessionId,
    selector: &Selector,
    is_so: impl Fn(&Session) -> bool,
) -> Result<Vec<SessionId>, OpsError> {
    let (now, children) = (cx.now(), cx.store.children(parent)?);
    let unselected = children.iter().filter(|child| is_so(child) && !selector.matches(child, now));
    Ok(unselected.map(|child| child.id).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::selector::Selector;
    use crate::ops::revoke::revoke;
    use crate::store::{EndRule, StoreError};
    use crate::testing::Fixture;

    fn look(fixture: &mut Fixture, request: &BulkRequest, act: PlannedAct) -> Result<Preview, OpsError> {
        fixture.run(|cx| preview(cx, request, act, &mut |_, _| ControlFlow::Continue(())))
    }

    fn all() -> BulkRequest {
        BulkRequest::of(Selector { all: true, ..Selector::default() })
    }

    #[test]
    fn preview_counts_what_the_run_changes() {
        let mut fixture = Fixture::new();
        let parent = fixture.session(Kind::Sso, Some("bob")).id;
        let child = fixture.child(parent).id;
        let api = fixture.api("bob", &["read"]).id;
        fixture.session(Kind::Anonymous, None);
        let only_parent = BulkRequest::of(Selector { ids: vec![parent], ..Selector::default() });
        let seen = look(&mut fixture, &only_parent, PlannedAct::Revoke).unwrap();
        assert_eq!((seen.matched, seen.changing, seen.cascades), (1, 1, vec![(parent, vec![child])]));
        let seen = look(&mut fixture, &all(), PlannedAct::Revoke).unwrap();
        assert_eq!((seen.matched, seen.changing, seen.already_ended), (4, 4, 0));
        assert!(seen.cascades.is_empty(), "the child is selected itself");
        assert_eq!(seen.users.named, [(Some("bob".to_owned()), 3), (None, 1)]);
        assert_eq!(seen.api_tokens.iter().map(|token| token.id).collect::<Vec<_>>(), [api]);
        let done = fixture.run(|cx| revoke(cx, &all(), "r", &mut |_| ControlFlow::Continue(()))).unwrap();
        assert_eq!(done.changed, seen.changing);
        let again = look(&mut fixture, &all(), PlannedAct::Revoke).unwrap();
        assert_eq!((again.changing, again.already_ended), (0, 4));
    }

    #[test]
    fn preview_refuses_what_the_run_refuses() {
        let mut fixture = Fixture::new();
        fixture.session(Kind::Web, Some("bob"));
        let nothing = BulkRequest::of(Selector::default());
        let refused = look(&mut fixture, &nothing, PlannedAct::Revoke);
        assert!(matches!(refused, Err(OpsError::Request(RequestError::NothingSelected))));
        let past = EndRule::At(fixture.now().minus(Duration::from_secs(1)));
        let refused = look(&mut fixture, &all(), PlannedAct::Expire(past));
        assert!(matches!(refused, Err(OpsError::Request(RequestError::EndInThePast))));
        let more = BulkRequest { expect: Some(2), ..all() };
        let refused = look(&mut fixture, &more, PlannedAct::Revoke);
        assert!(matches!(
            refused,
            Err(OpsError::Store(StoreError::CountMismatch { expected: 2, found: 1, .. }))
        ));
        let named = BulkRequest::of(Selector {
            ids: SessionId::new(99).into_iter().collect(),
            ..Selector::default()
        });
        assert_eq!(look(&mut fixture, &named, PlannedAct::Revoke).unwrap().missing.len(), 1);
    }

    #[test]
    fn preview_of_expire_shows_old_and_new_deadline() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Web, Some("bob")).id;
        let (old, limit) = (fixture.get(id).deadline, fixture.get(id).absolute_expires_at);
        let week = PlannedAct::Expire(EndRule::In(Duration::from_secs(7 * 86_400)));
        let mut effects = Vec::new();
        let seen = fixture.run(|cx| {
            preview(cx, &all(), week, &mut |_, effect| {
                effects.push(effect);
                ControlFlow::Continue(())
            })
        });
        assert_eq!(effects, [Effect::NewDeadline { old, new: limit, clamped: true }]);
        let seen = seen.unwrap();
        assert_eq!((seen.clamped, seen.prolonged), (1, 1));
        let minute = PlannedAct::Expire(EndRule::In(Duration::from_secs(60)));
        let token = fixture.session(Kind::Api, Some("bob")).id;
        assert!(fixture.get(token).deadline > fixture.now().plus(Duration::from_secs(60)));
        let seen = look(&mut fixture, &all(), minute).unwrap();
        assert_eq!((seen.prolonged, seen.shortened, seen.shortened_api_tokens), (0, 2, 1));
    }

    #[test]
    fn preview_of_prune_shows_only_what_ended_long_ago() {
        let mut fixture = Fixture::new();
        fixture.session(Kind::Web, Some("bob"));
        fixture.later(60 * 86_400);
        fixture.session(Kind::Web, Some("bob"));
        let nothing_named = BulkRequest::of(Selector::default());
        let seen = look(&mut fixture, &nothing_named, PlannedAct::Prune(None)).unwrap();
        assert_eq!((seen.matched, seen.changing), (1, 1));
    }

    #[test]
    fn preview_of_prune_names_the_parents_that_the_run_keeps() {
        let mut fixture = Fixture::new();
        let parent = fixture.session(Kind::Sso, Some("bob")).id;
        let child = fixture.child(parent).id;
        fixture.later(60 * 86_400);
        let of = |kind: Kind| BulkRequest::of(Selector { kind: kind.into(), ..Selector::default() });
        let prune = PlannedAct::Prune(None);
        let seen = look(&mut fixture, &of(Kind::Sso), prune).unwrap();
        assert_eq!((seen.matched, seen.changing, seen.kept), (1, 0, vec![(parent, vec![child])]));
        let whole = look(&mut fixture, &BulkRequest::of(Selector::default()), prune).unwrap();
        assert_eq!((whole.matched, whole.changing, whole.kept.len()), (2, 2, 0));
    }
}
