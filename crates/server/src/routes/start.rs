//! The start of an anonymous session: a visitor who has not logged in, for an application that keeps a cart.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use hyper::StatusCode;
use hyper::header::RETRY_AFTER;
use sessionctl_core::model::policy::Key;
use sessionctl_core::model::session::Kind;
use sessionctl_core::ops::generate::{Request, generate};
use sessionctl_core::store::Issued;

use super::visit::Visit;
use crate::deliver::NewToken;
use crate::pages;
use crate::reply::Reply;

const ROUTE: &str = "start";

/// New sessions that an address may start for each login that it may try: a visitor has no password to type, but each
/// row is kept until it is pruned.
const STARTS_PER_LOGIN: u64 = 30;

/// Refuses an address that starts too many.
async fn limit(visit: &Visit<'_>) -> Result<(), Reply> {
    let Some(address) = visit.address else { return Ok(()) };
    let read = visit.front.read(|cx| Ok(cx.store.policy()?.get(Key::LoginsPerAddress))).await;
    let per_minute = read.map_err(|_| visit.unavailable(ROUTE))?.saturating_mul(STARTS_PER_LOGIN);
    visit.front.starts.check(address, per_minute, Instant::now()).map_err(|wait| {
        visit.front.metrics.limited_starts.inc();
        let wait = wait.as_secs().max(1).to_string();
        let markup = pages::too_many_visits(visit.site());
        visit.page(ROUTE, StatusCode::TOO_MANY_REQUESTS, &markup).with(RETRY_AFTER, &wait)
    })
}

/// Creates the session, unless the browser has one.
pub(super) async fn answer(visit: &Visit<'_>) -> Reply {
    match visit.current().await {
        Err(_) => return visit.unavailable(ROUTE),
        Ok(Some(current)) => {
            return Reply::redirect(ROUTE, visit.return_to().as_str()).about(Some(current.session.id));
        }
        Ok(None) => {}
    }
    if let Err(reply) = limit(visit).await {
        return reply;
    }
    let mut request = Request::one(Kind::Anonymous);
    request.client = visit.client();
    let undelivered = Arc::clone(&visit.front.undelivered);
    let created = visit.front.change("web".to_owned(), move |cx| {
        let mut new = None;
        generate(cx, &request, &mut |issued| {
            new = issued.first().map(|Issued { id, token }| Issued { id: *id, token: token.clone() });
            ControlFlow::Continue(())
        })?;
        Ok(new.map(|issued| NewToken::new(issued, undelivered)))
    });
    match created.await {
        Ok(Some(token)) => visit.hand_over(ROUTE, token, None),
        _ => visit.unavailable(ROUTE),
    }
}
