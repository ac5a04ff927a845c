//! The database and the files on which the matrix runs commands, and the outputs that they run on.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::harness::{PASSWORD, PROGRAM, TestEnv};

/// Where a command prints.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    Pipe,
    Terminal(u16),
    Dumb,
    NoUnicode,
    NoHome,
}

/// What a command printed.
#[derive(Debug)]
pub(super) struct Printed {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// A database with a session in every state and of every kind, and the files that commands read.
pub(super) struct World {
    env: TestEnv,
    kid: String,
}

/// The files that each run gets a copy of.
const FILES: [&str; 10] = [
    "sessions.db",
    "sessions-copy.db",
    "app.db",
    "token",
    "ended",
    "jwt",
    "cookies",
    "users.csv",
    "my.toml",
    "password",
];

/// Another program's table, and its layout.
const TABLE: &str =
    "CREATE TABLE logins (id INTEGER PRIMARY KEY, secret TEXT UNIQUE, who INTEGER, valid_until INTEGER);
    INSERT INTO logins VALUES (1, 'kq83hskq83hskq83hskq83hskq83hs12', 7, 1798761600);
    INSERT INTO logins VALUES (2, 'p0dj2ap0dj2ap0dj2ap0dj2ap0dj2a34', 9, 4070908800);";
const LAYOUT: &str = r#"
name = "my-app"
title = "My application"
verified = "source only"
[match]
table = "logins"
columns = ["id", "secret", "who", "valid_until"]
prove = { id = "integer", valid_until = "time", secret = "^[a-z0-9]{32}$" }
[row]
key = "id"
secret = ["secret"]
[fields]
user_id = { column = "who" }
expires_at = { column = "valid_until", time = "s" }
[live]
until = "expires_at"
at_limit = "dead"
[[token]]
cookie = "login"
column = "secret"
"#;

impl World {
    pub(super) fn new() -> Self {
        let env = TestEnv::with_users(&["alice", "bob"]);
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0";
        let more = [
            "--app",
            "shop",
            "--ip",
            "203.0.113.7",
            "--user-agent",
            agent,
            "--label",
            "Büro-Laptop am Fenster",
        ];
        env.write_file("token", env.login_with("alice", &more));
        env.write_file("ended", env.login_with("bob", &["--ip", "2001:db8:0:5::1"]));
        env.run(&["revoke", "2", "--yes", "--reason", "the laptop was left on a train to Bern"]).ok();
        let sso = env.login_with("bob", &["--sso"]);
        env.generate(&["--under", &env.id_of(&sso), "--app", "mail"]);
        env.generate(&[
            "--kind",
            "api",
            "--user",
            "alice",
            "--scope",
            "orders:read",
            "--scope",
            "orders:write",
        ]);
        env.generate_many(3);
        env.run(&["data", "set", "1", "cart", "[\"a\",\"b\"]"]).ok();
        let jwt = env.run(&["jwt", "issue", "@token", "--audience", "shop"]).ok().stdout();
        env.write_file("jwt", jwt);
        let cookie = "Set-Cookie: session=4f2a; Path=/; Max-Age=3600\nSet-Cookie: theme=dark; Secure\n";
        env.write_file("cookies", cookie);
        env.write_file("users.csv", format!("name,password\nerin,{PASSWORD}\nfrank,{PASSWORD}\n"));
        env.write_file("password", PASSWORD);
        env.run(&["db", "backup", "sessions-copy.db"]).ok();
        env.write_file("my.toml", LAYOUT);
        let app = rusqlite::Connection::open(env.path("app.db")).expect("a database");
        app.execute_batch(TABLE).expect("a table");
        restrict_file(&env.path("app.db"));
        let kid = env.run(&["jwt", "keys", "--format", "ids"]).ok().stdout();
        World { env, kid }
    }

    /// The text of one of its files.
    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.env.path(name)).expect("a file").trim_end().to_owned()
    }

    /// Runs a command on a copy of the database.
    pub(super) fn run(&self, line: &str, format: &str, place: Place, number: usize) -> Printed {
        let folder = self.env.path(&format!("run-{number}"));
        fs::create_dir(&folder).expect("a folder");
        for file in FILES {
            fs::copy(self.env.path(file), folder.join(file)).expect("a copy");
        }
        restrict(&folder);
        let mut command = Command::new(PROGRAM);
        let (words, input) = line.split_once(" < ").map_or((line, None), |(words, file)| (words, Some(file)));
        let words = words.split(' ').map(|word| if word == "KID" { self.kid.as_str() } else { word });
        let input =
            input.map_or_else(Stdio::null, |file| File::open(folder.join(file)).expect("a file").into());
        // After `help` each word is a topic.
        command.args(["--format", format]).args(words).current_dir(&folder).stdin(input);
        command
            .env_clear()
            .env("SESSIONCTL_DB", folder.join("sessions.db"))
            .env("TZ", "UTC")
            .env("PAGER", "cat");
        if place != Place::NoHome {
            command.env("HOME", &folder);
        }
        command.env("LC_ALL", if place == Place::NoUnicode { "C" } else { "C.UTF-8" });
        command.env("TERM", if place == Place::Dumb { "dumb" } else { "xterm" }).env("NO_COLOR", "1");
        let printed = match place {
            Place::Terminal(columns) => at_terminal(command, columns),
            Place::Dumb => at_terminal(command, 80),
            _ => {
                let output = command.output().expect("the program starts");
                let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
                Printed {
                    code: output.status.code(),
                    stdout: text(output.stdout),
                    stderr: text(output.stderr),
                }
            }
        };
        fs::remove_dir_all(&folder).expect("the folder");
        printed
    }
}

fn restrict_file(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).expect("its permissions");
}

fn restrict(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).expect("its permissions");
}

/// Runs a command whose standard output and standard error are terminals.
fn at_terminal(mut command: Command, columns: u16) -> Printed {
    let (out, out_line) = terminal(columns);
    let (err, err_line) = terminal(columns);
    let mut child = command
        .stdout(Stdio::from(out_line))
        .stderr(Stdio::from(err_line))
        .spawn()
        .expect("the program starts");
    // The command holds the other sides of both terminals.
    drop(command);
    let readers = [out, err].map(|mut side| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // A terminal whose other side is closed fails to be read.
            let _ = side.read_to_end(&mut bytes);
            String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n")
        })
    });
    let code = child.wait().expect("the program").code();
    let [stdout, stderr] = readers.map(|reader| reader.join().expect("a reader"));
    let stderr = if stderr.contains(CLEAR_LINE) { without_bars(&stderr) } else { stderr };
    Printed { code, stdout, stderr }
}

/// What removes a progress bar.
const CLEAR_LINE: &str = "\u{1b}[2K";

/// What remains on the screen after progress bars were removed.
fn without_bars(text: &str) -> String {
    let lines = text.split('\n').map(|line| line.rsplit(CLEAR_LINE).next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

fn terminal(columns: u16) -> (File, OwnedFd) {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudoterminal");
    grantpt(&person).expect("its owner");
    unlockpt(&person).expect("its lock");
    let name = ptsname(&person, Vec::new()).expect("its name");
    let line = rustix::fs::open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty())
        .expect("its other side");
    let size = Winsize { ws_row: 500, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&line, size).expect("its size");
    (person.into(), line)
}
