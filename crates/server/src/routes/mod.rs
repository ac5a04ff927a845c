//! The pages and the gate: which path is answered by which file. The API and the demo have their own.

mod admin;
mod admin_session;
mod authorize;

mod events;
mod gate;
pub(crate) mod health;
mod login;
mod logout;
mod reauth;
mod sessions;
mod single_sign_on;
mod standing;
mod start;
mod too_many_sessions;
mod visit;
mod welcome;

use std::sync::Arc;

use hyper::header::ALLOW;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, StatusCode};

use crate::body::{self, RequestBody};
use crate::client::{self, Peer};
use crate::config::Config;
use crate::deliver::Delivery;
use crate::front::Front;
use crate::guard;
use crate::pages;
use crate::reply::Reply;

pub(crate) use login::{Attempt, LoggedIn, hash_for_nobody, log_in};
use visit::Visit;

/// Answers a request.
pub(crate) async fn answer<B: RequestBody>(
    front: &Arc<Front>,
    request: Request<B>,
    peer: Peer,
    delivery: &Delivery,
) -> Reply {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let Some(below) = path.strip_prefix(front.config.prefix.as_str()).and_then(|rest| rest.strip_prefix('/'))
    else {
        return Box::pin(elsewhere(front, &head, peer, delivery)).await;
    };
    let asked = gate::Asked { headers: &head.headers, method: &head.method, peer };
    if let Some(rest) = below.strip_prefix("auth/") {
        return gate::answer(front, gate::Mode::Auth, rest, &asked).await;
    }
    if let Some(rest) = below.strip_prefix("forward/") {
        return gate::answer(front, gate::Mode::Forward, rest, &asked).await;
    }
    if let Some(asset) = pages::asset(below) {
        return if health::is_read(&head.method) { asset } else { health::not_read("asset") };
    }
    let visit = match visit(front, &head, peer, delivery) {
        Ok(visit) => visit,
        Err(reply) => return *reply,
    };
    let reply = if front.stores.is_available() {
        Box::pin(page(&visit, below, &head.method, &head.headers, body)).await
    } else {
        visit.unavailable("unavailable")
    };
    Reply { site: visit.place, ..reply }
}

/// Answers what is not under the prefix.
async fn elsewhere(front: &Arc<Front>, head: &Parts, peer: Peer, delivery: &Delivery) -> Reply {
    if let Some(reply) = health::answer(front, head).await {
        return reply;
    }
    match visit(front, head, peer, delivery) {
        // All of the login host is ours: whoever types its name means the own sessions.
        Ok(visit) if visit.place.is_none() && head.uri.path() == "/" => {
            Reply::redirect("root", &format!("{}/sessions", front.config.prefix))
        }
        Ok(visit) if visit.place.is_none() => {
            let markup = pages::not_found_outside(visit.site(), &front.config.prefix);
            visit.page("unknown", StatusCode::NOT_FOUND, &markup)
        }
        _ => Reply::text("unknown", StatusCode::NOT_FOUND, "not found\n"),
    }
}

/// A visit to the site that the request names.
///
/// # Errors
/// The answer to a request for another host.
fn visit<'a>(
    front: &'a Arc<Front>,
    head: &'a Parts,
    peer: Peer,
    delivery: &'a Delivery,
) -> Result<Visit<'a>, Box<Reply>> {
    let trusted_proxies = &front.config.trusted_proxies;
    let trusted = client::is_trusted(peer, trusted_proxies);
    let Ok(Some(host)) = client::host(&head.uri, &head.headers, trusted) else {
        return Err(Box::new(Reply::bad_host()));
    };
    let Some(place) = place(&front.config, host) else {
        let text = "no site of this server has this host\n";
        return Err(Box::new(Reply::text("unknown", StatusCode::MISDIRECTED_REQUEST, text)));
    };
    Ok(Visit {
        front,
        place,
        headers: &head.headers,
        query: head.uri.query(),
        address: client::client_address(&head.headers, peer, trusted_proxies),
        delivery,
    })
}

/// The site that a host names, or the login host.
fn place(config: &Config, host: &str) -> Option<Option<usize>> {
    let site = config.sites.iter().position(|site| site.origin.is_host(host));
    let is_login = || config.login.as_ref().is_some_and(|login| login.origin.is_host(host));
    site.map(Some).or_else(|| is_login().then_some(None))
}

/// Answers a request for one of the pages.
async fn page<B: RequestBody>(
    visit: &Visit<'_>,
    below: &str,
    method: &Method,
    headers: &HeaderMap,
    body: B,
) -> Reply {
    let Some(page) = Page::named(below).filter(|page| page.is_at(visit)) else {
        return visit.page("unknown", StatusCode::NOT_FOUND, &pages::not_found(visit.site()));
    };
    let is_allowed = if page.is_fetched() {
        guard::is_own_fetch(headers, visit.site())
    } else {
        client::may_show_page(headers)
    };
    if !is_allowed {
        return visit.page(page.name(), StatusCode::FORBIDDEN, &pages::not_a_navigation(visit.site()));
    }
    match *method {
        Method::GET if page.has_get() => page.get(visit).await,
        Method::HEAD if page.has_get() && !page.changes_by_get() => page.get(visit).await,
        Method::POST if page.has_post(visit) => {
            if !guard::is_own_form(headers, visit.site()) {
                return visit.page(page.name(), StatusCode::FORBIDDEN, &pages::foreign_form(visit.site()));
            }
            match body::form(headers, body).await {
                Ok(form) => page.post(visit, &form).await,
                Err(status) => visit.page(page.name(), status, &pages::bad_form(visit.site())),
            }
        }
        _ => {
            let mut reply =
                visit.page(page.name(), StatusCode::METHOD_NOT_ALLOWED, &pages::bad_form(visit.site()));
            let allow = match (page.has_get(), page.has_post(visit)) {
                (true, true) => "GET, HEAD, POST",
                (true, false) if page.changes_by_get() => "GET",
                (true, false) => "GET, HEAD",
                _ => "POST",
            };
            reply.response.headers_mut().insert(ALLOW, hyper::header::HeaderValue::from_static(allow));
            reply
        }
    }
}

/// An id in a path: digits, and nothing else.
fn number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Login,
    Authorize,
    Callback,
    Welcome,
    Start,
    Logout,
    Bye,
    Reauth,
    Sessions,
    SessionsTable,
    EndSession(i64),
    EndOthers,
    Admin,
    AdminTable,
    AdminSession(i64),
    AdminAct(admin::Act),
    Events(events::Audience),
}

impl Page {
    /// The page at a path below the prefix.
    fn named(below: &str) -> Option<Page> {
        Some(match below {
            "login" => Page::Login,
            "authorize" => Page::Authorize,
            "callback" => Page::Callback,
            "welcome" => Page::Welcome,
            "start" => Page::Start,
            "logout" => Page::Logout,
            "bye" => Page::Bye,
            "reauth" => Page::Reauth,
            "sessions" => Page::Sessions,
            "sessions/table" => Page::SessionsTable,
            "sessions/events" => Page::Events(events::Audience::User),
            "sessions/end-others" => Page::EndOthers,
            "admin" => Page::Admin,
            "admin/table" => Page::AdminTable,
            "admin/events" => Page::Events(events::Audience::Administrator),
            "admin/revoke" => Page::AdminAct(admin::Act::Revoke),
            "admin/expire" => Page::AdminAct(admin::Act::Expire),
            other => match other.strip_prefix("admin/session/") {
                Some(id) => Page::AdminSession(number(id)?),
                None => Page::EndSession(number(other.strip_prefix("sessions/")?.strip_suffix("/end")?)?),
            },
        })
    }

    /// Its name in the log, which holds no id of a request.
    fn name(self) -> &'static str {
        match self {
            Page::Login => "login",
            Page::Authorize => "authorize",
            Page::Callback => "callback",
            Page::Welcome => "welcome",
            Page::Start => "start",
            Page::Logout => "logout",
            Page::Bye => "bye",
            Page::Reauth => "reauth",
            Page::Sessions => "sessions",
            Page::SessionsTable => "sessions/table",
            Page::AdminTable => "admin/table",
            Page::AdminSession(_) => "admin/session",
            Page::Events(_) => "events",
            Page::EndSession(_) => "sessions/end",
            Page::EndOthers => "sessions/end-others",
            Page::Admin => "admin",
            Page::AdminAct(admin::Act::Revoke) => "admin/revoke",
            Page::AdminAct(admin::Act::Expire) => "admin/expire",
        }
    }

    /// Whether a page asks for it, instead of a browser on its way to a page.
    fn is_fetched(self) -> bool {
        matches!(self, Page::SessionsTable | Page::AdminTable | Page::Events(_))
    }

    fn has_get(self) -> bool {
        !matches!(self, Page::EndSession(_) | Page::EndOthers | Page::AdminAct(_))
    }

    /// Whether its GET changes something, once for each visit: whoever only looks at what is there must not.
    fn changes_by_get(self) -> bool {
        matches!(self, Page::Start | Page::Callback | Page::Events(_))
    }

    /// Whether the page is at this place. With single sign-on, a site has only what its own cookie needs: a script of
    /// the application runs on the same origin as these pages.
    fn is_at(self, visit: &Visit<'_>) -> bool {
        match self {
            Page::Authorize
            | Page::Admin
            | Page::AdminTable
            | Page::AdminSession(_)
            | Page::AdminAct(_)
            | Page::Events(events::Audience::Administrator)
            // A script of the application runs on the site's origin, and may not have the rows.
            | Page::SessionsTable => visit.place.is_none(),
            Page::Callback => !visit.takes_passwords(),
            Page::Start => visit.place.is_some(),
            Page::Sessions
            | Page::EndSession(_)
            | Page::EndOthers
            | Page::Events(events::Audience::User) => visit.takes_passwords(),
            Page::Login | Page::Welcome | Page::Logout | Page::Bye | Page::Reauth => true,
        }
    }

    fn has_post(self, visit: &Visit<'_>) -> bool {
        match self {
            Page::Login | Page::Reauth => visit.takes_passwords(),
            Page::Authorize | Page::Logout | Page::EndSession(_) | Page::EndOthers | Page::AdminAct(_) => {
                true
            }
            _ => false,
        }
    }

    async fn get(self, visit: &Visit<'_>) -> Reply {
        match self {
            Page::Login => login::show(visit).await,
            Page::Authorize => authorize::show(visit).await,
            Page::Callback => single_sign_on::callback(visit).await,
            Page::Welcome => welcome::answer(visit).await,
            Page::Start => start::answer(visit).await,
            Page::Logout => logout::show(visit),
            Page::Bye => logout::bye(visit),
            Page::Reauth => reauth::show(visit).await,
            Page::Admin => admin::show(visit).await,
            Page::AdminTable => admin::show_table(visit).await,
            Page::AdminSession(id) => admin_session::show(visit, id).await,
            Page::SessionsTable => sessions::show_table(visit).await,
            Page::Events(audience) => events::answer(visit, audience).await,
            _ => sessions::show(visit).await,
        }
    }

    async fn post(self, visit: &Visit<'_>, form: &body::Form) -> Reply {
        match self {
            Page::Login => login::submit(visit, form).await,
            Page::Authorize => authorize::submit(visit, form).await,
            Page::Logout => logout::submit(visit).await,
            Page::Reauth => reauth::submit(visit, form).await,
            Page::EndSession(id) => sessions::end(visit, id).await,
            Page::AdminAct(act) => admin::act(visit, form, act).await,
            _ => sessions::end_others(visit).await,
        }
    }
}
