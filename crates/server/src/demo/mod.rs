//! The demo: the guide's shop and a second site in a real browser, on a sandbox database, with the exchange, the row
//! and the command beside every click. It stands where a proxy and its application would, and asks the same gate.
//! Tokens are shown in full here, and nowhere else.

mod app;
mod clock;
mod command;
mod exchange;
mod happened;
mod pages;
mod pending_exchange;
pub(crate) mod state;
mod text;
mod visitors;

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use hyper::{HeaderMap, Method, Request, StatusCode};
use sessionctl_core::model::token::Token;

use crate::answer_body::AnswerBody;
use crate::body::{self, RequestBody};
use crate::client::{self, Peer};
use crate::deliver::Delivery;
use crate::front::Front;
use crate::guard;
use crate::presented::{Presented, in_cookie};
use crate::reply::Reply;
use crate::routes;
pub use clock::DemoClock;
use pending_exchange::PendingExchange;
use state::locked;
pub use state::{DEMO_PASSWORD, DEMO_USER, Demo, LONE_SHOP};
use visitors::Visitor;

/// A request to the demo's application.
struct Click<'a> {
    front: &'a Arc<Front>,
    demo: &'a Demo,
    visitor: Visitor,
    /// The site, by its place in the configuration.
    site: usize,
    path: &'a str,
    query: &'a str,
    headers: &'a HeaderMap,
    peer: Peer,
    delivery: &'a Delivery,
}

impl Click<'_> {
    fn token(&self) -> Option<Token> {
        match in_cookie(self.headers, &self.front.config.cookie) {
            Presented::Cookie(token) => Some(token),
            _ => None,
        }
    }

    fn site_name(&self) -> &str {
        &self.front.config.sites[self.site].name
    }

    /// What is shown there.
    fn shown_site(&self) -> &str {
        if self.site_name() == LONE_SHOP { "shop" } else { self.site_name() }
    }
}

/// Whether a request is a step of the story: no icon, script or stream that a browser asks for by itself.
fn is_click(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_none_or(|dest| dest == "document")
}

/// Whether the demo is at this host.
fn is_known_host(front: &Front, host: &str) -> bool {
    let mut places = front.config.sites.iter().chain(&front.config.login);
    places.any(|site| site.origin.is_host(host))
}

/// Answers a request, and lets the browser keep its number.
pub(crate) async fn answer<B: RequestBody>(
    front: &Arc<Front>,
    demo: &Demo,
    request: Request<B>,
    peer: Peer,
    delivery: &Delivery,
) -> Reply {
    let headers = request.headers();
    let host = client::named_host(request.uri(), headers).ok().flatten().unwrap_or_default().to_owned();
    if !is_click(headers) || request.uri().path().ends_with(".css") || !is_known_host(front, &host) {
        return answer_to(front, demo, (&host, None), request, peer, delivery).await;
    }
    let (visitor, cookie) = demo.visitor(headers, &format!("http://{host}{}", request.uri()));
    let reply = answer_to(front, demo, (&host, Some(visitor)), request, peer, delivery).await;
    match cookie {
        Some(cookie) => reply.with(SET_COOKIE, &cookie),
        None => reply,
    }
}

/// Our pages as ever, everything else as the proxy and the application.
async fn answer_to<B: RequestBody>(
    front: &Arc<Front>,
    demo: &Demo,
    (host, visitor): (&str, Option<Visitor>),
    request: Request<B>,
    peer: Peer,
    delivery: &Delivery,
) -> Reply {
    let (head, body) = request.into_parts();
    let (path, headers) = (head.uri.path().to_owned(), head.headers.clone());
    // The page for another host shows its style there.
    let is_login = front.config.login.as_ref().is_some_and(|login| login.origin.is_host(host));
    let is_ours = is_login || path.starts_with(&format!("{}/", front.config.prefix));
    if is_ours && (is_known_host(front, host) || path.ends_with(".css")) {
        let Some(visitor) = visitor else {
            return routes::answer(front, Request::from_parts(head, body), peer, delivery).await;
        };
        let watched = PendingExchange::begin(front, demo, &head, host).await;
        let reply = routes::answer(front, Request::from_parts(head, body), peer, delivery).await;
        let exchange = watched.end(front, &reply).await;
        locked(&demo.visitors).record(visitor, exchange);
        return with_panel(demo, visitor, reply).await;
    }
    let Some(site) = front.config.sites.iter().position(|site| site.origin.is_host(host)) else {
        let page = pages::elsewhere(&front.config);
        return Reply::empty("demo", StatusCode::MISDIRECTED_REQUEST)
            .body("text/html; charset=utf-8", page.0);
    };
    let Some(visitor) = visitor else {
        return Reply::text("demo", StatusCode::NOT_FOUND, "the demo has no such file\n");
    };
    let click = Click {
        front,
        demo,
        visitor,
        site,
        path: &path,
        query: head.uri.query().unwrap_or_default(),
        headers: &headers,
        peer,
        delivery,
    };
    let watched = PendingExchange::begin(front, demo, &head, host).await;
    if head.method == Method::POST { act(&click, body, watched).await } else { show(&click, watched).await }
}

/// Does what a form of the application asks for.
async fn act<B: RequestBody>(click: &Click<'_>, body: B, watched: PendingExchange) -> Reply {
    if !guard::is_own_form(click.headers, &click.front.config.sites[click.site]) {
        return Reply::text("demo", StatusCode::FORBIDDEN, "the form came from another site\n");
    }
    let reply = match body::form(click.headers, body).await {
        Ok(form) => app::act(click, &form).await,
        Err(status) => Reply::empty("demo", status),
    };
    let exchange = watched.end(click.front, &reply).await;
    locked(&click.demo.visitors).record(click.visitor, exchange);
    reply
}

/// Asks the gate, and shows the page of the application that it admits to.
async fn show(click: &Click<'_>, watched: PendingExchange) -> Reply {
    let gate = ask_gate(click, app::requirement(click), click.headers.get(COOKIE)).await;
    let location =
        gate.response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let exchange = watched.end_by_gate(click.front, &gate).await;
    locked(&click.demo.visitors).record(click.visitor, exchange);
    match (gate.response.status(), location) {
        (StatusCode::OK, _) => app::show(click, gate.response.headers()).await,
        (StatusCode::UNAUTHORIZED, Some(location)) => Reply::redirect("demo", &location),
        (status, _) => Reply::text("demo", status, "denied\n"),
    }
}

/// One of our pages with what happened behind it.
async fn with_panel(demo: &Demo, visitor: Visitor, mut reply: Reply) -> Reply {
    let kind = reply.response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("text/html")) {
        return reply;
    }
    if let AnswerBody::Whole(page) = std::mem::take(reply.response.body_mut())
        && let Ok(page) = page.collect().await
    {
        let exchanges = locked(&demo.visitors).exchanges_of(visitor);
        let page = pages::add_to(&String::from_utf8_lossy(&page.to_bytes()), &exchanges);
        *reply.response.body_mut() = AnswerBody::from(Bytes::from(page));
    }
    reply
}

/// Asks the gate as a proxy does.
async fn ask_gate(
    click: &Click<'_>,
    requirement: &str,
    cookie: Option<&hyper::header::HeaderValue>,
) -> Reply {
    let Click { front, site, path, query, .. } = click;
    let uri = format!("{}/auth/{}{requirement}", front.config.prefix, front.config.sites[*site].name);
    let asked = if query.is_empty() { (*path).to_owned() } else { format!("{path}?{query}") };
    let mut request = Request::builder().uri(uri).header("x-forwarded-uri", asked);
    for name in ["accept", "sec-fetch-mode", "sec-fetch-dest"] {
        if let Some(value) = click.headers.get(name) {
            request = request.header(name, value);
        }
    }
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    match request.body(http_body_util::Full::<Bytes>::default()) {
        Ok(request) => Box::pin(routes::answer(front, request, click.peer, click.delivery)).await,
        Err(_) => Reply::empty("demo", StatusCode::BAD_REQUEST),
    }
}
