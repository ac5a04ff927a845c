//! A front on a store in memory, with a clock that is set by hand.

#![expect(clippy::unwrap_used, reason = "a test fails where its scene cannot be set")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Request};
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::ops::user;
use sessionctl_core::testing::{CountingRandomness, Fixture, TestSession, create_session, new_session};
use sessionctl_server::{AnswerBody, Config, Front, Machine, Peer, Surface};
use tokio::runtime::Runtime;

pub(crate) const PASSWORD: &str = "correct horse battery staple";
/// The account that runs the front.
const ACCOUNT: u32 = 1_000;
pub(crate) const COOKIE: &str = "__Host-Http-session";

/// The front of a shop and a wiki, and the store below it.
pub(crate) struct Scene {
    pub(crate) fixture: Fixture,
    pub(crate) front: Arc<Front>,
    runtime: Runtime,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// A member of the JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The token in the cookie that the answer sets.
    pub(crate) fn token(&self) -> Option<String> {
        let value = self.header("set-cookie")?.strip_prefix(COOKIE)?.strip_prefix('=')?.split(';').next()?;
        Some(value.to_owned()).filter(|value| !value.is_empty())
    }
}

/// A request that is not sent yet.
pub(crate) struct Ask {
    method: &'static str,
    path: String,
    fields: Vec<(String, String)>,
    body: String,
    from: Peer,
    surface: Surface,
}

pub(crate) fn get(path: impl Into<String>) -> Ask {
    let from = Peer::Tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, 4000)));
    Ask {
        method: "GET",
        path: path.into(),
        fields: Vec::new(),
        body: String::new(),
        from,
        surface: Surface::Pages,
    }
    .with("host", "shop.example")
}

/// A form that a page of the shop sends.
pub(crate) fn post(path: impl Into<String>, form: &str) -> Ask {
    let ask = get(path).navigation().with("sec-fetch-site", "same-origin");
    let ask = ask.with("content-type", "application/x-www-form-urlencoded");
    Ask { method: "POST", body: form.to_owned(), ..ask }
}

/// A call of the API on a Unix socket, by the account that runs the front.
pub(crate) fn call(method: &'static str, path: &str, body: &str) -> Ask {
    let ask = get(path).with("content-type", "application/json");
    Ask { method, body: body.to_owned(), from: Peer::Unix(Some(ACCOUNT)), surface: Surface::Api, ..ask }
}

impl Ask {
    /// By another account, which is an application.
    pub(crate) fn by_application(self) -> Self {
        Ask { from: Peer::Unix(Some(ACCOUNT + 1)), ..self }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn method(self, method: &'static str) -> Self {
        Ask { method, ..self }
    }

    pub(crate) fn from(self, address: &str) -> Self {
        Ask { from: Peer::Tcp(SocketAddr::new(address.parse().unwrap(), 1)), ..self }
    }

    pub(crate) fn cookie(self, token: &str) -> Self {
        self.with("cookie", &format!("{COOKIE}={token}"))
    }

    pub(crate) fn navigation(self) -> Self {
        self.with("sec-fetch-mode", "navigate").with("sec-fetch-dest", "document")
    }

    pub(crate) fn fetch(self) -> Self {
        self.with("sec-fetch-mode", "cors").with("sec-fetch-dest", "empty")
    }
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let fixture = Fixture::new();
        let sites = ["shop=https://shop.example", "wiki=https://wiki.example"];
        let mut config = Config::new(sites.map(|site| site.parse().unwrap()).to_vec());
        change(&mut config);
        let random = std::sync::Mutex::new(CountingRandomness::default());
        let machine = Machine {
            hashing: Arc::new(sessionctl_core::model::hash_limit::Unlimited),
            account: ACCOUNT,
            factory: Arc::new(fixture.factory.clone()),
            clock: fixture.clock.clone(),
            random: Arc::new(move || {
                let mut random = random.lock().unwrap();
                // Each change goes on where the one before it stopped.
                let mut skipped = [0; 64];
                sessionctl_core::model::random::Randomness::fill(&mut *random, &mut skipped).unwrap();
                Box::new(random.clone())
            }),
        };
        let front = Arc::new(Front::new(config, machine, 2).unwrap());
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Scene { fixture, front, runtime }
    }

    /// With a user who has a password.
    pub(crate) fn with_user(name: &str) -> Self {
        let mut scene = Self::new();
        scene.add_user(name);
        scene
    }

    pub(crate) fn add_user(&mut self, name: &str) {
        let name = name.parse().unwrap();
        self.fixture.run(|cx| user::add(cx, &name, Some(PASSWORD.as_bytes()))).unwrap();
    }

    pub(crate) fn send(&self, ask: Ask) -> Answer {
        let (mut answer, body) = self.open(ask);
        let body = self.runtime.block_on(body.collect()).unwrap().to_bytes();
        answer.body = String::from_utf8(body.to_vec()).unwrap();
        answer
    }

    /// Sends a request, and returns the answer with a body that is still to be read.
    pub(crate) fn open(&self, ask: Ask) -> (Answer, AnswerBody) {
        self.runtime.block_on(async {
            let delivery = self.front.delivery();
            let mut request = Request::builder().method(ask.method).uri(ask.path);
            for (name, value) in ask.fields {
                request = request.header(name, value);
            }
            let request = request.body(Full::new(Bytes::from(ask.body))).unwrap();
            let answer = self.front.answer_on(ask.surface, request, ask.from, &delivery).await;
            delivery.confirm();
            let (head, body) = answer.into_parts();
            (Answer { status: head.status.as_u16(), headers: head.headers, body: String::new() }, body)
        })
    }

    /// The next part of a stream, waited for at most this long; `None` where the stream has ended.
    ///
    /// # Panics
    /// Where nothing comes.
    pub(crate) fn next_part(&self, body: &mut AnswerBody, timeout: Duration) -> Option<String> {
        let part = self.runtime.block_on(async { tokio::time::timeout(timeout, body.frame()).await });
        let part = part.unwrap_or_else(|_| panic!("nothing came within {timeout:?}"))?;
        Some(String::from_utf8(part.unwrap().into_data().unwrap().to_vec()).unwrap())
    }

    /// A session of the shop.
    pub(crate) fn session(&mut self, kind: Kind, user: Option<&str>) -> TestSession {
        self.fixture.session(kind, user)
    }

    /// A session of another app, or of none.
    pub(crate) fn session_of(&mut self, app: Option<&str>, kind: Kind, scopes: &[&str]) -> TestSession {
        let user = self.fixture.user("bob");
        let mut session = new_session(kind, Some(user), None, scopes);
        session.client.app = app.map(str::to_owned);
        let mut random = CountingRandomness::default();
        // Other bytes than the fixture's own.
        let mut skipped = [0; 4096];
        sessionctl_core::model::random::Randomness::fill(&mut random, &mut skipped).unwrap();
        create_session(&mut self.fixture.store, &mut random, &session)
    }

    pub(crate) fn state(&self, id: SessionId) -> State {
        self.fixture.state(id)
    }
}
