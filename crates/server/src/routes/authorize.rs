//! Single sign-on, seen from the login host: the one place where passwords are typed, and the code for a site.

use std::time::{Duration, Instant};

use hyper::StatusCode;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::ops::login::{LoginKind, Outcome};
use sessionctl_core::ops::rotate::RENEWAL_GRACE;
use sessionctl_core::store::Merge;
use zeroize::Zeroizing;

use super::login::{Attempt, LoggedIn, Typed, limit, log_in, no_such_name, problem, refuse};
use super::too_many_sessions::chosen;
use super::visit::{Current, Visit};
use crate::body::Form;
use crate::codes::CODE_BYTES;
use crate::pages::{self, LoginProblem};
use crate::reply::Reply;

const ROUTE: &str = "authorize";
/// The longest state that a site sends.
const MAX_STATE_BYTES: usize = 128;

/// What a site asks for.
struct Asked {
    site: usize,
    state: String,
    /// The oldest login that is accepted.
    max_age: Option<Duration>,
}

impl Asked {
    fn read(visit: &Visit<'_>) -> Option<Self> {
        let app = visit.query_value("app")?;
        let site = visit.front.config.sites.iter().position(|site| site.name == app)?;
        let state = visit.query_value("state")?;
        let is_plain = state.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if state.is_empty() || state.len() > MAX_STATE_BYTES || !is_plain {
            return None;
        }
        let max_age = visit.query_value("max_age");
        let max_age = max_age.map(|text| text.parse().ok().map(Duration::from_secs));
        let max_age = match max_age {
            None => None,
            Some(seconds) => Some(seconds?),
        };
        Some(Asked { site, state, max_age })
    }
}

fn refused(visit: &Visit<'_>) -> Reply {
    visit.page(ROUTE, StatusCode::BAD_REQUEST, &pages::login_expired(visit.site()))
}

/// Sends a browser that is logged in back with a code; otherwise it shows the login.
pub(super) async fn show(visit: &Visit<'_>) -> Reply {
    let Some(asked) = Asked::read(visit) else { return refused(visit) };
    let current = match visit.logged_in().await {
        Err(_) => return visit.unavailable(ROUTE),
        Ok(current) => current,
    };
    if let Some(current) = &current {
        let now = visit.front.clock().now();
        let age = current.session.authenticated_at.map(|at| now.since(at));
        if asked.max_age.is_none_or(|max| age.is_some_and(|age| age < max)) {
            return send_back(visit, &asked, current.session.id);
        }
    }
    visit.page(ROUTE, StatusCode::OK, &form(visit, &asked, current.as_ref(), Typed::default(), None))
}

/// This page, with what the site asked for.
fn own_address(visit: &Visit<'_>) -> String {
    format!("{}/authorize?{}", visit.front.config.prefix, visit.query.unwrap_or_default())
}

/// The login for a site, or the confirmation where the browser is logged in.
fn form(
    visit: &Visit<'_>,
    asked: &Asked,
    current: Option<&Current>,
    typed: Typed<'_>,
    problem: Option<&LoginProblem>,
) -> maud::Markup {
    let action = own_address(visit);
    let site = &visit.front.config.sites[asked.site];
    if let Some(user) = current.and_then(|current| current.session.user.as_ref()) {
        return pages::reauth(site, &action, user.as_str(), problem);
    }
    pages::login(site, &typed.form(visit, &action, problem))
}

/// Takes the password, and sends the browser back with a code.
pub(super) async fn submit(visit: &Visit<'_>, input: &Form) -> Reply {
    let Some(asked) = Asked::read(visit) else { return refused(visit) };
    let Some(password) = input.field("password") else {
        return visit.page(ROUTE, StatusCode::BAD_REQUEST, &pages::bad_form(visit.site()));
    };
    if let Err(reply) = limit(visit, ROUTE).await {
        return reply;
    }
    let current = match visit.logged_in().await {
        Err(_) => return visit.unavailable(ROUTE),
        Ok(current) => current,
    };
    let remember = visit.front.config.remember && input.field("remember") == Some("yes");
    let typed = Typed { name: input.field("name").unwrap_or_default(), remember, unsent: false };
    let known = current.as_ref().and_then(|current| current.session.user.clone());
    let name = match known.map_or_else(|| typed.name.parse(), Ok) {
        Ok(name) => name,
        Err(_) => {
            let wrong = LoginProblem::Wrong;
            let markup = form(visit, &asked, None, typed, Some(&wrong));
            return no_such_name(visit, ROUTE, password, &markup).await;
        }
    };
    let attempt = Attempt {
        name: name.clone(),
        password: Zeroizing::new(password.to_owned()),
        kind: LoginKind::Sso,
        keeps_cookie: if current.is_some() { visit.keeps_cookie() } else { remember },
        client: visit.client(),
        ends: chosen(input),
        actor: current.as_ref().map_or_else(|| "web".to_owned(), Current::actor),
        upgrade: current.as_ref().map(|current| current.token.clone()),
        upgrade_is_optional: false,
        upgrade_grace: RENEWAL_GRACE,
        merge: Merge::Keep,
    };
    match log_in(visit.front, attempt).await {
        Ok(LoggedIn::In(token, max_age)) => match token.id() {
            Some(parent) => {
                let reply = send_back(visit, &asked, parent);
                visit.with_cookie(reply, token, max_age)
            }
            None => visit.unavailable(ROUTE),
        },
        // Another tab of the browser was faster, and its new token is on the way.
        Ok(LoggedIn::Not(Outcome::NotUpgradable(_))) => Reply::redirect(ROUTE, &own_address(visit)),
        Ok(LoggedIn::Not(outcome)) => {
            let Ok((status, problem)) = problem(visit, name, &outcome).await else {
                return visit.unavailable(ROUTE);
            };
            let markup = form(visit, &asked, current.as_ref(), typed, Some(&problem));
            refuse(visit, ROUTE, status, &problem, markup)
        }
        Err(_) => visit.unavailable(ROUTE),
    }
}

/// Issues a code, and sends the browser to the site with it.
fn send_back(visit: &Visit<'_>, asked: &Asked, parent: SessionId) -> Reply {
    let front = visit.front;
    let code = front.draw::<CODE_BYTES>().ok();
    let issue = |random| front.codes.issue(random, parent, asked.site, &asked.state, Instant::now());
    let Some(code) = code.and_then(issue) else { return visit.unavailable(ROUTE) };
    let origin = &front.config.sites[asked.site].origin;
    let location = format!("{origin}{}/callback?code={code}&state={}", front.config.prefix, asked.state);
    Reply::redirect(ROUTE, &location).about(Some(parent))
}
