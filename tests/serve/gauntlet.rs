//! What each proxy must do: who reaches the application behind it, and with which identity.

use std::path::Path;
use std::process::Command;

use crate::app::{App, MARK};
use crate::front::{Front, Process, free_address, wait_until};
use crate::http::{Answer, Request, get};
use crate::long::{count, report};
use crate::programs::Program;
use crate::random::{self, Random};

/// What a client may claim about itself, in every spelling that an application could take for an identity header.
const FORGED: [&str; 17] = [
    "Remote-User",
    "Remote-Session",
    "Remote-Kind",
    "Remote-Scopes",
    "Remote-Auth-Time",
    "Remote_User",
    "Remote_Session",
    "Remote_Kind",
    "Remote_Scopes",
    "Remote_Auth_Time",
    "Remote.User",
    "Remote.Session",
    "Remote.Kind",
    "Remote.Scopes",
    "Remote.Auth.Time",
    "REMOTE-USER",
    "remote-user",
];

/// Paths that lead out of the pages for a proxy that resolves them in another way than its rules do.
const ODD_PATHS: [&str; 20] = [
    "/_session/../secret",
    "/_session/./../secret",
    "/_session//../secret",
    "/_session/..%2fsecret",
    "/_session/%2e%2e/secret",
    "/_session/%2e%2e%2fsecret",
    "/_session/..;/secret",
    "/_session/..\\secret",
    "/_session/..%5csecret",
    "/_session\\..\\secret",
    "/_session%2f..%2fsecret",
    "/_session/../_session/../secret",
    "/_session/auth/shop/../../../secret",
    "/_session",
    "/_sessionx",
    "/%5fsession/x",
    "//_session/x",
    "/./_session/../secret",
    "/_session-gate",
    "/secret?/_session/",
];

pub(crate) struct Site {
    pub(crate) front: Front,
    app: App,
    proxy: Process,
    name: &'static str,
}

/// How a proxy is started, in a folder of its own, from its recipe.
pub(crate) type Start = fn(&Front, &App, &Path) -> Command;

impl Site {
    /// `None` where the proxy is not installed.
    pub(crate) fn start(name: &'static str, program: Program, start: Start) -> Option<Self> {
        let program = program.find_or_leave_out()?;
        let front = Front::start_behind(free_address(), free_address(), &[]);
        let app = App::start();
        let mut command = start(&front, &app, &program);
        let proxy = Process::start(&mut command).ends_gently().wait_for(front.site);
        // A proxy may listen before it has read all of its configuration.
        wait_until("the proxy asks the gate", || {
            get(front.site, "/").try_send().is_some_and(|answer| answer.status == 401)
        });
        Some(Site { front, app, proxy, name })
    }

    fn get(&self, path: &str) -> Request {
        get(self.front.site, path)
    }

    /// Nothing reaches the application.
    fn denied(&self, what: &str, request: &Request) -> Option<Answer> {
        let before = self.app.reached();
        let answer = request.try_send();
        assert_eq!(self.app.reached(), before, "{}: {what} reached the application: {answer:?}", self.name);
        if let Some(answer) = &answer {
            assert!(!answer.body.contains(MARK), "{}: {what}", self.name);
        }
        answer
    }

    pub(crate) fn run_all(&mut self) {
        self.without_a_session();
        self.with_a_session();
        self.removed_identity();
        self.websocket();
        self.odd_paths();
        self.random_requests();
        self.revocation();
        self.front_down();
    }

    fn without_a_session(&self) {
        let answer = self.denied("navigation", &self.get("/cart?item=1").navigation()).expect("an answer");
        let login = format!("http://localhost:{}/_session/login?rd=/cart%3Fitem%3D1", self.front.site.port());
        assert_eq!((answer.status, answer.header("location")), (303, Some(login.as_str())), "{}", self.name);
        // The longest page to return to, of which each character is written as three.
        let longest = format!("/cart?{}", "&".repeat(2_042));
        let answer = self.denied("a long page", &self.get(&longest).navigation()).expect("an answer");
        let place = answer.header("location").unwrap_or_default();
        assert!(place.len() > 6_000 && place.ends_with("%26"), "{}: {}", self.name, answer.status);
        let path = place.split_once("/_session/").map(|(_, rest)| format!("/_session/{rest}"));
        let login = self.get(&path.expect("a page of ours")).navigation().send();
        assert_eq!(login.status, 200, "{}: the login behind a long page", self.name);
        for (what, request) in [
            ("program", self.get("/cart")),
            ("fetch", self.get("/cart").with("Sec-Fetch-Mode", "cors").with("Sec-Fetch-Dest", "empty")),
            ("POST", self.get("/cart").method("POST").body("a=b")),
            ("HEAD", self.get("/cart").method("HEAD")),
            ("DELETE", self.get("/cart").method("DELETE")),
            ("websocket", {
                self.get("/ws")
                    .with("Upgrade", "websocket")
                    .with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
            }),
            ("malformed cookie", self.get("/").with("Cookie", "__Host-Http-session=abc")),
            (
                "unknown bearer",
                self.get("/").with("Authorization", &format!("Bearer sctl_{}", "a".repeat(64))),
            ),
        ] {
            let answer = self.denied(what, &request).expect("an answer");
            assert_eq!(answer.status, 401, "{}: {what}", self.name);
            assert_eq!(
                answer.header("www-authenticate"),
                Some("Bearer realm=\"shop\""),
                "{}: {what}",
                self.name
            );
            assert_eq!(answer.head.to_lowercase().matches("www-authenticate").count(), 1, "{}", self.name);
        }
        let forged = FORGED.iter().fold(self.get("/"), |request, name| request.with(name, "mallory"));
        assert_eq!(self.denied("forged identity", &forged).map(|answer| answer.status), Some(401));
    }

    fn with_a_session(&self) {
        let cookie = self.front.log_in_at(self.front.site);
        let ask = |path: &str| self.get(path).with("Cookie", &cookie);
        let forged = FORGED.iter().fold(ask("/cart"), |request, name| request.with(name, "mallory"));
        for (what, request) in [("plain", ask("/cart")), ("forged", forged)] {
            let answer = request.send();
            assert_eq!(answer.status, 200, "{}: {what}: {answer:?}", self.name);
            let seen: Vec<(String, String)> = answer
                .body
                .lines()
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
                .filter(|(name, _)| name.starts_with("remote"))
                .collect();
            let value =
                |name: &str| seen.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            assert_eq!(value("remote-user"), Some("alice"), "{}: {what}: {seen:?}", self.name);
            assert_eq!(value("remote-kind"), Some("web"), "{}: {what}: {seen:?}", self.name);
            assert!(value("remote-session").is_some_and(|id| id.parse::<u64>().is_ok()), "{}", self.name);
            assert!(value("remote-auth-time").is_some_and(|at| at.parse::<u64>().is_ok()), "{}", self.name);
            assert!(value("remote-scopes").is_none_or(str::is_empty), "{}: {what}: {seen:?}", self.name);
            assert!(seen.iter().all(|(_, value)| value != "mallory"), "{}: {what}: {seen:?}", self.name);
            assert!(seen.len() <= 5, "{}: {what}: {seen:?}", self.name);
        }
        let post = ask("/order").method("POST").body("item=laptop").send();
        assert!(post.status == 200 && post.body.ends_with("item=laptop"), "{}: {post:?}", self.name);
        let head = ask("/cart").method("HEAD").send();
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{}", self.name);
        let twice = ask("/").with("Cookie", &cookie);
        self.denied("two cookies", &twice);
        let both = self.get("/").with("Cookie", &format!("{cookie}; {cookie}"));
        self.denied("two cookies in one field", &both);
        let page = self.get("/_session/login").navigation().with("Cookie", &cookie).send();
        assert_eq!((page.status, page.header("location")), (303, Some("/")), "{}: {page:?}", self.name);
    }

    /// A client can remove an identity header on its way to the application, and never set one.
    fn removed_identity(&self) {
        let cookie = self.front.log_in_at(self.front.site);
        for connection in ["close, Remote-User", "close, Remote-Scopes, Remote-Auth-Time"] {
            let request = self.get("/cart").with("Cookie", &cookie);
            let request = FORGED.iter().fold(request, |request, name| request.with(name, "mallory"));
            let answer =
                request.replace("Connection: close", &format!("Connection: {connection}")).try_send();
            assert!(
                answer.is_none_or(|answer| !answer.body.contains("mallory")),
                "{}: {connection}",
                self.name
            );
        }
        // More than the 8 kB that a proxy may take by default; without a session it must not pass either.
        let large = format!("pad={}", "x".repeat(9_000));
        let passed = self.get("/").with("Cookie", &format!("{large}; {cookie}")).send();
        assert_eq!(passed.status, 200, "{}: a cookie of 9 kB: {passed:?}", self.name);
        self.denied("a large cookie", &self.get("/").with("Cookie", &large));
    }

    fn websocket(&self) {
        let cookie = self.front.log_in_at(self.front.site);
        let request = self.get("/ws").with("Cookie", &cookie).with("Sec-WebSocket-Version", "13");
        let request =
            request.with("Upgrade", "websocket").with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        let answer = request.replace("Connection: close", "Connection: Upgrade").send();
        assert_eq!(answer.status, 101, "{}: {answer:?}", self.name);
        assert!(answer.body.contains("hello"), "{}: {answer:?}", self.name);
    }

    fn odd_paths(&self) {
        for path in ODD_PATHS {
            self.denied(path, &self.get(path));
            self.denied(path, &self.get(path).navigation());
        }
        for name in
            ["X-Forwarded-Uri", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Host", "X-Forwarded-Method"]
        {
            self.denied(name, &self.get("/secret").with(name, "/_session/login"));
        }
    }

    /// Without a cookie, nothing that a client can write reaches the application.
    fn random_requests(&self) {
        let seed = random::seed();
        let mut random = Random::new(seed);
        let count = count(20_000, 1_000);
        for _ in 0..count {
            let (what, request) = random.request(&self.get("/"));
            self.denied(&format!("{what} (seed {seed})"), &request);
        }
        report("random requests without a cookie that reach the application", count, self.name);
    }

    fn revocation(&self) {
        let cookie = self.front.log_in_at(self.front.site);
        let ask = self.get("/").with("Cookie", &cookie);
        assert_eq!(ask.send().status, 200, "{}", self.name);
        self.front.run(&["revoke", "--user", "alice", "--yes", "-q"]);
        assert_eq!(self.denied("revoked", &ask).map(|answer| answer.status), Some(401), "{}", self.name);
    }

    fn front_down(&mut self) {
        let cookie = self.front.log_in_at(self.front.site);
        self.front.stop();
        let answer = self.denied("front down", &self.get("/").with("Cookie", &cookie)).expect("an answer");
        assert!((500..600).contains(&answer.status), "{}: {answer:?}", self.name);
        assert!(self.proxy.child.try_wait().expect("a child").is_none(), "{} ended", self.name);
    }
}
