//! The gate: a proxy asks about each request. The answer depends on the token, the site and the requirements in the
//! gate's own path, which the proxy's configuration sets; never on the path, the method or the address of the client's
//! request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::header::{HeaderName, LOCATION, REFERER, WWW_AUTHENTICATE};
use hyper::{HeaderMap, Method, StatusCode};
use percent_encoding::percent_decode_str;
use sessionctl_core::model::redact::holds_token;
use sessionctl_core::model::selector::split_list;
use sessionctl_core::model::session::{Kind, Session, parse_scope};
use sessionctl_core::model::time::parse_duration;
use sessionctl_core::ops::clock;
use sessionctl_core::ops::verify::{Requirements, UnmetRequirement, Verdict, Verification};
use sessionctl_core::store::Found;

use crate::client::{self, Peer, single};
use crate::config::{Config, Site};
use crate::front::Front;
use crate::identity;
use crate::metrics::GateResult;
use crate::presented::Presented;
use crate::reply::Reply;
use crate::return_to::ReturnTo;
use crate::verification;

const ROUTE: &str = "gate";

static FORWARDED_METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
static FORWARDED_URI: HeaderName = HeaderName::from_static("x-forwarded-uri");

/// How the proxy takes a denial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// With 401; the proxy makes the redirection of it.
    Auth,
    /// With 303; the proxy passes the answer on to the browser.
    Forward,
}

/// The request that is asked about.
pub(super) struct Asked<'a> {
    pub(super) headers: &'a HeaderMap,
    pub(super) method: &'a Method,
    pub(super) peer: Peer,
}

/// What a path of the gate requires.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Question {
    site: usize,
    /// Anonymous sessions are accepted.
    anonymous: bool,
    /// Only API tokens are.
    bearer: bool,
    touch: bool,
    scopes: Vec<String>,
    max_auth_age: Option<Duration>,
}

impl Question {
    /// Reads `APP[/REQ…]`. What follows a segment `-` is the client's, and ignored. `None` where the app or a
    /// requirement is unknown.
    fn parse(rest: &str, config: &Config) -> Option<Self> {
        let mut segments = rest.split('/');
        let name = segments.next()?;
        let site = config.sites.iter().position(|site| site.name == name)?;
        let mut question = Question {
            site,
            anonymous: false,
            bearer: false,
            touch: true,
            scopes: Vec::new(),
            max_auth_age: None,
        };
        for segment in segments.take_while(|segment| *segment != "-") {
            let segment = percent_decode_str(segment).decode_utf8().ok()?;
            match segment.split_once('=') {
                None if segment == "anonymous" => question.anonymous = true,
                None if segment == "bearer" => question.bearer = true,
                None if segment == "no-touch" => question.touch = false,
                // No session has a scope with the shape of a token, and the answer names the scope.
                Some(("scope", scope)) if !holds_token(scope) => {
                    for scope in split_list(scope) {
                        question.scopes.push(parse_scope(&scope).ok()?);
                    }
                }
                Some(("max-auth-age", age)) if question.max_auth_age.is_none() => {
                    question.max_auth_age = Some(parse_duration(age).ok()?);
                }
                _ => return None,
            }
        }
        Some(question)
    }

    /// Whether a session can be one of this site at all: of its app, of a kind that it accepts, and presented in the
    /// place for that kind.
    fn concerns(&self, session: &Session, is_bearer: bool, site: &Site) -> bool {
        let app = session.client.app.as_deref();
        match session.kind {
            Kind::Api => is_bearer && app.is_none_or(|app| app == site.name),
            Kind::Anonymous if !self.anonymous => false,
            Kind::Anonymous | Kind::Web | Kind::Sso => !is_bearer && app == Some(site.name.as_str()),
        }
    }
}

/// What a token is to a question.
enum Standing {
    Accepted(Box<Found>),
    NoSession,
    MissingScope(Box<Found>),
    LoginTooOld(Box<Found>),
    Undetermined,
}

/// Answers the proxy.
pub(super) async fn answer(front: &Arc<Front>, mode: Mode, rest: &str, asked: &Asked<'_>) -> Reply {
    let Some(question) = Question::parse(rest, &front.config) else {
        front.log.notice_once_a_minute(
            "the gate was asked about an unknown app or requirement: check the proxy's configuration",
        );
        return Reply::text(ROUTE, StatusCode::INTERNAL_SERVER_ERROR, "unknown app or requirement\n");
    };
    let started = Instant::now();
    let standing = standing(front, &question, asked).await;
    let reply = Answer { front, mode, question: &question, asked }.to(&standing);
    front.metrics.gate_seconds.observe(started.elapsed().as_secs_f64());
    Reply { site: Some(question.site), ..reply }
}

async fn standing(front: &Arc<Front>, question: &Question, asked: &Asked<'_>) -> Standing {
    let (token, is_bearer) = match Presented::read(asked.headers, &front.config.cookie) {
        Presented::Bearer(token) => (token, true),
        Presented::Cookie(token) if !question.bearer => (token, false),
        other => {
            if matches!(other, Presented::Ambiguous) {
                front.metrics.ambiguous_tokens.inc();
            }
            return without_token(front).await;
        }
    };
    let requirements = Requirements {
        scopes: question.scopes.clone(),
        max_auth_age: question.max_auth_age,
        ip: client::client_address(asked.headers, asked.peer, &front.config.trusted_proxies),
        ..Requirements::default()
    };
    match verification::verify(front, token, requirements).await {
        Ok(answer) => judge(front, question, is_bearer, answer).await,
        Err(_) => Standing::Undetermined,
    }
}

/// Without a token there is no session, where that can be said at all: a login would not help while the database cannot
/// be read or the clock is behind, and an application that lets visitors in must not take that for a visitor.
async fn without_token(front: &Arc<Front>) -> Standing {
    match front.read(clock::guard).await {
        Ok(_) => Standing::NoSession,
        Err(_) => Standing::Undetermined,
    }
}

async fn judge(front: &Arc<Front>, question: &Question, is_bearer: bool, answer: Verification) -> Standing {
    let site = &front.config.sites[question.site];
    match &answer.verdict {
        Verdict::Active(found) if question.concerns(&found.session, is_bearer, site) => {
            if question.touch {
                verification::note_use(front, found, &answer).await;
            }
        }
        Verdict::Insufficient(found, _) if question.concerns(&found.session, is_bearer, site) => {}
        _ => return Standing::NoSession,
    }
    match answer.verdict {
        Verdict::Active(found) => Standing::Accepted(found),
        Verdict::Insufficient(found, UnmetRequirement::Scope(_)) => Standing::MissingScope(found),
        Verdict::Insufficient(found, UnmetRequirement::AuthAge { .. }) => Standing::LoginTooOld(found),
        _ => Standing::NoSession,
    }
}

/// Puts the answer together.
struct Answer<'a> {
    front: &'a Front,
    mode: Mode,
    question: &'a Question,
    asked: &'a Asked<'a>,
}

impl Answer<'_> {
    fn to(&self, standing: &Standing) -> Reply {
        match standing {
            Standing::Accepted(found) => self.accept(Some(&found.session)),
            Standing::MissingScope(found) => self.missing_scope().about(Some(found.session.id)),
            Standing::LoginTooOld(found) => self.login_too_old(&found.session).about(Some(found.session.id)),
            Standing::NoSession => self.no_session(),
            Standing::Undetermined => {
                self.count(GateResult::Unavailable);
                Reply::unavailable(ROUTE)
            }
        }
    }

    fn count(&self, result: GateResult) {
        self.front.metrics.gate_answer(self.question.site, result);
    }

    fn accept(&self, session: Option<&Session>) -> Reply {
        self.count(if session.is_some() { GateResult::Accepted } else { GateResult::Anonymous });
        let mut reply = Reply::empty(ROUTE, StatusCode::OK).about(session.map(|session| session.id));
        identity::add(reply.headers(), session);
        reply
    }

    fn no_session(&self) -> Reply {
        if self.question.bearer || !client::is_navigation(self.asked.headers) {
            if self.question.anonymous && !self.question.bearer {
                return self.accept(None);
            }
            return self.challenge("", "login_required");
        }
        self.send_to(if self.question.anonymous { "start" } else { "login" })
    }

    fn login_too_old(&self, session: &Session) -> Reply {
        if client::is_navigation(self.asked.headers) {
            match session.kind {
                Kind::Web | Kind::Sso => return self.send_to("reauth"),
                Kind::Anonymous => return self.send_to("login"),
                // No page gives a program's token a newer login.
                Kind::Api => {}
            }
        }
        let age = self.question.max_auth_age.unwrap_or_default().as_secs();
        let error = format!(", error=\"insufficient_user_authentication\", max_age={age}");
        self.challenge(&error, "insufficient_user_authentication")
    }

    fn missing_scope(&self) -> Reply {
        self.count(GateResult::MissingScope);
        let scopes = self.question.scopes.join(" ");
        let value = format!("{}, error=\"insufficient_scope\", scope=\"{scopes}\"", self.realm());
        Reply::empty(ROUTE, StatusCode::FORBIDDEN)
            .with(WWW_AUTHENTICATE, &value)
            .body("application/json", "{\"error\":\"insufficient_scope\"}")
    }

    fn challenge(&self, more: &str, error: &str) -> Reply {
        self.count(GateResult::Challenge);
        Reply::empty(ROUTE, StatusCode::UNAUTHORIZED)
            .with(WWW_AUTHENTICATE, &format!("{}{more}", self.realm()))
            .body("application/json", format!("{{\"error\":\"{error}\"}}"))
    }

    fn realm(&self) -> String {
        format!("Bearer realm=\"{}\"", self.site().name)
    }

    fn site(&self) -> &Site {
        &self.front.config.sites[self.question.site]
    }

    /// Sends the browser to one of our pages, with the page to return to.
    fn send_to(&self, page: &str) -> Reply {
        self.count(if page == "reauth" { GateResult::StepUp } else { GateResult::Login });
        let (return_to, unsent) = self.return_to();
        let (origin, prefix) = (&self.site().origin, &self.front.config.prefix);
        let unsent = if unsent { "&unsent=1" } else { "" };
        let location = format!("{origin}{prefix}/{page}?rd={}{unsent}", return_to.in_query());
        match self.mode {
            Mode::Forward => Reply::redirect(ROUTE, &location),
            Mode::Auth => Reply::empty(ROUTE, StatusCode::UNAUTHORIZED)
                .with(LOCATION, &location)
                .with(WWW_AUTHENTICATE, &self.realm()),
        }
    }

    /// The page to return to, and whether a form was on its way and is lost. A form cannot be sent again after the
    /// login, so that the browser returns to the page that it came from.
    fn return_to(&self) -> (ReturnTo, bool) {
        let Asked { headers, method, peer } = self.asked;
        let config = &self.front.config;
        let trusted = client::is_trusted(*peer, &config.trusted_proxies);
        let forwarded = |name: &HeaderName| if trusted { single(headers, name) } else { None };
        let method = forwarded(&FORWARDED_METHOD).unwrap_or(method.as_str());
        if matches!(method, "GET" | "HEAD") {
            let uri = forwarded(&FORWARDED_URI).unwrap_or_default();
            return (ReturnTo::new(uri, &config.prefix), false);
        }
        let origin = self.site().origin.to_string();
        let path = single(headers, &REFERER).and_then(|referer| referer.strip_prefix(origin.as_str()));
        (path.map_or_else(ReturnTo::root, |path| ReturnTo::new(path, &config.prefix)), true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_is_read_up_to_the_segment_of_the_client() {
        let config = Config::new(vec!["shop=https://shop.example".parse().unwrap()]);
        let parse = |rest: &str| Question::parse(rest, &config);
        let plain = parse("shop").unwrap();
        assert!(!plain.anonymous && !plain.bearer && plain.touch && plain.scopes.is_empty());
        let full =
            parse("shop/anonymous/bearer/no-touch/scope=orders:write/scope=a%2Fb/max-auth-age=10m").unwrap();
        assert!(full.anonymous && full.bearer && !full.touch);
        assert_eq!(full.scopes, ["orders:write", "a/b"]);
        assert_eq!(full.max_auth_age, Some(Duration::from_secs(600)));
        assert_eq!(parse("shop/-/anonymous"), Some(plain));
        for rest in
            ["", "shop/", "wiki", "shop/x", "shop/scope=", "shop/max-auth-age=x", "Shop", "shop/anonymous/"]
        {
            assert_eq!(parse(rest), None, "{rest}");
        }
        assert_eq!(parse(&format!("shop/scope=or{}dy", "a1".repeat(32))), None, "it would come back");
    }
}
