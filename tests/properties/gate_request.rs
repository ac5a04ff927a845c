//! The gate and the pages: whatever a request holds, nobody is accepted without a token of the site, and each answer keeps
//! what proxies and browsers depend on.
//!
//! The first line is the request's target, further lines are its fields. `{web}`, `{anonymous}`, `{sso}`, `{wiki}` and
//! `{api}` stand for tokens of active sessions, the first two and the last of them at the shop.

use std::cell::OnceCell;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response};
use sessionctl_core::model::hash_limit::Unlimited;
use sessionctl_core::model::random::{Randomness, RandomnessError};
use sessionctl_core::model::session::Kind;
use sessionctl_core::testing::{CountingRandomness, Fixture, create_session, new_session};
use sessionctl_server::{AnswerBody, Config, Front, Machine, Peer};
use tokio::runtime::Runtime;

const IDENTITY: [&str; 5] =
    ["remote-user", "remote-session", "remote-kind", "remote-scopes", "remote-auth-time"];
const SHOP: &str = "https://shop.example";
/// The gate of the shop.
const GATES: [&str; 2] = ["/_session/auth/", "/_session/forward/"];

/// A change draws other bytes than the sessions that exist.
struct NoRandomness;

impl Randomness for NoRandomness {
    fn fill(&mut self, _bytes: &mut [u8]) -> Result<(), RandomnessError> {
        Err(RandomnessError("no request of this property creates anything".to_owned()))
    }
}

struct World {
    front: Arc<Front>,
    runtime: Runtime,
    /// Each name with its token.
    tokens: Vec<(&'static str, String)>,
    _fixture: Fixture,
}

thread_local! {
    static WORLD: OnceCell<World> = const { OnceCell::new() };
}

fn world() -> World {
    let mut fixture = Fixture::new();
    let web = fixture.session(Kind::Web, Some("bob"));
    let anonymous = fixture.session(Kind::Anonymous, None);
    let sso = fixture.session(Kind::Sso, Some("bob"));
    let api = fixture.api("bob", &["orders"]);
    let mut wiki = new_session(Kind::Web, Some(fixture.user("bob")), None, &[]);
    wiki.client.app = Some("wiki".to_owned());
    let mut random = CountingRandomness::default();
    random.fill(&mut [0; 4096]).expect("it counts");
    let wiki = create_session(&mut fixture.store, &mut random, &wiki);
    let sites = ["shop=https://shop.example", "wiki=https://wiki.example"];
    let config = Config::new(sites.map(|site| site.parse().expect("a site")).to_vec());
    let machine = Machine {
        factory: Arc::new(fixture.factory.clone()),
        clock: fixture.clock.clone(),
        random: Arc::new(|| Box::new(NoRandomness)),
        hashing: Arc::new(Unlimited),
        account: 1,
    };
    World {
        front: Arc::new(Front::new(config, machine, 1).expect("a front")),
        runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
        tokens: vec![
            ("{web}", web.as_str().to_owned()),
            ("{anonymous}", anonymous.as_str().to_owned()),
            ("{sso}", sso.as_str().to_owned()),
            ("{wiki}", wiki.as_str().to_owned()),
            ("{api}", api.as_str().to_owned()),
        ],
        _fixture: fixture,
    }
}

/// Checks the property.
pub(crate) fn holds(bytes: &[u8]) {
    WORLD.with(|world| world.get_or_init(self::world).check(&String::from_utf8_lossy(bytes)));
}

impl World {
    fn check(&self, text: &str) {
        let mut filled = text.to_owned();
        for (name, token) in &self.tokens {
            filled = filled.replace(name, token);
        }
        let mut lines = filled.lines();
        let target = lines.next().unwrap_or_default();
        let mut request = Request::builder().uri(target);
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            request = request.header(name, value);
        }
        // What is no request never reaches a route.
        let Ok(request) = request.body(Full::new(Bytes::new())) else { return };
        let path = request.uri().path().to_owned();
        let answer = self.runtime.block_on(async {
            let delivery = self.front.delivery();
            let peer = Peer::Tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, 1)));
            let answer = self.front.answer(request, peer, &delivery).await;
            delivery.confirm();
            answer
        });
        self.check_answer(&filled, &answer);
        if GATES.iter().any(|gate| path.starts_with(gate)) {
            self.check_gate(&filled, &path, &answer);
        }
    }

    fn header<'a>(answer: &'a Response<AnswerBody>, name: &str) -> Option<&'a str> {
        answer.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// What every answer keeps: nothing is stored except for files, no token of the request comes back, and a redirect
    /// leads to a registered origin or a path.
    fn check_answer(&self, asked: &str, answer: &Response<AnswerBody>) {
        let cache = Self::header(answer, "cache-control");
        assert!(cache.is_some_and(|cache| cache == "no-store" || cache.ends_with("immutable")), "{asked:?}");
        for value in answer.headers().values() {
            let is_token =
                |token: &String| value.as_bytes().windows(token.len()).any(|part| part == token.as_bytes());
            assert!(!self.tokens.iter().any(|(_, token)| is_token(token)), "a token comes back: {asked:?}");
        }
        if let Some(location) = Self::header(answer, "location") {
            let below = location.strip_prefix(SHOP).or_else(|| location.strip_prefix("https://wiki.example"));
            let path = below.unwrap_or(location);
            let is_path = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\");
            assert!(is_path, "{asked:?} leads to {location:?}");
        }
    }

    /// Only a token of the site is accepted, with all identity headers, and without a cookie.
    fn check_gate(&self, asked: &str, path: &str, answer: &Response<AnswerBody>) {
        let status = answer.status().as_u16();
        // 400: the target and the Host field name two hosts, or none.
        assert!(matches!(status, 200 | 303 | 400 | 401 | 403 | 500), "{status} to {asked:?}");
        assert!(!answer.headers().contains_key("set-cookie"), "{asked:?}");
        let count = |name: &&str| answer.headers().get_all(*name).iter().count();
        let identities: usize = IDENTITY.iter().map(count).sum();
        assert_eq!(identities, if status == 200 { IDENTITY.len() } else { 0 }, "{asked:?}");
        if status != 200 {
            return;
        }
        let kind = Self::header(answer, "remote-kind").unwrap_or_default();
        let app = path.split('/').nth(3).unwrap_or_default();
        let needed = match (kind, app) {
            ("", _) => {
                assert!(path.contains("/anonymous"), "nobody is accepted: {asked:?}");
                assert_eq!(Self::header(answer, "remote-user"), Some(""), "{asked:?}");
                return;
            }
            ("web", "shop") => "{web}",
            ("web", "wiki") => "{wiki}",
            ("anonymous", "shop") => "{anonymous}",
            ("sso", "shop") => "{sso}",
            ("api", _) => "{api}",
            other => panic!("{other:?} is accepted: {asked:?}"),
        };
        let token = self.tokens.iter().find(|(name, _)| *name == needed).map(|(_, token)| token.as_str());
        assert!(token.is_some_and(|token| asked.contains(token)), "accepted without {needed}: {asked:?}");
    }
}
