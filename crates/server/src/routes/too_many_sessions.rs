//! A login that would be one too many: the user's sessions, of which some end in the same step as the login.

use std::ops::ControlFlow;

use sessionctl_core::model::policy::Key;
use sessionctl_core::model::selector::{Selector, Sort, StateFilter, ValueFilter};
use sessionctl_core::model::session::{Kind, Session, SessionId, State};
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::{OpsError, existence};
use sessionctl_core::store::Page;

use super::visit::Visit;
use crate::body::Form;
use crate::pages::Crowd;

/// Sessions on the page, the oldest first.
const MAX_ROWS: usize = 100;

/// Reads the logins of a user whose password was right.
///
/// # Errors
/// The store's.
pub(super) async fn crowd(visit: &Visit<'_>, user: UserName) -> Result<Crowd, OpsError> {
    let kind = ValueFilter { any_of: vec![Kind::Web, Kind::Sso], none_of: Vec::new() };
    let state = Some(StateFilter::Only(State::Active));
    let mut selector = Selector { user: user.into(), kind, state, ..Selector::default() };
    let read = visit.front.read(move |cx| {
        let (max, mut live) = (cx.store.policy()?.get(Key::SessionsPerUser), 0);
        let mut sessions: Vec<Session> = Vec::new();
        existence::select_existing(cx.store, &mut selector, cx.now())?;
        cx.store.select(&selector, Page::whole(Sort::Newest), cx.now(), &mut |session| {
            // Children end with their parents, and do not count.
            if session.parent.is_none() {
                live += 1;
                sessions.push(session);
            }
            ControlFlow::Continue(())
        })?;
        sessions.reverse();
        sessions.truncate(MAX_ROWS);
        Ok(Crowd { live, surplus: (live + 1).saturating_sub(max.max(1)).max(1), sessions })
    });
    read.await
}

/// The sessions that were chosen in the form.
pub(super) fn chosen(form: &Form) -> Vec<SessionId> {
    let ids = form.pairs().filter(|(name, _)| *name == "end");
    ids.filter_map(|(_, id)| SessionId::read(id)).take(MAX_ROWS).collect()
}
