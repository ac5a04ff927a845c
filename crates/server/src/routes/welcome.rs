//! The page behind a login: whether the browser kept the cookie. Without it, a browser that does not would see the
//! login again and again, without a reason.

use hyper::StatusCode;

use super::visit::Visit;
use crate::pages;
use crate::reply::Reply;

const ROUTE: &str = "welcome";

/// Goes on to the page that the browser asked for, or explains why it cannot.
pub(super) async fn answer(visit: &Visit<'_>) -> Reply {
    match visit.current().await {
        Err(_) => visit.unavailable(ROUTE),
        Ok(Some(current)) => Reply::redirect(ROUTE, &visit.destination()).about(Some(current.session.id)),
        Ok(None) => {
            let again = visit.path_with_return("login");
            visit.page(ROUTE, StatusCode::BAD_REQUEST, &pages::cookie_not_kept(visit.site(), &again))
        }
    }
}
