//! Runs the examples of the README exactly as printed: each block after `<!-- tested -->`, in order, in one temporary
//! home directory. A small local server plays the site.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use base64ct::Encoding as _;
use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings};

#[path = "cli/harness/mod.rs"]
#[expect(dead_code, reason = "each test program uses its part of the harness")]
mod harness;

use harness::differences::{README_ON_A_SERVER, is_server_chosen};

/// The shell blocks after the marker, in order.
fn examples(readme: &str) -> Vec<String> {
    let fence = "```";
    readme
        .split("<!-- tested -->\n")
        .skip(1)
        .map(|rest| {
            let body = rest.strip_prefix("```sh\n").expect("a tested block is a sh block");
            body.split(fence).next().expect("a block ends").to_owned()
        })
        .collect()
}

/// Starts a site that answers every request with 200 and reports whether a cookie was sent. Returns its address.
fn site() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its number");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that disconnects early is no failure.
            let _ = answer(stream);
        }
    });
    format!("http://{address}")
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut cookie = false;
    for line in BufReader::new(stream.try_clone()?).lines() {
        let line = line?;
        cookie |= line.to_lowercase().starts_with("cookie: __host-session=");
        if line.is_empty() {
            break;
        }
    }
    let body = if cookie { "orders for the cookie\n" } else { "who are you?\n" };
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

/// Runs a block as a reader would who pastes it, but stops at the first failure.
fn run(script: &str, home: &Path, surroundings: &[(String, String)]) -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_sessionctl")).parent().expect("a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(home)
        .env_clear()
        .envs([("PATH", path.as_str()), ("LC_ALL", "C.UTF-8")])
        .envs(surroundings.iter().map(|(name, value)| (name, value)))
        .env("HOME", home)
        .stdin(Stdio::null())
        .output()
        .expect("bash runs");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}\nended with {}\n{stdout}\n{stderr}", output.status);
    assert!(!stderr.contains("error:") || script.contains("||"), "{script}\n{stderr}");
    stdout.into_owned()
}

/// A database of Django with one session, which the README names.
fn other_program(path: &Path) {
    let payload = base64ct::Base64UrlUnpadded::encode_string(br#"{"_auth_user_id":"1"}"#);
    let sql = format!(
        "CREATE TABLE auth_user (id integer PRIMARY KEY, password varchar, username varchar, is_active bool);
         CREATE TABLE django_session (session_key varchar(40) NOT NULL PRIMARY KEY, session_data text NOT NULL, \
         expire_date datetime NOT NULL);
         INSERT INTO auth_user VALUES (1, '', 'alice', 1);
         INSERT INTO django_session VALUES ('1fyqv0dzq3w5c8b7n2m4k6j9h0g1f5d8', '{payload}:1vb66h:x', '2199-01-01 00:00:00')"
    );
    rusqlite::Connection::open(path).expect("a database").execute_batch(&sql).expect("SQL that runs");
}

/// The README of this checkout.
fn readme() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("a README")
}

#[test]
fn every_shell_block_is_tested_or_a_build_command() {
    let readme = readme();
    let blocks = readme.matches("```sh\n").count();
    let building = readme.split("```sh\n").skip(1).filter(|rest| rest.starts_with("cargo ")).count();
    assert_eq!(blocks - building, examples(&readme).len(), "a block lost its marker");
}

/// Scripts rely on the table in the README.
#[test]
fn readme_lists_every_exit_code() {
    let readme = readme();
    for code in ["0", "1", "2", "3", "4", "5", "6", "7", "130"] {
        assert!(readme.contains(&format!("\n| {code} | ")), "the exit code {code} is not in the README");
    }
}

/// The tests of the program, by name.
fn tests_of(folder: &Path, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder of tests") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            tests_of(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            // The tests of the store contract are public.
            let functions = text
                .lines()
                .filter_map(|line| line.trim_start().trim_start_matches("pub ").strip_prefix("fn "));
            names.extend(functions.filter_map(|rest| rest.split('(').next()).map(str::to_owned));
        }
    }
}

/// A claim is worth its test, so every test that a document names must exist.
#[test]
fn documents_name_existing_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = Vec::new();
    for folder in ["tests", "crates", "src"] {
        tests_of(&root.join(folder), &mut tests);
    }
    for document in
        ["SECURITY.md", "CONTRIBUTING.md", "tests/resilience/BROKEN.md", "tests/promises/README.md"]
    {
        let text = fs::read_to_string(root.join(document)).expect(document);
        let words = text.split('`').skip(1).step_by(2);
        let names: Vec<&str> = words
            .filter(|word| {
                word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            })
            .filter(|word| word.matches('_').count() > 1)
            .collect();
        assert!(!names.is_empty(), "{document} names no test");
        for name in names {
            assert!(tests.iter().any(|test| test == name), "{document} names {name}, which is no test");
        }
    }
}

/// The situation that the administrator finds: a stolen laptop is logged in, and a token was pasted into a log.
const TODAY: &str = "\
    sessionctl login alice --password-stdin --ip 203.0.113.66 < pw > stolen
    sessionctl login alice --password-stdin < pw > pasted
    echo \"GET /?session=$(cat pasted) 200\" > access.log";

/// A session that has not been used for eight days.
const LONG_AGO: &str = "sessionctl login alice --password-stdin --remember < pw > forgotten";

/// How the clock is set eight days back. The audit log records when a session was created, so a session cannot be aged
/// afterwards.
fn long_ago() -> Vec<(String, String)> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/resilience/inject.c");
    // A server runs as another account, which must be able to read it.
    let library = std::env::temp_dir().join(format!("sessionctl-clock-{}.so", std::process::id()));
    let mut cc = Command::new("cc");
    let built = cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).args([source, "-ldl"]).status();
    assert!(built.expect("a C compiler").success());
    let library = library.display().to_string();
    vec![("LD_PRELOAD".to_owned(), library), ("CLOCK_SHIFT".to_owned(), "-691200".to_owned())]
}

/// The server of the examples, where the database is on one.
struct Place {
    server: Option<PostgresServer>,
    programs: Option<Programs>,
}

impl Place {
    /// Starts the place; `environment` sets the clock of its server.
    fn start(environment: &[(String, String)]) -> Self {
        let programs = is_server_chosen().then(|| Programs::find().expect("PostgreSQL is installed"));
        let settings = Settings { environment: environment.to_vec(), ..Settings::fast() };
        let server = programs.as_ref().map(|programs| PostgresServer::start(programs, &settings));
        Place { server, programs }
    }

    /// Sets the clock right.
    fn now(self) -> Self {
        let (Some(server), Some(programs)) = (self.server, self.programs) else {
            return Place { server: None, programs: None };
        };
        let files = server.kill().expect("its files are kept");
        let server = PostgresServer::start_again(&programs, &Settings::fast(), files, false);
        Place { server: Some(server), programs: Some(programs) }
    }

    /// What names the database, if it is not the default.
    fn surroundings(&self) -> Option<(String, String)> {
        self.server.as_ref().map(|server| ("SESSIONCTL_DB".to_owned(), server.url("postgres")))
    }

    /// An example as it is on this place.
    fn example(&self, script: &str) -> String {
        let differences = if self.server.is_some() { README_ON_A_SERVER } else { &[] };
        differences.iter().fold(script.to_owned(), |script, (file, server)| script.replace(file, server))
    }
}

#[test]
fn readme_examples_run() {
    let readme = readme();
    let home = tempfile::tempdir().unwrap();
    let site = ("SITE".to_owned(), site());
    let before = long_ago();
    let mut place = Place::start(&before);
    let surroundings = |place: &Place, more: &[(String, String)]| -> Vec<(String, String)> {
        more.iter().cloned().chain([site.clone()]).chain(place.surroundings()).collect()
    };
    other_program(&home.path().join("app.sqlite3"));
    let mut outputs: Vec<String> = Vec::new();
    for (number, script) in examples(&readme).iter().enumerate() {
        let script = place.example(script);
        if number > 0 {
            outputs.push(run(&script, home.path(), &surroundings(&place, &[])));
            continue;
        }
        outputs.push(run(&script, home.path(), &surroundings(&place, &before)));
        run(LONG_AGO, home.path(), &surroundings(&place, &before));
        place = place.now();
        run(TODAY, home.path(), &surroundings(&place, &[]));
    }
    fs::remove_file(&before[0].1).expect("the library");
    assert_eq!(outputs.len(), 7, "a block was added: assert here what it must print");
    let [first, foreign, sandbox, administrator, script, renewal, student] = &outputs[..] else {
        unreachable!("seven were counted")
    };
    assert!(renewal.trim_end().ends_with("\nactive"), "{renewal}");
    assert!(sandbox.contains("203.0.113.7"), "{sandbox}");
    for expected in ["_auth_user_id (text)", "would be revoked", "laravel"] {
        assert!(foreign.contains(expected), "{expected}: {foreign}");
    }
    assert!(first.contains("active\n") && first.ends_with("revoked\n"), "{first}");
    assert!(administrator.contains("203.0.113.66"), "{administrator}");
    let look = "sessionctl verify - < stolen || true; sessionctl verify - < pasted || true; \
                sessionctl verify - < forgotten";
    assert_eq!(run(look, home.path(), &surroundings(&place, &[])), "revoked\nrevoked\nactive\n");
    assert!(home.path().join("sessions-backup.db").exists());
    assert!(script.contains("orders for the cookie"), "curl sent no cookie: {script}");
    assert!(script.contains("exit code 7"), "{script}");
    assert!(script.lines().any(|line| line == "backup-job"), "{script}");
    assert!(student.contains("[\"laptop\"]"), "the cart did not survive the login: {student}");
    assert!(student.contains("the old token is revoked: 5"), "{student}");
    assert!(student.contains("idle for half an hour: 4"), "{student}");
    assert!(student.contains("unless the database is consulted: 5"), "{student}");
}
