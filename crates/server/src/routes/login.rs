//! The login page: a name and a password for a session of this site.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::StatusCode;
use hyper::header::RETRY_AFTER;
use sessionctl_core::model::policy::Key;
use sessionctl_core::model::session::{Client, Kind, SessionId};
use sessionctl_core::model::token::Token;
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::login::{self, Begin, LoginKind, Outcome, Request};
use sessionctl_core::ops::password::dummy_hash;
use sessionctl_core::ops::{Lifetime, OpContext, OpsError, logout};
use sessionctl_core::store::{Issued, Merge, StoreError};
use zeroize::Zeroizing;

use super::too_many_sessions::{chosen, crowd};
use super::visit::{Current, Visit};
use super::{Reply, single_sign_on};
use crate::body::Form;
use crate::deliver::NewToken;
use crate::front::Front;
use crate::pages::{self, LoginForm, LoginProblem};

const ROUTE: &str = "login";
/// What a login makes of a password.
pub(crate) enum LoggedIn {
    /// A new token, and for how long the browser keeps it where it outlives the browser.
    In(NewToken, Option<Duration>),
    /// Everything else.
    Not(Outcome),
}

/// What is asked of [`log_in`].
pub(crate) struct Attempt {
    pub(crate) name: UserName,
    pub(crate) password: Zeroizing<String>,
    pub(crate) kind: LoginKind,
    /// Whether the browser is asked to keep the cookie when it is closed.
    pub(crate) keeps_cookie: bool,
    pub(crate) client: Client,
    /// Sessions of the user that end in the same step.
    pub(crate) ends: Vec<SessionId>,
    /// The session that becomes this login's.
    pub(crate) upgrade: Option<Token>,
    /// Go on without it where it can no longer be upgraded.
    pub(crate) upgrade_is_optional: bool,
    /// For how long the replaced token of a session that is confirmed is still accepted.
    pub(crate) upgrade_grace: Duration,
    pub(crate) merge: Merge,
    pub(crate) actor: String,
}

/// Shows the form, or goes on where the browser is logged in already.
pub(super) async fn show(visit: &Visit<'_>) -> Reply {
    match visit.logged_in().await {
        Err(_) => visit.unavailable(ROUTE),
        Ok(Some(current)) => Reply::redirect(ROUTE, &visit.destination()).about(Some(current.session.id)),
        Ok(None) if !visit.takes_passwords() => single_sign_on::begin(visit, ROUTE, None),
        Ok(None) => {
            let unsent = visit.query_value("unsent").is_some();
            visit.page(ROUTE, StatusCode::OK, &form_page(visit, Typed { unsent, ..Typed::default() }, None))
        }
    }
}

/// What a form shows of what was typed, or came with the address.
#[derive(Clone, Copy, Default)]
pub(super) struct Typed<'a> {
    pub(super) name: &'a str,
    pub(super) remember: bool,
    pub(super) unsent: bool,
}

impl<'a> Typed<'a> {
    /// The form that shows it.
    pub(super) fn form(
        self,
        visit: &Visit<'_>,
        action: &'a str,
        problem: Option<&'a LoginProblem>,
    ) -> LoginForm<'a> {
        let Typed { name, remember: remembered, unsent } = self;
        LoginForm { action, name, remember: visit.front.config.remember, remembered, unsent, problem }
    }
}

fn form_page(visit: &Visit<'_>, typed: Typed<'_>, problem: Option<&LoginProblem>) -> maud::Markup {
    pages::login(visit.site(), &typed.form(visit, &visit.path_with_return("login"), problem))
}

/// Takes the form.
pub(super) async fn submit(visit: &Visit<'_>, form: &Form) -> Reply {
    let (Some(name), Some(password)) = (form.field("name"), form.field("password")) else {
        return visit.page(ROUTE, StatusCode::BAD_REQUEST, &pages::bad_form(visit.site()));
    };
    if let Err(reply) = limit(visit, ROUTE).await {
        return reply;
    }
    let current = match visit.current().await {
        Ok(current) => current,
        Err(_) => return visit.unavailable(ROUTE),
    };
    let remember = visit.front.config.remember && form.field("remember") == Some("yes");
    let typed = Typed { name, remember, unsent: false };
    let Ok(user) = name.parse::<UserName>() else {
        let markup = form_page(visit, typed, Some(&LoginProblem::Wrong));
        return no_such_name(visit, ROUTE, password, &markup).await;
    };
    let attempt = Attempt {
        name: user.clone(),
        password: Zeroizing::new(password.to_owned()),
        kind: match (visit.place, remember) {
            (None, _) => LoginKind::Sso,
            (Some(_), true) => LoginKind::Remembered,
            (Some(_), false) => LoginKind::Web,
        },
        keeps_cookie: remember,
        client: visit.client(),
        ends: chosen(form),
        upgrade: anonymous(current.as_ref()),
        upgrade_is_optional: true,
        upgrade_grace: Duration::ZERO,
        merge: Merge::Keep,
        actor: "web".to_owned(),
    };
    match log_in(visit.front, attempt).await {
        Ok(LoggedIn::In(token, max_age)) => {
            end_replaced(visit, current).await;
            visit.hand_over(ROUTE, token, max_age)
        }
        Ok(LoggedIn::Not(outcome)) => {
            let Ok((status, problem)) = problem(visit, user, &outcome).await else {
                return visit.unavailable(ROUTE);
            };
            refuse(visit, ROUTE, status, &problem, form_page(visit, typed, Some(&problem)))
        }
        Err(_) => visit.unavailable(ROUTE),
    }
}

/// The token of an anonymous session, whose data the login takes over.
fn anonymous(current: Option<&Current>) -> Option<Token> {
    current.filter(|current| current.session.kind == Kind::Anonymous).map(|current| current.token.clone())
}

/// The session that the browser had until now is nobody's after its cookie is replaced.
async fn end_replaced(visit: &Visit<'_>, current: Option<Current>) {
    if let Some(current) = current.filter(|current| current.session.user.is_some()) {
        // Where it fails, the session ends by itself when it is idle.
        let ended = visit.front.change(current.actor(), move |cx| logout::logout(cx, &current.token));
        let _ = ended.await;
    }
}

/// Refuses a client that logs in too often.
pub(super) async fn limit(visit: &Visit<'_>, route: &'static str) -> Result<(), Reply> {
    let Some(address) = visit.address else { return Ok(()) };
    let read = visit.front.read(|cx| Ok(cx.store.policy()?.get(Key::LoginsPerAddress))).await;
    let per_minute = read.map_err(|_| visit.unavailable(route))?;
    visit.front.logins.check(address, per_minute, Instant::now()).map_err(|wait| {
        let problem = LoginProblem::Throttled(wait);
        visit.front.metrics.limited_logins.inc();
        refuse(
            visit,
            route,
            StatusCode::TOO_MANY_REQUESTS,
            &problem,
            form_page(visit, Typed::default(), Some(&problem)),
        )
    })
}

/// A name that nobody can have takes as long as a wrong password, and gets the same answer.
pub(super) async fn no_such_name(
    visit: &Visit<'_>,
    route: &'static str,
    password: &str,
    markup: &maud::Markup,
) -> Reply {
    match hash_for_nobody(visit.front, password).await {
        Ok(()) => visit.page(route, StatusCode::UNAUTHORIZED, markup),
        Err(_) => visit.unavailable(route),
    }
}

/// Takes the time of a login with a wrong password.
///
/// # Errors
/// Where the machine failed.
pub(crate) async fn hash_for_nobody(front: &Arc<Front>, password: &str) -> Result<(), OpsError> {
    let permit = front.hashes.permit(&front.metrics).await?;
    let policy = front.read(|cx| Ok(cx.store.policy()?)).await?;
    let (password, front) = (Zeroizing::new(password.to_owned()), Arc::clone(front));
    let hashed = tokio::task::spawn_blocking(move || {
        let _permit = (permit, front.hash_permit(policy.get(Key::HashesAtOnce)));
        dummy_hash(password.as_bytes(), &policy)
    });
    let failed = || StoreError::Engine("a password was not hashed".to_owned());
    Ok(hashed.await.map_err(|_| failed())??)
}

/// The status and the words for a login that did not succeed.
///
/// # Errors
/// Where the sessions of the user cannot be read.
pub(super) async fn problem(
    visit: &Visit<'_>,
    user: UserName,
    outcome: &Outcome,
) -> Result<(StatusCode, LoginProblem), OpsError> {
    Ok(match outcome {
        Outcome::Throttled { until } => {
            let wait = until.since(visit.front.clock().now()).max(Duration::from_secs(1));
            (StatusCode::TOO_MANY_REQUESTS, LoginProblem::Throttled(wait))
        }
        Outcome::Locked => (StatusCode::TOO_MANY_REQUESTS, LoginProblem::Locked),
        Outcome::TooMany(_) => (StatusCode::CONFLICT, LoginProblem::TooMany(crowd(visit, user).await?)),
        _ => (StatusCode::UNAUTHORIZED, LoginProblem::Wrong),
    })
}

/// The page of a refused login.
pub(super) fn refuse(
    visit: &Visit<'_>,
    route: &'static str,
    status: StatusCode,
    problem: &LoginProblem,
    markup: maud::Markup,
) -> Reply {
    let reply = visit.page(route, status, &markup);
    match problem {
        LoginProblem::Throttled(wait) => reply.with(RETRY_AFTER, &wait.as_secs().max(1).to_string()),
        _ => reply,
    }
}

/// Logs a user in, in three steps, so that no store is held while the password is hashed. It goes on to its end where
/// the browser has gone: a login is finished or refused, never half done.
///
/// # Errors
/// Where the machine failed.
pub(crate) async fn log_in(front: &Arc<Front>, attempt: Attempt) -> Result<LoggedIn, OpsError> {
    let front = Arc::clone(front);
    let task = tokio::spawn(Front::in_era(front.era(), async move {
        let started = Instant::now();
        let permit = front.hashes.permit(&front.metrics).await?;
        let attempt = Arc::new(attempt);
        let outcome = try_once(&front, &attempt, attempt.upgrade.clone()).await?;
        let outcome = match outcome {
            // Somebody else was faster with the anonymous session: the login goes on without its data.
            LoggedIn::Not(Outcome::NotUpgradable(_))
                if attempt.upgrade.is_some() && attempt.upgrade_is_optional =>
            {
                try_once(&front, &attempt, None).await
            }
            outcome => Ok(outcome),
        };
        drop(permit);
        front.metrics.login_seconds.observe(started.elapsed().as_secs_f64());
        outcome
    }));
    task.await.unwrap_or_else(|_| Err(StoreError::Engine("a login did not finish".to_owned()).into()))
}

async fn try_once(
    front: &Arc<Front>,
    attempt: &Arc<Attempt>,
    upgrade: Option<Token>,
) -> Result<LoggedIn, OpsError> {
    let asked = Arc::clone(attempt);
    let begun = front.change(attempt.actor.clone(), move |cx| {
        let request = Request {
            name: &asked.name,
            kind: asked.kind,
            client: asked.client.clone(),
            lifetime: Lifetime::default(),
            evict_oldest: false,
            ends: asked.ends.clone(),
            upgrade: upgrade.as_ref(),
            upgrade_grace: asked.upgrade_grace,
            merge: asked.merge,
        };
        login::begin(cx, &request)
    });
    let pending = match begun.await? {
        Begin::Done(outcome) => return Ok(LoggedIn::Not(outcome)),
        Begin::Pending(pending) => pending,
    };
    let (salt, asked, permits) = (front.draw()?, Arc::clone(attempt), Arc::clone(front));
    let hashing = tokio::task::spawn_blocking(move || {
        let _permit = permits.hash_permit(pending.hashes_at_once());
        permits.metrics.hashes_running.inc();
        let hashed = pending.hash(asked.password.as_bytes(), &salt);
        permits.metrics.hashes_running.dec();
        (pending, hashed)
    });
    let (pending, hashed) =
        hashing.await.map_err(|_| StoreError::Engine("a password was not hashed".to_owned()))?;
    let (undelivered, keeps_cookie) = (Arc::clone(&front.undelivered), attempt.keeps_cookie);
    let commit = front.change(attempt.actor.clone(), move |cx| {
        let new = |cx: &mut OpContext<'_>, issued: Issued| {
            let token = NewToken::new(issued, undelivered);
            let max_age = max_age(cx, &token, keeps_cookie)?;
            Ok(LoggedIn::In(token, max_age))
        };
        match login::commit(cx, *pending, hashed)? {
            Outcome::LoggedIn { issued, .. } => new(cx, issued),
            Outcome::Reauthenticated(issued) => new(cx, issued),
            outcome => Ok(LoggedIn::Not(outcome)),
        }
    });
    commit.await
}

/// For how long a browser keeps the cookie: as long as the session lasts at most where it is to outlive the browser,
/// otherwise until the browser is closed.
fn max_age(
    cx: &mut OpContext<'_>,
    token: &NewToken,
    keeps_cookie: bool,
) -> Result<Option<Duration>, OpsError> {
    let Some((session, _)) = token.id().map(|id| cx.store.session(id)).transpose()?.flatten() else {
        return Ok(None);
    };
    // A session that is confirmed keeps the lifetime with which it began. A single sign-on session has always a long
    // one, and the browser remembers whether it keeps the cookie.
    let lifetime = session.absolute_expires_at.since(session.created_at);
    let is_remembered = session.kind == Kind::Web && lifetime > cx.store.policy()?.span(Key::WebAbsolute);
    Ok((keeps_cookie || is_remembered).then(|| session.absolute_expires_at.since(cx.now())))
}
