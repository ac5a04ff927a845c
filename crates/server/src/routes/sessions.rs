//! "Your sessions": what is active under the user's name, and the end of one or of all others.

use std::ops::ControlFlow;

use hyper::StatusCode;
use sessionctl_core::model::selector::{Selector, Sort, StateFilter, ValueFilter};
use sessionctl_core::model::session::{Kind, Session, SessionId, State};
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::revoke::revoke;
use sessionctl_core::ops::{BulkRequest, OpsError, existence};
use sessionctl_core::store::Page;

use super::events::newest_event;
use super::visit::{Current, Visit};
use crate::pages::{self, Live, SessionsPage};
use crate::reply::Reply;

const ROUTE: &str = "sessions";
/// Sessions on the page, the newest first.
const MAX_ROWS: u64 = 100;
/// The reason that is kept with sessions that their user ended.
const ENDED_BY_USER: &str = "ended by the user";

/// Shows the table.
pub(super) async fn show(visit: &Visit<'_>) -> Reply {
    match visit.logged_in().await {
        Err(_) => visit.unavailable(ROUTE),
        Ok(None) => Reply::redirect(ROUTE, &to_login(visit)),
        Ok(Some(current)) => table(visit, &current, Part::Page(None)).await,
    }
}

/// Shows the table alone, to the page that shows it already.
pub(super) async fn show_table(visit: &Visit<'_>) -> Reply {
    match visit.logged_in().await {
        Err(_) => visit.unavailable(ROUTE),
        Ok(None) => Reply::empty(ROUTE, StatusCode::UNAUTHORIZED),
        Ok(Some(current)) => table(visit, &current, Part::Table).await,
    }
}

/// What is shown.
#[derive(Clone, Copy)]
enum Part<'a> {
    /// The page, with what was just done.
    Page(Option<&'a str>),
    Table,
}

/// This page is under the prefix, to which no login returns.
fn to_login(visit: &Visit<'_>) -> String {
    format!("{}/login", visit.front.config.prefix)
}

async fn table(visit: &Visit<'_>, current: &Current, part: Part<'_>) -> Reply {
    let Some(user) = current.session.user.clone() else { return visit.unavailable(ROUTE) };
    let mut selector = active_of(user);
    let read = visit.front.read(move |cx| {
        // Read first: what happens meanwhile is then reported as a change.
        let seen = newest_event(cx)?;
        let page = Page { sort: Sort::Newest, after: None, limit: Some(MAX_ROWS) };
        let mut sessions: Vec<Session> = Vec::new();
        existence::select_existing(cx.store, &mut selector, cx.now())?;
        cx.store.select(&selector, page, cx.now(), &mut |session| {
            sessions.push(session);
            ControlFlow::Continue(())
        })?;
        Ok((seen, sessions))
    });
    match read.await {
        Err(_) => visit.unavailable(ROUTE),
        Ok((seen, sessions)) => {
            let prefix = &visit.front.config.prefix;
            let (events, rows) = (format!("{prefix}/sessions/events"), format!("{prefix}/sessions/table"));
            // On the origin of an application, its scripts could read what is not a navigation.
            let rows = visit.place.is_none().then_some(rows.as_str());
            let page = SessionsPage {
                prefix,
                sessions: &sessions,
                own: current.session.id,
                status: match part {
                    Part::Page(status) => status,
                    Part::Table => None,
                },
                sites: if visit.place.is_none() { &visit.front.config.sites } else { &[] },
                live: Live { events: &events, table: rows, seen },
            };
            let markup = match part {
                Part::Page(_) => pages::sessions(visit.site(), &page),
                Part::Table => pages::sessions_table(&page),
            };
            visit.page(ROUTE, StatusCode::OK, &markup).about(Some(current.session.id))
        }
    }
}

fn active_of(user: UserName) -> Selector {
    Selector { user: user.into(), state: Some(StateFilter::Only(State::Active)), ..Selector::default() }
}

/// Ends one of the user's sessions.
pub(super) async fn end(visit: &Visit<'_>, id: i64) -> Reply {
    let Some(id) = SessionId::new(id) else {
        return visit.page(ROUTE, StatusCode::NOT_FOUND, &pages::not_found(visit.site()));
    };
    act(visit, |current, user, _| {
        let ends_own = current.session.id == id;
        (Selector { ids: vec![id], ..active_of(user) }, ends_own)
    })
    .await
}

/// Ends every other session in a browser. API tokens stay: a program depends on them, and each has a button of its own.
pub(super) async fn end_others(visit: &Visit<'_>) -> Reply {
    act(visit, |_, user, family| {
        let kind = ValueFilter { any_of: vec![Kind::Web, Kind::Sso], none_of: Vec::new() };
        (Selector { kind, except: family, ..active_of(user) }, false)
    })
    .await
}

/// Ends what `select` returns for the user and this browser's sessions: its own, the parent and the parent's children.
async fn act(
    visit: &Visit<'_>,
    select: impl FnOnce(&Current, UserName, Vec<SessionId>) -> (Selector, bool),
) -> Reply {
    let current = match visit.logged_in().await {
        Err(_) => return visit.unavailable(ROUTE),
        Ok(current) => current,
    };
    let Some((current, user)) = current.and_then(|current| {
        let user = current.session.user.clone()?;
        Some((current, user))
    }) else {
        return Reply::redirect(ROUTE, &to_login(visit));
    };
    let head = current.session.parent.unwrap_or(current.session.id);
    let family = visit.front.read(move |cx| {
        let children = cx.store.children(head)?.into_iter().map(|session| session.id);
        Ok(children.chain([head]).collect())
    });
    let Ok(family) = family.await else { return visit.unavailable(ROUTE) };
    let (selector, ends_own) = select(&current, user, family);
    let ended = visit.front.change(current.actor(), move |cx| -> Result<u64, OpsError> {
        let totals =
            revoke(cx, &BulkRequest::of(selector), ENDED_BY_USER, &mut |_| ControlFlow::Continue(()))?;
        Ok(totals.changed)
    });
    match ended.await {
        Err(_) => visit.unavailable(ROUTE),
        Ok(1..) if ends_own => {
            let bye = format!("{}/bye", visit.front.config.prefix);
            visit.remove_cookie(Reply::redirect(ROUTE, &bye)).about(Some(current.session.id))
        }
        Ok(ended) => table(visit, &current, Part::Page(Some(&pages::ended(ended)))).await,
    }
}
