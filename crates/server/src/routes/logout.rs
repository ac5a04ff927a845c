//! The end of a session at its holder's wish. A GET never ends it: a picture on another site could send one.

use hyper::StatusCode;
use hyper::header::HeaderName;
use sessionctl_core::ops::logout;

use super::visit::Visit;
use crate::pages;
use crate::reply::Reply;

const ROUTE: &str = "logout";

/// Asks.
pub(super) fn show(visit: &Visit<'_>) -> Reply {
    let action = format!("{}/logout", visit.front.config.prefix);
    visit.page(ROUTE, StatusCode::OK, &pages::logout(visit.site(), &action, visit.place.is_none()))
}

/// Ends the session and removes the cookie. It works whatever the clock shows. Where the session could not be ended,
/// the cookie stays, so that the browser can try again.
pub(super) async fn submit(visit: &Visit<'_>) -> Reply {
    let mut ended = None;
    if let Some(token) = visit.token() {
        match visit.front.change("web".to_owned(), move |cx| logout::logout(cx, &token)).await {
            Ok(logout::Outcome::LoggedOut { id, .. }) => ended = Some(id),
            Ok(logout::Outcome::NotActive(_)) => {}
            Err(_) => return visit.unavailable(ROUTE),
        }
    }
    let reply = Reply::redirect(ROUTE, &format!("{}/bye", visit.front.config.prefix)).about(ended);
    visit.remove_cookie(reply).with(HeaderName::from_static("clear-site-data"), "\"cache\"")
}

/// Confirms.
pub(super) fn bye(visit: &Visit<'_>) -> Reply {
    let config = &visit.front.config;
    let login = config.login.as_ref().filter(|_| !visit.takes_passwords());
    let everywhere = login.map(|login| format!("{}{}/logout", login.origin, config.prefix));
    visit.page("bye", StatusCode::OK, &pages::bye(visit.site(), everywhere.as_deref()))
}
