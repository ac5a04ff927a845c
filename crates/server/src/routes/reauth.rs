//! "Confirm it is you": the password again before something that matters. The session stays, its token is new, and the
//! age of its login begins again.

use hyper::StatusCode;
use sessionctl_core::ops::login::{LoginKind, Outcome};
use sessionctl_core::ops::rotate::RENEWAL_GRACE;
use sessionctl_core::store::Merge;
use zeroize::Zeroizing;

use super::login::{Attempt, LoggedIn, limit, log_in, problem, refuse};
use super::visit::Visit;
use super::{Reply, single_sign_on};
use crate::body::Form;
use crate::pages;

const ROUTE: &str = "reauth";

/// Asks for the password, or for a login where there is none.
pub(super) async fn show(visit: &Visit<'_>) -> Reply {
    match visit.logged_in().await {
        Err(_) => visit.unavailable(ROUTE),
        Ok(None) => Reply::redirect(ROUTE, &visit.path_with_return("login")),
        // The login host asks for the password, however new the login is.
        Ok(Some(_)) if !visit.takes_passwords() => single_sign_on::begin(visit, ROUTE, Some(0)),
        Ok(Some(current)) => {
            let name = current.session.user.as_ref().map_or("", |name| name.as_str());
            let action = visit.path_with_return("reauth");
            let markup = pages::reauth(visit.site(), &action, name, None);
            visit.page(ROUTE, StatusCode::OK, &markup).about(Some(current.session.id))
        }
    }
}

/// Takes the password.
pub(super) async fn submit(visit: &Visit<'_>, form: &Form) -> Reply {
    let Some(password) = form.field("password") else {
        return visit.page(ROUTE, StatusCode::BAD_REQUEST, &pages::bad_form(visit.site()));
    };
    if let Err(reply) = limit(visit, ROUTE).await {
        return reply;
    }
    let current = match visit.logged_in().await {
        Err(_) => return visit.unavailable(ROUTE),
        Ok(current) => current,
    };
    let Some((current, name)) = current.and_then(|current| {
        let name = current.session.user.clone()?;
        Some((current, name))
    }) else {
        return Reply::redirect(ROUTE, &visit.path_with_return("login"));
    };
    let id = current.session.id;
    let attempt = Attempt {
        name: name.clone(),
        password: Zeroizing::new(password.to_owned()),
        kind: LoginKind::Web,
        keeps_cookie: visit.keeps_cookie(),
        client: visit.client(),
        ends: Vec::new(),
        actor: current.actor(),
        upgrade: Some(current.token),
        upgrade_is_optional: false,
        upgrade_grace: RENEWAL_GRACE,
        merge: Merge::Keep,
    };
    match log_in(visit.front, attempt).await {
        Ok(LoggedIn::In(token, max_age)) => visit.hand_over(ROUTE, token, max_age),
        // Another tab of the browser was faster, and its new token is on the way: the gate decides what is still
        // needed.
        Ok(LoggedIn::Not(Outcome::NotUpgradable(_))) => {
            Reply::redirect(ROUTE, &visit.path_with_return("welcome")).about(Some(id))
        }
        Ok(LoggedIn::Not(outcome)) => {
            let Ok((status, problem)) = problem(visit, name.clone(), &outcome).await else {
                return visit.unavailable(ROUTE);
            };
            let action = visit.path_with_return("reauth");
            let markup = pages::reauth(visit.site(), &action, name.as_str(), Some(&problem));
            refuse(visit, ROUTE, status, &problem, markup).about(Some(id))
        }
        Err(_) => visit.unavailable(ROUTE),
    }
}
