//! The application of the demo: a shop with a cart that survives the login, orders that need one, and a second site.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{COOKIE, HeaderValue, SET_COOKIE};
use hyper::{HeaderMap, Request, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use sessionctl_core::model::clock::Clock as _;
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Kind, SessionId};
use sessionctl_core::model::token::Token;
use sessionctl_core::ops::revoke::revoke;
use sessionctl_core::ops::rotate::{self, rotate};
use sessionctl_core::ops::{BulkRequest, data};
use sessionctl_core::store::{Found, TokenStatus};
use sessionctl_wire::cookie::{Attributes, Cookie};
use zeroize::Zeroizing;

use super::command::revocation;
use super::exchange::Exchange;
use super::happened::Happened;
use super::pages::{self, Shown};
use super::pending_exchange::PendingExchange;
use super::state::{DEMO_USER, LONE_SHOP, locked};
use super::text::{COPY_IS_NEW, NOTHING_STOLEN, TAKEN_FOR_VISITOR, THEFT_NOTICED, VISITOR_THEFT_NOTICED};
use super::{Click, ask_gate};
use crate::body::Form;
use crate::deliver::NewToken;
use crate::reply::Reply;

const ROUTE: &str = "demo";
/// Longer than the idle timeout of a session in a browser.
const LONG_WAIT: Duration = Duration::from_secs(31 * 60);

/// What the proxy's configuration requires of a path.
pub(super) fn requirement(click: &Click<'_>) -> &'static str {
    match click.path {
        "/orders" => "",
        _ if click.shown_site() == "wiki" => "",
        _ => "/anonymous",
    }
}

/// Shows a page to whoever the gate let through.
pub(super) async fn show(click: &Click<'_>, identity: &HeaderMap) -> Reply {
    let header = |name: &str| identity.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let session = header("remote-session").parse().ok().and_then(SessionId::new);
    let (cart, orders) = match session {
        Some(id) => (values(click, id, "cart").await, values(click, id, "orders").await),
        None => (Vec::new(), Vec::new()),
    };
    let stolen = click.demo.stolen_from(click.headers);
    let thief = match click.path {
        "/thief" => Some(thief(click, stolen.as_ref().map(|token| token.as_str())).await),
        _ => None,
    };
    let stolen = stolen.map(|token| format!("{}={}", click.front.config.cookie, token.as_str()));
    let exchanges = locked(&click.demo.visitors).exchanges_of(click.visitor);
    let login = click.front.config.login.as_ref().map(|login| login.origin.to_string());
    let shown = Shown {
        site: click.shown_site(),
        is_alone: click.site_name() == LONE_SHOP,
        path: click.path,
        user: header("remote-user"),
        kind: header("remote-kind"),
        cart: &cart,
        orders: &orders,
        thief: thief.as_deref(),
        stolen: stolen.as_deref(),
        ahead: click.demo.clock.ahead(),
        happened: Happened::text(click.query),
        revocation: &revocation(click.demo),
        exchanges: &exchanges,
        prefix: &click.front.config.prefix,
        sites: &click.front.config.sites,
        login: login.as_deref(),
    };
    let markup = match (click.shown_site(), click.path) {
        ("shop", "/" | "/cart" | "/orders" | "/thief") | ("wiki", "/") => pages::page(&shown),
        _ => return Reply::text(ROUTE, StatusCode::NOT_FOUND, "the demo has no such page\n"),
    };
    let policy = crate::pages::content_security_policy(&[]);
    Reply::empty(ROUTE, StatusCode::OK)
        .body("text/html; charset=utf-8", markup.0)
        .with(hyper::header::CONTENT_SECURITY_POLICY, &policy)
        .about(session)
}

async fn values(click: &Click<'_>, id: SessionId, key: &'static str) -> Vec<String> {
    let read = click.front.read(move |cx| Ok(cx.store.data(id)?)).await.unwrap_or_default();
    let entry = read.into_iter().find(|entry| entry.key == key);
    entry.and_then(|entry| serde_json::from_str(&entry.json).ok()).unwrap_or_default()
}

/// What the shop answers to the thief, who sends the copied cookie.
async fn thief(click: &Click<'_>, stolen: Option<&str>) -> String {
    let Some(token) = stolen else { return NOTHING_STOLEN.to_owned() };
    let presented = Token::parse(token.as_bytes());
    let found = click.front.read(move |cx| match &presented {
        Some(token) => Ok(cx.store.look_up(token)?),
        None => Ok(None),
    });
    let found = found.await.ok().flatten();
    let is_retired = matches!(found, Some(Found { status: TokenStatus::Retired { .. }, .. }));
    let is_new_copy =
        found.as_ref().is_some_and(|found| locked(&click.demo.rotated).contains(&found.session.id.get()));
    let is_visitor = matches!(&found, Some(found) if found.session.kind == Kind::Anonymous);
    let (path, requirement) = if is_visitor { ("/cart", "/anonymous") } else { ("/orders", "") };
    let click = &Click { path, query: "", ..*click };
    let cookie = format!("{}={token}", click.front.config.cookie);
    let Ok(cookie) = HeaderValue::from_str(&cookie) else { return NOTHING_STOLEN.to_owned() };
    let Ok(request) = Request::get(path).header(COOKIE, &cookie).body(()) else {
        return NOTHING_STOLEN.to_owned();
    };
    let origin = click.front.config.sites[click.site].origin.to_string();
    let host = origin.split_once("://").map_or("", |(_, host)| host);
    let watched = PendingExchange::begin(click.front, click.demo, &request.into_parts().0, host).await;
    let answer = ask_gate(click, requirement, Some(&cookie)).await;
    let exchange = watched.end(click.front, &answer).await;
    let exchange = Exchange { line: format!("Thief: {}", exchange.line), location: None, ..exchange };
    locked(&click.demo.visitors).record(click.visitor, exchange);
    let user = answer.response.headers().get("remote-user").and_then(|value| value.to_str().ok());
    let ended = if is_new_copy { COPY_IS_NEW } else { "" };
    match (answer.response.status(), user) {
        (StatusCode::OK, Some(user)) if !user.is_empty() => {
            format!("200: the shop takes the thief for {user}. {ended}").trim_end().to_owned()
        }
        (StatusCode::OK, _) => format!("{TAKEN_FOR_VISITOR} {ended}").trim_end().to_owned(),
        (status, _) => {
            let why = match (is_retired, is_visitor) {
                (true, true) => VISITOR_THEFT_NOTICED,
                (true, false) => THEFT_NOTICED,
                (false, _) => "",
            };
            format!("{}: the thief is not logged in. {why}", status.as_u16()).trim_end().to_owned()
        }
    }
}

/// Takes one of the forms.
pub(super) async fn act(click: &Click<'_>, form: &Form) -> Reply {
    match click.path {
        "/cart" => add(click, form.field("item").unwrap_or_default()).await,
        "/orders" => order(click).await,
        "/demo/wait" => wait(click).await,
        "/demo/steal" => {
            let reply = Reply::redirect(ROUTE, "/thief");
            match click.token() {
                Some(token) => {
                    let cookie = click.demo.steal(Zeroizing::new(token.expose().to_string()));
                    reply.with(SET_COOKIE, &cookie)
                }
                None => reply,
            }
        }
        "/demo/rotate" => new_token(click).await,
        "/demo/revoke" => end_all(click).await,
        _ => Reply::text(ROUTE, StatusCode::NOT_FOUND, "the demo has no such form\n"),
    }
}

fn back(happened: Happened) -> Reply {
    Reply::redirect(ROUTE, &happened.page())
}

async fn wait(click: &Click<'_>) -> Reply {
    let clock = &click.demo.clock;
    let found = match click.token() {
        Some(token) => click.front.read(move |cx| Ok(cx.store.look_up(&token)?)).await.ok().flatten(),
        None => None,
    };
    let before = clock.now();
    clock.advance(LONG_WAIT);
    back(Happened::by_wait(found.as_ref(), before, clock.now()))
}

/// The session of the browser, as the gate sees it.
async fn session(click: &Click<'_>, requirement: &str) -> Option<SessionId> {
    ask_gate(click, requirement, click.headers.get(hyper::header::COOKIE)).await.session
}

async fn keep(click: &Click<'_>, id: SessionId, key: &'static str, values: Vec<String>) -> bool {
    let json = serde_json::Value::from(values).to_string();
    let kept = click.front.change("demo".to_owned(), move |cx| data::set(cx, id, key, &json, None)).await;
    matches!(kept, Ok(data::Outcome::Done(_)))
}

async fn add(click: &Click<'_>, item: &str) -> Reply {
    let (Some(id), Some(item)) =
        (session(click, "/anonymous").await, pages::ITEMS.iter().find(|known| **known == item))
    else {
        return Reply::redirect(ROUTE, "/");
    };
    let mut cart = values(click, id, "cart").await;
    cart.push((*item).to_owned());
    keep(click, id, "cart", cart).await;
    Reply::redirect(ROUTE, "/cart").about(Some(id))
}

async fn order(click: &Click<'_>) -> Reply {
    let Some(id) = session(click, "").await else { return Reply::redirect(ROUTE, "/orders") };
    let (cart, mut orders) = (values(click, id, "cart").await, values(click, id, "orders").await);
    if !cart.is_empty() {
        orders.push(cart.join(", "));
        if keep(click, id, "orders", orders).await {
            keep(click, id, "cart", Vec::new()).await;
        }
    }
    Reply::redirect(ROUTE, "/orders").about(Some(id))
}

async fn new_token(click: &Click<'_>) -> Reply {
    let Some(token) = click.token() else { return back(Happened::NotRotated) };
    let undelivered = Arc::clone(&click.front.undelivered);
    let rotated = click.front.change("demo".to_owned(), move |cx| {
        Ok(match rotate(cx, &token, Duration::ZERO)? {
            rotate::Outcome::Rotated(issued) => Some(NewToken::new(issued, undelivered)),
            rotate::Outcome::NotActive(_) => None,
        })
    });
    let Ok(Some(new)) = rotated.await else { return back(Happened::NotRotated) };
    let Some(issued) = new.hand_over(click.delivery) else { return back(Happened::NotRotated) };
    locked(&click.demo.rotated).insert(issued.id.get());
    let value = SecretString::from(issued.token.expose().to_string());
    match Cookie::new(&click.front.config.cookie, value, Attributes::default()) {
        Ok(cookie) => back(Happened::Rotated)
            .with(SET_COOKIE, cookie.set_cookie_value().expose_secret())
            .about(Some(issued.id)),
        Err(_) => back(Happened::NotRotated),
    }
}

async fn end_all(click: &Click<'_>) -> Reply {
    let Ok(user) = DEMO_USER.parse::<sessionctl_core::model::user::UserName>() else {
        return back(Happened::NotRevoked);
    };
    let request = BulkRequest::of(Selector { user: user.into(), ..Selector::default() });
    let revoked = click
        .front
        .change("demo".to_owned(), move |cx| {
            revoke(cx, &request, "the administrator's button", &mut |_| ControlFlow::Continue(()))
        })
        .await;
    back(match revoked {
        Ok(totals) if totals.changed > 0 => Happened::Revoked,
        _ => Happened::NotRevoked,
    })
}
