//! The start of an anonymous session: a visitor who has not logged in, for an application that keeps a cart.

use std::ops::ControlFlow;
use std::sync::Arc;

use sessionctl_core::model::session::Kind;
use sessionctl_core::ops::generate::{Request, generate};
use sessionctl_core::store::Issued;

use super::Reply;
use super::visit::Visit;
use crate::deliver::NewToken;

const ROUTE: &str = "start";

/// Creates the session, unless the browser has one.
pub(super) async fn answer(visit: &Visit<'_>) -> Reply {
    match visit.current().await {
        Err(_) => return visit.unavailable(ROUTE),
        Ok(Some(current)) => {
            return Reply::redirect(ROUTE, visit.return_to().as_str()).about(Some(current.session.id));
        }
        Ok(None) => {}
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
