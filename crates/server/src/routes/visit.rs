//! A browser's visit to one of the pages: its site, its session, and the answers that all pages share.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{COOKIE, HeaderName, SET_COOKIE};
use hyper::{HeaderMap, StatusCode};
use maud::Markup;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use sessionctl_core::model::session::{Client, Kind, Session};
use sessionctl_core::model::token::Token;
use sessionctl_core::ops::OpsError;
use sessionctl_core::ops::verify::{Requirements, Verdict};
use sessionctl_wire::cookie::{Attributes, Cookie, MAX_AGE, cookie_values};

use crate::client;
use crate::config::{KEPT_COOKIE, Site};
use crate::deliver::{Delivery, NewToken};
use crate::front::Front;
use crate::pages;
use crate::presented::{Presented, in_cookie};
use crate::reply::Reply;
use crate::return_to::ReturnTo;
use crate::verification;

/// A request for a page.
pub(super) struct Visit<'a> {
    pub(super) front: &'a Arc<Front>,
    /// The site, by its place in the configuration; none at the login host.
    pub(super) place: Option<usize>,
    pub(super) headers: &'a HeaderMap,
    pub(super) query: Option<&'a str>,
    pub(super) address: Option<IpAddr>,
    pub(super) delivery: &'a Delivery,
}

/// The active session of a browser.
pub(super) struct Current {
    pub(super) session: Session,
    pub(super) token: Token,
}

impl Current {
    /// Who acts with this session, for the audit log.
    pub(super) fn actor(&self) -> String {
        match &self.session.user {
            Some(name) => format!("web {name} (session {})", self.session.id),
            None => format!("web (session {})", self.session.id),
        }
    }
}

/// The active session of a token that a browser presents at a place.
///
/// # Errors
/// Where it cannot be determined.
pub(super) async fn active_session(
    front: &Arc<Front>,
    place: Option<usize>,
    token: Token,
) -> Result<Option<Current>, OpsError> {
    let app = place.map(|place| front.config.sites[place].name.clone());
    let is_accepted = |kind: Kind| match place {
        Some(_) => kind != Kind::Api,
        None => kind == Kind::Sso,
    };
    let requirements = Requirements { app, ..Requirements::default() };
    let answer = verification::verify(front, token.clone(), requirements).await?;
    Ok(match answer.verdict {
        Verdict::Active(found) if is_accepted(found.session.kind) => {
            Some(Current { session: found.session, token })
        }
        _ => None,
    })
}

fn with_cookies(reply: Reply, cookies: [Option<Cookie>; 2]) -> Reply {
    let set =
        |reply: Reply, cookie: Cookie| reply.with(SET_COOKIE, cookie.set_cookie_value().expose_secret());
    cookies.into_iter().flatten().fold(reply, set)
}

impl Visit<'_> {
    /// The site.
    pub(super) fn site(&self) -> &Site {
        let config = &self.front.config;
        match (self.place, &config.login) {
            (Some(place), _) => &config.sites[place],
            (None, Some(login)) => login,
            // A visit is only made to a host that is configured.
            (None, None) => &config.sites[0],
        }
    }

    /// Whether passwords are typed here: at the login host where there is one, else at each site; and at a site with a
    /// login of its own.
    pub(super) fn takes_passwords(&self) -> bool {
        self.place.is_none() || self.front.config.login.is_none() || self.site().has_own_login
    }

    /// The client of a session that begins here.
    pub(super) fn client(&self) -> Client {
        Client {
            // The parent of the sites' sessions belongs to none of them.
            app: self.place.map(|_| self.site().name.clone()),
            label: None,
            ip: self.address,
            user_agent: client::user_agent(self.headers),
        }
    }

    /// The value of a query's field, decoded once.
    pub(super) fn query_value(&self, name: &str) -> Option<String> {
        let pairs = self.query.unwrap_or_default().split('&');
        let value = pairs.filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name)?.1;
        Some(percent_decode_str(value).decode_utf8().ok()?.into_owned())
    }

    /// Where the browser goes afterwards.
    pub(super) fn return_to(&self) -> ReturnTo {
        ReturnTo::new(&self.query_value("rd").unwrap_or_default(), &self.front.config.prefix)
    }

    /// Where a browser that is logged in goes: at the login host, which has no application, to its own pages.
    pub(super) fn destination(&self) -> String {
        match self.place {
            Some(_) => self.return_to().as_str().to_owned(),
            None if self.is_on_way_to_admin() => format!("{}/admin", self.front.config.prefix),
            None => format!("{}/sessions", self.front.config.prefix),
        }
    }

    fn is_on_way_to_admin(&self) -> bool {
        self.query_value("to").as_deref() == Some("admin")
    }

    /// The path of one of our pages, with where the browser goes afterwards.
    pub(super) fn path_with_return(&self, page: &str) -> String {
        let prefix = &self.front.config.prefix;
        match self.place {
            Some(_) => format!("{prefix}/{page}?rd={}", self.return_to().in_query()),
            None if self.is_on_way_to_admin() => format!("{prefix}/{page}?to=admin"),
            None => format!("{prefix}/{page}"),
        }
    }

    /// The token in the browser's cookie.
    pub(super) fn token(&self) -> Option<Token> {
        match in_cookie(self.headers, &self.front.config.cookie) {
            Presented::Cookie(token) => Some(token),
            _ => None,
        }
    }

    /// The browser's active session of this site.
    ///
    /// # Errors
    /// Where it cannot be determined.
    pub(super) async fn current(&self) -> Result<Option<Current>, OpsError> {
        match self.token() {
            Some(token) => active_session(self.front, self.place, token).await,
            None => Ok(None),
        }
    }

    /// The browser's active session of a user who logged in.
    ///
    /// # Errors
    /// As [`Visit::current`].
    pub(super) async fn logged_in(&self) -> Result<Option<Current>, OpsError> {
        Ok(self.current().await?.filter(|current| current.session.user.is_some()))
    }

    /// A page.
    pub(super) fn page(&self, route: &'static str, status: StatusCode, markup: &Markup) -> Reply {
        let reply = Reply::empty(route, status).body("text/html; charset=utf-8", markup.0.clone());
        // Without `same-origin`, the browser would send `Origin: null` with our own forms.
        [
            ("content-security-policy", pages::content_security_policy(&self.form_targets()).as_str()),
            ("referrer-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
        ]
        .into_iter()
        .fold(reply, |reply, (name, value)| reply.with(HeaderName::from_static(name), value))
    }

    /// Where the forms of a page may lead: Chromium blocks the redirect behind a login to any other origin.
    fn form_targets(&self) -> Vec<String> {
        let sites = if self.place.is_none() { self.front.config.sites.as_slice() } else { &[] };
        sites.iter().map(|site| site.origin.to_string()).collect()
    }

    /// The page where the answer cannot be determined.
    pub(super) fn unavailable(&self, route: &'static str) -> Reply {
        let markup = pages::unavailable(self.site());
        self.page(route, StatusCode::SERVICE_UNAVAILABLE, &markup).with(hyper::header::RETRY_AFTER, "1")
    }

    /// Sends the browser to the page that it asked for, after a look at whether it keeps the cookie.
    pub(super) fn hand_over(&self, route: &'static str, token: NewToken, max_age: Option<Duration>) -> Reply {
        match self.place {
            Some(_) => self.hand_over_to(route, token, max_age, &self.return_to()),
            None => {
                self.with_cookie(Reply::redirect(route, &self.path_with_return("welcome")), token, max_age)
            }
        }
    }

    /// The same with another page to go to.
    pub(super) fn hand_over_to(
        &self,
        route: &'static str,
        token: NewToken,
        max_age: Option<Duration>,
        to: &ReturnTo,
    ) -> Reply {
        let welcome = format!("{}/welcome?rd={}", self.front.config.prefix, to.in_query());
        self.with_cookie(Reply::redirect(route, &welcome), token, max_age)
    }

    /// Puts a new token into the cookie of an answer.
    pub(super) fn with_cookie(&self, reply: Reply, token: NewToken, max_age: Option<Duration>) -> Reply {
        let route = reply.route;
        let Some(issued) = token.hand_over(self.delivery) else { return self.unavailable(route) };
        let reply = reply.about(Some(issued.id));
        let value = SecretString::from(issued.token.expose().to_string());
        let mut attributes = Attributes::default();
        attributes.max_age = max_age.map(|age| age.min(MAX_AGE));
        let kept = match self.place {
            None if max_age.is_some() => {
                Cookie::new(KEPT_COOKIE, SecretString::from("1"), attributes.clone()).ok()
            }
            _ => self.removed_mark(),
        };
        match Cookie::new(&self.front.config.cookie, value, attributes) {
            Ok(cookie) => with_cookies(reply, [Some(cookie), kept]),
            // The name is checked at the start.
            Err(_) => self.unavailable(route),
        }
    }

    /// Removes the browser's cookie.
    pub(super) fn remove_cookie(&self, reply: Reply) -> Reply {
        let cookie = Cookie::removing(&self.front.config.cookie, Attributes::default()).ok();
        with_cookies(reply, [cookie, self.removed_mark()])
    }

    /// Whether the browser keeps the cookie of this host when it is closed, as far as it says.
    pub(super) fn keeps_cookie(&self) -> bool {
        let fields = self.headers.get_all(COOKIE).iter();
        let mut marks = fields.flat_map(|field| cookie_values(field.as_bytes(), KEPT_COOKIE.as_bytes()));
        self.place.is_none() && marks.next().is_some()
    }

    /// The removal of the mark, where there is one.
    fn removed_mark(&self) -> Option<Cookie> {
        self.keeps_cookie().then(|| Cookie::removing(KEPT_COOKIE, Attributes::default()).ok()).flatten()
    }
}
