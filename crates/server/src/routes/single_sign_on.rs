//! Single sign-on, seen from a site: the way to the login host, and the return with a code. No password is typed at the
//! site.

use std::time::{Duration, Instant};

use hyper::StatusCode;
use hyper::header::SET_COOKIE;
use secrecy::{ExposeSecret as _, SecretString};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::ops::BulkRequest;
use sessionctl_core::ops::enter::{Entry, Outcome, enter};
use sessionctl_core::ops::revoke::revoke;
use sessionctl_wire::cookie::{Attributes, Cookie, cookie_values};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::visit::Visit;
use crate::codes::Redeemed;
use crate::config::STATE_COOKIE;
use crate::deliver::NewToken;
use crate::pages;
use crate::reply::Reply;
use crate::return_to::ReturnTo;

const ROUTE: &str = "callback";
/// How long a login may take.
const STATE_LIFETIME: Duration = Duration::from_secs(5 * 60);
/// Bytes of the state.
const STATE_BYTES: usize = 16;
/// The reason kept with a session whose code was presented twice.
const CODE_REUSED: &str = "code reused";

/// Sends the browser to the login host. The page to return to stays in the browser's cookie.
pub(super) fn begin(visit: &Visit<'_>, route: &'static str, max_age: Option<u64>) -> Reply {
    let (Some(login), Ok(random)) = (&visit.front.config.login, visit.front.draw::<STATE_BYTES>()) else {
        return visit.unavailable(route);
    };
    // A browser that opens several pages at once begins several logins, and any of them may be the one that is
    // finished.
    let begun = begun(visit).map(|(state, _)| state).filter(|state| is_state(state));
    let state = begun.unwrap_or_else(|| hex::encode(random));
    let value = format!("{state}.{}", visit.return_to().in_cookie());
    let mut attributes = Attributes::default();
    attributes.max_age = Some(STATE_LIFETIME);
    let Ok(cookie) = Cookie::new(STATE_COOKIE, SecretString::from(value), attributes) else {
        return visit.unavailable(route);
    };
    let max_age = max_age.map(|seconds| format!("&max_age={seconds}")).unwrap_or_default();
    let (prefix, app) = (&visit.front.config.prefix, &visit.site().name);
    let location = format!("{}{prefix}/authorize?app={app}&state={state}{max_age}", login.origin);
    Reply::redirect(route, &location).with(SET_COOKIE, cookie.set_cookie_value().expose_secret())
}

/// Takes the browser back: redeems the code, and sets the site's own cookie.
pub(super) async fn callback(visit: &Visit<'_>) -> Reply {
    let refused = || visit.page(ROUTE, StatusCode::BAD_REQUEST, &pages::login_expired(visit.site()));
    let (Some(site), Some((state, return_to))) = (visit.place, begun(visit)) else { return refused() };
    let (Some(code), Some(presented)) = (visit.query_value("code"), visit.query_value("state")) else {
        return refused();
    };
    if presented != state {
        return refused();
    }
    let parent = match visit.front.codes.redeem(&code, site, &state, Instant::now()) {
        Redeemed::Parent(parent) => parent,
        Redeemed::Again(session) => {
            if let Some(session) = session
                && end(visit, session).await.is_err()
            {
                return visit.unavailable(ROUTE);
            }
            return refused();
        }
        Redeemed::Invalid => return refused(),
    };
    let entry = Entry { parent, client: visit.client(), replaces: visit.token() };
    let undelivered = Arc::clone(&visit.front.undelivered);
    let entered = visit.front.change("web".to_owned(), move |cx| {
        Ok(match enter(cx, &entry)? {
            Outcome::Entered(issued) => Some(NewToken::new(issued, undelivered)),
            _ => None,
        })
    });
    match entered.await {
        Ok(Some(token)) => {
            if token.id().is_some_and(|id| !visit.front.codes.created(&code, id)) {
                // The token goes to nobody, which ends its session.
                return refused();
            }
            let reply = visit.hand_over_to(ROUTE, token, None, &return_to);
            match Cookie::removing(STATE_COOKIE, Attributes::default()) {
                Ok(cookie) => reply.with(SET_COOKIE, cookie.set_cookie_value().expose_secret()),
                Err(_) => reply,
            }
        }
        Ok(None) => refused(),
        Err(_) => visit.unavailable(ROUTE),
    }
}

/// Whether a text has the form of a state that was drawn here.
fn is_state(text: &str) -> bool {
    text.len() == 2 * STATE_BYTES && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The state and the page to return to, of the login that this browser began.
fn begun(visit: &Visit<'_>) -> Option<(String, ReturnTo)> {
    let fields = visit.headers.get_all(hyper::header::COOKIE).iter();
    let mut values = fields.flat_map(|field| cookie_values(field.as_bytes(), STATE_COOKIE.as_bytes()));
    let value = std::str::from_utf8(values.next()?).ok()?;
    if values.next().is_some() {
        return None;
    }
    let (state, path) = value.split_once('.')?;
    let path = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
    Some((state.to_owned(), ReturnTo::new(&path, &visit.front.config.prefix)))
}

async fn end(visit: &Visit<'_>, session: SessionId) -> Result<(), sessionctl_core::ops::OpsError> {
    let request = BulkRequest::of(Selector { ids: vec![session], ..Selector::default() });
    let ended = visit.front.change("web".to_owned(), move |cx| {
        revoke(cx, &request, CODE_REUSED, &mut |_| ControlFlow::Continue(()))
    });
    ended.await.map(drop)
}
