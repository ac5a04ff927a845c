//! The administrators' page of one session: what `inspect` shows. Ending it goes through the dry run of `admin`.

use std::ops::ControlFlow;

use hyper::StatusCode;
use sessionctl_core::model::event::LoggedEvent;
use sessionctl_core::model::session::{Session, SessionId};
use sessionctl_core::ops::OpContext;
use sessionctl_core::ops::OpsError;
use sessionctl_core::rules::{Subject, checks, expiry};
use sessionctl_core::store::EventFilter;

use super::admin::administrator;
use super::visit::Visit;
use crate::pages::{self, SessionPage};
use crate::reply::Reply;

const ROUTE: &str = "admin/session";
/// Events on the page, the newest first.
const MAX_EVENTS: u64 = 20;

/// Shows the session.
pub(super) async fn show(visit: &Visit<'_>, id: i64) -> Reply {
    let current = match administrator(visit).await {
        Ok(current) => current,
        Err(reply) => return reply,
    };
    let Some(id) = SessionId::new(id) else {
        return visit.page(ROUTE, StatusCode::NOT_FOUND, &pages::not_found(visit.site()));
    };
    let prefix = visit.front.config.prefix.clone();
    let reply = match visit.front.read_long(move |cx| inspect(cx, id, prefix)).await {
        Err(_) => visit.unavailable(ROUTE),
        Ok(None) => visit.page(ROUTE, StatusCode::NOT_FOUND, &pages::not_found(visit.site())),
        Ok(Some(page)) => visit.page(ROUTE, StatusCode::OK, &pages::admin_session(visit.site(), &page)),
    };
    reply.about(Some(current.session.id))
}

fn inspect(cx: &mut OpContext<'_>, id: SessionId, prefix: String) -> Result<Option<SessionPage>, OpsError> {
    let Some((session, parent)) = cx.store.session(id)? else { return Ok(None) };
    let now = cx.now();
    let head = parent.as_ref().map_or(id, |parent| parent.id);
    let children = cx.store.children(head)?;
    let family: Vec<Session> =
        parent.iter().cloned().chain(children.into_iter().filter(|child| child.id != id)).collect();
    let mut events: Vec<LoggedEvent> = Vec::new();
    let filter = EventFilter { session: Some(id), limit: Some(MAX_EVENTS), ..EventFilter::default() };
    cx.store.events(&filter, &mut |event| {
        events.push(event);
        ControlFlow::Continue(())
    })?;
    let subject = Subject { session: &session, parent: parent.as_ref(), status: None };
    Ok(Some(SessionPage {
        prefix,
        checks: checks(subject, now).collect(),
        expiry: expiry(&session, parent.as_ref(), now),
        rotations: cx.store.rotations(id)?,
        has_children: parent.is_none(),
        family,
        events,
        session,
        now,
    }))
}
