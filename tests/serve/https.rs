//! Each recipe with https and a login host: one login through the real proxy, with curl in the browser's place and
//! certificates of the test.

use std::process::{Command, Output};

use crate::app::{App, MARK};
use crate::front::{Front, PASSWORD, Process, free_address, wait_until};
use crate::programs::{CURL, OPENSSL};
use crate::proxies::PROXIES;

const SITE: &str = "shop.localhost";
const LOGIN: &str = "login.localhost";

/// A site and its login host behind a proxy, and a browser's cookies.
struct Https {
    name: &'static str,
    front: Front,
    app: App,
    _proxy: Process,
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// A certificate for each host, where the recipes have them: HAProxy reads the key in the same file.
fn certify(front: &Front) {
    let openssl = OPENSSL.find().expect("it was looked for");
    for folder in ["certs", "private", "haproxy"] {
        std::fs::create_dir_all(front.path(folder)).expect("a folder");
    }
    let mut all = String::new();
    for host in [SITE, LOGIN] {
        let (certificate, key) =
            (front.path(&format!("certs/{host}.pem")), front.path(&format!("private/{host}.key")));
        let mut command = Command::new(&openssl);
        command.args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
        ]);
        command.args(["-subj", &format!("/CN={host}"), "-addext", &format!("subjectAltName=DNS:{host}")]);
        run(command.arg("-out").arg(&certificate).arg("-keyout").arg(&key));
        let read = |path| std::fs::read_to_string(path).expect("it was written");
        let (certificate, key) = (read(&certificate), read(&key));
        let both = front.path(&format!("haproxy/{host}.pem"));
        std::fs::write(both, format!("{certificate}{key}")).expect("a file");
        all.push_str(&certificate);
    }
    std::fs::write(front.path("trusted.pem"), all).expect("a file");
}

/// What curl ends with: the status, the address, and the body.
#[derive(Debug)]
struct Page {
    status: u16,
    address: String,
    body: String,
}

impl Https {
    /// `None` where a program is not installed.
    fn start(name: &str) -> Option<Self> {
        let (name, program, start, needs) =
            PROXIES.iter().find(|(known, ..)| *known == name).expect("a proxy");
        for needed in [CURL, OPENSSL].iter().chain(needs) {
            needed.find_or_leave_out()?;
        }
        let (program, site) = (program.find_or_leave_out()?, free_address());
        let origin = |host: &str| format!("https://{host}:{}", site.port());
        let login = origin(LOGIN);
        let front = Front::start_at(origin(SITE), site, free_address(), &["--login", &login]);
        certify(&front);
        let app = App::start();
        let mut command = start(&front, &app, &program);
        let proxy = Process::start(&mut command).ends_gently().wait_for(front.site);
        let https = Https { name, front, app, _proxy: proxy };
        wait_until("the proxy has read its configuration", || https.try_open(&https.at(SITE, "/")).is_some());
        let https_page = https.open(&https.at(SITE, "/"));
        assert!(https_page.address.starts_with(&login), "{name}: {https_page:?}");
        Some(https)
    }

    fn at(&self, host: &str, path: &str) -> String {
        format!("https://{host}:{}{path}", self.front.site.port())
    }

    /// curl as a browser: it keeps cookies, follows redirections, and checks the certificates.
    fn curl(&self, address: &str, more: &[&str]) -> Output {
        let mut command = Command::new(CURL.find().expect("it was looked for"));
        command.args([
            "--silent",
            "--show-error",
            "--location",
            "--max-redirs",
            "8",
            "--max-time",
            "180",
            "--noproxy",
            "*",
        ]);
        for host in [SITE, LOGIN] {
            command.args(["--resolve", &format!("{host}:{}:127.0.0.1", self.front.site.port())]);
        }
        let jar = self.front.path("jar");
        command.arg("--cacert").arg(self.front.path("trusted.pem"));
        command.arg("--cookie").arg(&jar).arg("--cookie-jar").arg(&jar);
        command.args(["--header", "Sec-Fetch-Mode: navigate", "--header", "Sec-Fetch-Dest: document"]);
        command.args(["--write-out", "\n%{http_code} %{url_effective}"]).args(more).arg(address);
        command.output().expect("curl runs")
    }

    fn try_open(&self, address: &str) -> Option<Page> {
        self.read(self.curl(address, &[])).ok().filter(|page| page.status == 200)
    }

    fn open(&self, address: &str) -> Page {
        self.read(self.curl(address, &[])).unwrap_or_else(|error| panic!("{}: {address}: {error}", self.name))
    }

    fn read(&self, output: Output) -> Result<Page, String> {
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (body, last) = text.rsplit_once('\n').ok_or("no last line")?;
        let (status, address) = last.split_once(' ').ok_or("no status")?;
        let status = status.parse().map_err(|_| "no number")?;
        Ok(Page { status, address: address.to_owned(), body: body.to_owned() })
    }

    fn log_in(&self) -> Page {
        let form = self.open(&self.at(SITE, "/cart?item=1"));
        assert!(form.body.contains("name=\"password\""), "{}: {form:?}", self.name);
        let data = format!("name=alice&password={}", PASSWORD.replace(' ', "+"));
        let sent = ["--data", data.as_str(), "--header", "Sec-Fetch-Site: same-origin"];
        self.read(self.curl(&form.address, &sent)).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }
}

/// A visitor is sent to the login host, logs in there, and arrives at the application; nothing reaches it before.
fn login_through(name: &str) {
    let Some(https) = Https::start(name) else { return };
    assert_eq!(https.app.reached(), 0, "{name}");
    let page = https.log_in();
    assert_eq!(page.address, https.at(SITE, "/cart?item=1"), "{name}: {page:?}");
    assert!(page.status == 200 && page.body.starts_with(MARK), "{name}: {page:?}");
    let lower = page.body.to_lowercase();
    assert!(lower.contains("remote-user: alice") && lower.contains("remote-kind: web"), "{name}: {page:?}");
    // The pages of the login host are at its root too, and the site's own are on the site.
    let sessions = https.open(&https.at(LOGIN, "/_session/sessions"));
    assert!(sessions.status == 200 && sessions.body.contains("this device"), "{name}: {sessions:?}");
    let nothing = https.open(&https.at(LOGIN, "/secret"));
    assert!(nothing.status == 404 && !nothing.body.contains(MARK), "{name}: {nothing:?}");
    let logout = https.open(&https.at(SITE, "/_session/logout"));
    assert!(logout.status == 200 && logout.body.contains("Log out?"), "{name}: {logout:?}");
    // The end of the parent is the end of the site's session.
    let reached = https.app.reached();
    https.front.run(&["revoke", "--user", "alice", "--yes", "-q"]);
    let denied = https.open(&https.at(SITE, "/cart"));
    assert!(denied.address.starts_with(&https.at(LOGIN, "/")), "{name}: {denied:?}");
    assert_eq!(https.app.reached(), reached, "{name}");
}

#[test]
fn nginx_sends_visitors_to_the_login_host_and_back() {
    login_through("nginx");
}

#[test]
fn caddy_sends_visitors_to_the_login_host_and_back() {
    login_through("caddy");
}

#[test]
fn newer_caddy_sends_visitors_to_the_login_host_and_back() {
    login_through("newer caddy");
}

#[test]
fn haproxy_sends_visitors_to_the_login_host_and_back() {
    login_through("haproxy");
}

#[test]
fn apache_sends_visitors_to_the_login_host_and_back() {
    login_through("apache2");
}

#[test]
fn envoy_sends_visitors_to_the_login_host_and_back() {
    login_through("envoy");
}

#[test]
fn traefik_sends_visitors_to_the_login_host_and_back() {
    login_through("traefik");
}
