//! Revocation, proved with the real frameworks: the client that was in is out, and the others stay in. The frameworks
//! come from PyPI and npm, so this runs with `SESSIONCTL_LONG=1` only; `FRAMEWORKS` names a folder that keeps them.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::program;

/// The program's own key, made up.
const APP_SECRET: &str = "a-key-of-the-application-that-nobody-else-has";

/// A site of a framework, with its database in a home of its own.
struct Site {
    home: tempfile::TempDir,
    server: Child,
    port: u16,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Site {
    fn start(mut command: Command, file: &str) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/programs").join(file);
        command.arg(script).arg(home.path().join("app.sqlite3")).arg(APP_SECRET).stdout(Stdio::piped());
        let mut server = command.spawn().expect("the framework starts");
        let mut line = String::new();
        BufReader::new(server.stdout.take().expect("a pipe")).read_line(&mut line).expect("a port");
        Site { home, server, port: line.trim().parse().expect("a port") }
    }

    /// The body of a page, and the cookie that the answer sets.
    fn get(&self, path: &str, cookie: &str) -> (String, Option<String>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        let head = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n");
        stream.write_all(head.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let set = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("set-cookie")
                .then(|| value.split(';').next().unwrap_or_default().to_owned())
        });
        (body.to_owned(), set)
    }

    /// The cookie of a client that has logged in.
    fn log_in(&self, user: &str) -> String {
        let (body, cookie) = self.get(&format!("/login?user={user}"), "");
        assert_eq!(body, "in");
        cookie.expect("a cookie")
    }

    fn who(&self, cookie: &str) -> String {
        self.get("/", cookie).0
    }

    fn run(&self, arguments: &[&str], input: &str) -> (i32, String) {
        let output = program(self.home.path(), &self.home.path().join("app.sqlite3"), arguments, input);
        let text =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8")).concat();
        (output.status.code().expect("an exit code"), text)
    }
}

/// Three clients of erin and one of frank: revocation by a token, by an id, and by user ends exactly those.
fn revoked_clients_are_out_and_the_others_stay_in(site: &Site, layout: &str) {
    let [first, second, third] = [(); 3].map(|()| site.log_in("erin"));
    let other = site.log_in("frank");
    let who = || [&first, &second, &third, &other].map(|cookie| site.who(cookie));
    assert_eq!(who(), ["erin", "erin", "erin", "frank"]);

    let (code, text) = site.run(&["list", "--format", "json", "-q"], "");
    let list: Value = serde_json::from_str(&text).expect("one document");
    assert_eq!(
        (code, &list["source"]["layout"], list["sessions"].as_array().map(Vec::len)),
        (0, &layout.into(), Some(4))
    );

    let (code, text) = site.run(&["revoke", "--stdin", "--yes"], &format!("Cookie: {first}\n"));
    assert_eq!(code, 0, "{text}");
    assert_eq!(who(), ["nobody", "erin", "erin", "frank"], "by the cookie of a client");

    let (code, text) = site.run(&["inspect", "-", "--format", "json", "-q"], &format!("Cookie: {second}"));
    assert_eq!(code, 0, "{text}");
    let record: Value = serde_json::from_str(&text).expect("one document");
    let id = record["id"].as_str().or_else(|| record["session"]["id"].as_str()).expect("an id");
    let (code, text) = site.run(&["revoke", id, "--yes"], "");
    assert_eq!(code, 0, "{text}");
    assert_eq!(who(), ["nobody", "nobody", "erin", "frank"], "by its id");

    let (code, text) = site.run(&["revoke", "--user", "erin", "--expect", "1", "--yes"], "");
    assert_eq!(code, 0, "{text}");
    assert_eq!(who(), ["nobody", "nobody", "nobody", "frank"], "by its user");
    // The program goes on: a revoked client can log in again.
    assert_eq!(site.who(&site.log_in("erin")), "erin");
}

/// The folder for the frameworks, or none where the long forms are not requested.
fn folder() -> Option<PathBuf> {
    if std::env::var_os("SESSIONCTL_LONG").is_none() {
        // Written past the test's capture, so that it is seen where a test passes.
        let _ = std::io::stderr().write_all(b"left out without SESSIONCTL_LONG=1: the real frameworks\n");
        return None;
    }
    let folder = std::env::var_os("FRAMEWORKS").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("frameworks"));
    fs::create_dir_all(&folder).expect("a folder");
    Some(folder)
}

fn succeed(command: &mut Command) {
    let status = command.status().expect("the installer starts");
    assert!(status.success(), "{command:?}");
}

#[test]
fn django_itself_lets_a_revoked_client_out() {
    let Some(folder) = folder() else { return };
    let python = folder.join("venv/bin/python");
    if !python.exists() {
        succeed(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")));
    }
    succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet", "django"]));
    let site = Site::start(Command::new(python), "django_app.py");
    revoked_clients_are_out_and_the_others_stay_in(&site, "django");
}

#[test]
fn express_itself_lets_a_revoked_client_out() {
    let Some(folder) = folder() else { return };
    if !folder.join("node_modules/better-sqlite3").exists() {
        let packages = ["express", "express-session", "better-sqlite3", "better-sqlite3-session-store"];
        succeed(
            Command::new("npm")
                .current_dir(&folder)
                .args(["install", "--silent", "--prefix", "."])
                .args(packages),
        );
    }
    let mut node = Command::new("node");
    node.env("NODE_PATH", folder.join("node_modules"));
    let site = Site::start(node, "express_app.cjs");
    revoked_clients_are_out_and_the_others_stay_in(&site, "express-better-sqlite3");
}
