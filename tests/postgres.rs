//! The program on a PostgreSQL server of its own: the main commands, what differs from a file, and what is said where the
//! server is not there. What each command prints is tested on a file.

#![cfg(feature = "postgres")]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use sessionctl_postgres_fixture::{PostgresServer, shared};

const PASSWORD: &str = "correct horse battery staple";

/// The program with one database.
struct Program {
    url: String,
}

impl Program {
    /// With a database whose password hashes are as cheap as the policy allows.
    fn new(server: &PostgresServer) -> Self {
        let program = Program { url: server.url(&server.create_database()) };
        program.ok(&["db", "init"]);
        for (setting, value) in
            [("password.memory", "19456"), ("password.passes", "2"), ("password.lanes", "1")]
        {
            program.ok(&["db", "policy", setting, value]);
        }
        program
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sessionctl"));
        command.args(args).env_clear().env("SESSIONCTL_DB", &self.url).env("TZ", "UTC");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program can be started")
    }

    /// Runs a command with standard input.
    fn feed(&self, args: &[&str], input: &str) -> Output {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().expect("the program can be started");
        let mut stdin = child.stdin.take().expect("it has a pipe");
        stdin.write_all(input.as_bytes()).expect("the program reads it");
        drop(stdin);
        child.wait_with_output().expect("the program ends")
    }

    /// Runs a command that succeeds, and returns what it printed.
    fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", stderr(&output));
        stdout(&output)
    }

    fn code(&self, args: &[&str]) -> Option<i32> {
        self.run(args).status.code()
    }

    fn add_user(&self, name: &str) {
        let output = self.feed(&["user", "add", name, "--password-stdin"], PASSWORD);
        assert!(output.status.success(), "{}", stderr(&output));
    }

    /// Logs a user in, and returns the token.
    fn login(&self, name: &str) -> String {
        let output = self.feed(&["login", name, "--password-stdin"], PASSWORD);
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn life_of_a_session_on_a_server_is_that_of_one_in_a_file() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    program.add_user("bob");
    let wrong = program.feed(&["login", "bob", "--password-stdin"], "not the password at all");
    assert_eq!(wrong.status.code(), Some(6));
    let token = program.login("bob");
    assert_eq!(program.ok(&["verify", &token]), "active");
    assert_eq!(program.ok(&["list", "--user", "bob", "--format", "count"]), "1");
    let rotated = program.ok(&["rotate", &token]);
    assert_eq!(program.code(&["verify", &token]), Some(5));
    // A token that was rotated away is a sign of theft, and ended the session.
    assert_eq!(program.code(&["verify", &rotated]), Some(5));
    let api = program.ok(&["generate", "--kind", "api", "--user", "bob", "--scope", "read"]);
    assert_eq!(program.code(&["verify", &api, "--scope", "write"]), Some(7));
    assert_eq!(program.ok(&["verify", &api, "--scope", "read"]), "active");
    program.ok(&["revoke", "--all", "--yes"]);
    assert_eq!(program.code(&["verify", &api]), Some(5));
    assert_eq!(program.code(&["login", "bob"]), Some(2), "no password can be asked for");
    let later = program.login("bob");
    program.ok(&["data", "set", "3", "cart", "[1]"]);
    assert_eq!(program.ok(&["data", "get", "3", "cart"]), "[1]");
    program.ok(&["user", "disable", "bob", "--yes"]);
    assert_eq!(program.code(&["verify", &later]), Some(5));
    assert_eq!(program.code(&["prune", "--older-than", "0s", "--all", "--yes"]), Some(0));
    assert_eq!(program.ok(&["db", "check"]), "");
    let info = program.ok(&["db", "info", "--format", "json"]);
    assert!(
        info.contains("\"engine\":\"PostgreSQL ") || info.contains("\"engine\": \"PostgreSQL "),
        "{info}"
    );
}

#[test]
fn log_head_that_was_kept_is_found_in_the_sealed_log_until_the_log_is_cut() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    program.ok(&["generate", "-n", "3"]);
    let head = program.ok(&["log", "head"]);
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("head");
    std::fs::write(&kept, &head).unwrap();
    let verify = ["log", "verify", "--head", kept.to_str().unwrap()];
    program.ok(&["generate"]);
    program.ok(&verify);
    let database = program.url.rsplit('/').next().unwrap();
    // Without a head that is kept elsewhere, a truncated log looks whole.
    server.sql(
        database,
        "DELETE FROM sessionctl.event WHERE id > (SELECT total FROM sessionctl.seal WHERE number = 1); \
         DELETE FROM sessionctl.seal WHERE number > 1",
    );
    assert_eq!(program.code(&["log", "verify"]), Some(0));
    assert_eq!(program.code(&verify), Some(1));
}

#[test]
fn log_verify_reports_an_event_that_was_changed_removed_or_inserted() {
    let Some(server) = shared() else { return };
    for (sql, expected) in [
        ("UPDATE sessionctl.event SET actor = 'nobody' WHERE id = 5", "altered"),
        ("DELETE FROM sessionctl.event WHERE id = 5", "event 5: it was removed"),
        (
            "INSERT INTO sessionctl.event (id, at, action, actor) VALUES (99, 1, 'x', 'x')",
            "event 99: it was inserted",
        ),
        (
            "UPDATE sessionctl.seal SET root = sha256('x') WHERE number = 2",
            "seal 2, or the one before it, was altered",
        ),
        ("DELETE FROM sessionctl.seal WHERE number = 2", "seal 2 was removed"),
    ] {
        let program = Program::new(server);
        program.ok(&["generate"]);
        server.sql(program.url.rsplit('/').next().unwrap(), sql);
        let output = program.run(&["log", "verify"]);
        assert_eq!(output.status.code(), Some(1), "{sql}");
        assert!(stderr(&output).contains(expected), "{sql}: {}", stderr(&output));
    }
}

#[test]
fn only_db_init_creates_the_tables_and_backups_are_the_server_s() {
    let Some(server) = shared() else { return };
    let program = Program { url: server.url(&server.create_database()) };
    for args in [["generate"], ["list"]] {
        let output = program.run(&args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(stderr(&output).contains("db init"), "{}", stderr(&output));
    }
    program.ok(&["db", "init"]);
    assert!(stderr(&program.run(&["db", "init"])).contains("already exists"));
    let backup = program.run(&["db", "backup", "copy.db"]);
    assert_eq!((backup.status.code(), stderr(&backup).contains("pg_dump")), (Some(2), true));
    let restore = program.run(&["db", "restore", "copy.db", "--yes"]);
    assert_eq!((restore.status.code(), stderr(&restore).contains("pg_restore")), (Some(2), true));
}

#[test]
fn sandbox_on_a_server_accepts_another_time_and_a_database_does_not() {
    let Some(server) = shared() else { return };
    let database = Program::new(server);
    assert_eq!(database.code(&["--now", "+1d", "generate"]), Some(2));
    let sandbox = Program { url: server.url(&server.create_database()) };
    sandbox.ok(&["db", "init", "--sandbox"]);
    let token = sandbox.ok(&["--now", "2026-01-01T00:00:00Z", "generate"]);
    assert_eq!(sandbox.code(&["--now", "2026-01-01T00:10:00Z", "verify", &token]), Some(0));
    assert_eq!(sandbox.code(&["--now", "2026-01-03T00:00:00Z", "verify", &token]), Some(4));
}

#[test]
fn server_that_is_not_there_is_reported_without_a_secret() {
    let program = |url: &str| Program { url: url.to_owned() };
    let folder = tempfile::tempdir().unwrap();
    let socket =
        format!("postgres://ann:s3cret@%2F{}/app", folder.path().display().to_string().replace('/', "%2F"));
    for (url, code) in [
        ("postgres://ann:s3cret@127.0.0.1:1/app", 1),
        (socket.as_str(), 1),
        ("postgres://ann:s3cret@127.0.0.1:0/app", 2),
        ("postgres://ann:s3cret@127.0.0.1/app?unknown=1", 2),
        ("mysql://ann:s3cret@127.0.0.1/app", 2),
    ] {
        let output = program(url).run(&["list"]);
        assert_eq!(output.status.code(), Some(code), "{url}: {}", stderr(&output));
        assert!(!stderr(&output).contains("s3cret"), "{}", stderr(&output));
    }
    let url = "postgres://ann:s3cret@127.0.0.1:1/app";
    let output = program("").run(&["--db", url, "list"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("PGPASSWORD") && !stderr(&output).contains("s3cret"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn role_without_privileges_and_unknown_database_are_reported_by_kind() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let database = program.url.rsplit('/').next().unwrap();
    server.sql(database, "CREATE ROLE guest_of_tests LOGIN");
    let guest = Program { url: program.url.replace("postgres@", "guest_of_tests@") };
    let denied = guest.run(&["list"]);
    assert_eq!(denied.status.code(), Some(1));
    assert!(stderr(&denied).contains("permission denied"), "{}", stderr(&denied));
    let unknown = Program { url: server.url("no_such_database") }.run(&["list"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("there is no session database"), "{}", stderr(&unknown));
}

/// A file with a user, two sessions of it, one that was revoked, and values.
fn file(folder: &std::path::Path) -> (Program, [String; 3]) {
    let file = Program { url: folder.join("sessions.db").display().to_string() };
    file.ok(&["db", "init"]);
    for (setting, value) in [("password.memory", "19456"), ("password.passes", "2"), ("password.lanes", "1")]
    {
        file.ok(&["db", "policy", setting, value]);
    }
    file.add_user("bob");
    file.add_user("gone");
    file.ok(&["user", "remove", "gone", "--yes"]);
    let (web, revoked) = (file.login("bob"), file.login("bob"));
    let api = file.ok(&["generate", "--kind", "api", "--user", "bob", "--scope", "read"]);
    file.ok(&["revoke", "2", "--yes"]);
    file.ok(&["data", "set", "1", "cart", "[1]"]);
    file.ok(&["jwt", "keys", "new"]);
    (file, [web, revoked, api])
}

#[test]
fn db_copy_moves_a_file_to_a_server_and_every_token_works_after() {
    let Some(server) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (file, [web, revoked, api]) = file(folder.path());
    let log = file.ok(&["log", "--format", "jsonl"]);
    let sessions = file.ok(&["list", "--all", "--format", "jsonl"]);
    let moved = Program { url: server.url(&server.create_database()) };
    let copy = ["db", "copy", file.url.as_str(), moved.url.as_str()];
    assert_eq!(file.code(&copy), Some(2), "without a confirmation");
    file.ok(&[&copy[..], &["--dry-run"]].concat());
    assert_eq!(moved.code(&["list"]), Some(1), "a dry run created something");
    file.ok(&[&copy[..], &["--yes"]].concat());

    assert_eq!(moved.ok(&["list", "--all", "--format", "jsonl"]), sessions);
    assert!(
        moved.ok(&["log", "--format", "jsonl"]).ends_with(&log),
        "the events are the same, with one more"
    );
    assert_eq!(moved.ok(&["verify", &web]), "active");
    assert_eq!(moved.code(&["verify", &revoked]), Some(5));
    assert_eq!(moved.ok(&["verify", &api, "--scope", "read"]), "active");
    assert_eq!(moved.ok(&["data", "get", "1", "cart"]), "[1]");
    assert!(moved.ok(&["generate", "--format", "json"]).contains("\"id\":4"), "an id was used again");
    moved.ok(&["log", "verify"]);
    assert_eq!(moved.ok(&["db", "check"]), "");
    moved.login("bob");

    // The file answers nothing any more, and nothing creates a database in its place.
    for args in [&["verify", &web][..], &["list"], &["generate"], &["db", "info"], &["db", "init"]] {
        let output = file.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", stdout(&output));
        assert!(stderr(&output).contains("was moved to postgres://"), "{args:?}: {}", stderr(&output));
    }
    assert_eq!(file.code(&[&copy[..], &["--yes"]].concat()), Some(1), "it cannot be moved twice");
}

#[test]
fn db_copy_that_was_interrupted_continues_and_leaves_nothing_old_behind() {
    let Some(server) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (file, [web, ..]) = file(folder.path());
    let moved = Program { url: server.url(&server.create_database()) };
    let database = moved.url.rsplit('/').next().unwrap().to_owned();
    let copy = ["db", "copy", file.url.as_str(), moved.url.as_str(), "--yes"];
    // Somebody holds a table, so that the copy does not end; then it is killed.
    let mut child = file.command(&copy).spawn().unwrap();
    let begun = std::time::Instant::now();
    while server.sql(&database, "SELECT to_regclass('sessionctl.session') IS NOT NULL") != "t" {
        assert!(begun.elapsed().as_secs() < 20, "the copy did not begin");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    if file.run(&["list"]).status.success() {
        // Killed before its end: the copy answers nothing, the file is in use, and what was copied may be out of date.
        assert!(stderr(&moved.run(&["list"])).contains("unfinished copy"));
        file.ok(&["revoke", "3", "--yes"]);
        server.sql(&database, "INSERT INTO sessionctl.policy VALUES ('zzz', 1)");
        file.ok(&copy);
    }
    assert_eq!(moved.ok(&["verify", &web]), "active");
    assert_eq!(server.sql(&database, "SELECT count(*) FROM sessionctl.policy WHERE name = 'zzz'"), "0");
    moved.ok(&["log", "verify"]);
}

#[test]
fn each_role_can_do_its_work_and_no_more() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    program.add_user("bob");
    let database = program.url.rsplit('/').next().unwrap();
    let names = ["admin", "issuer", "verifier", "auditor"].map(|kind| format!("{kind}_of_{database}"));
    for name in &names {
        server.sql(database, &format!("CREATE ROLE {name} LOGIN"));
    }
    let [admin, issuer, verifier, auditor] = &names;
    let args = ["--admin", admin, "--issuer", issuer, "--verifier", verifier, "--auditor", auditor];
    server.sql(database, &program.ok(&[&["db", "roles"][..], &args].concat()));
    let [admin, issuer, verifier, auditor] =
        names.map(|name| Program { url: program.url.replace("postgres@", &format!("{name}@")) });

    let token = issuer.login("bob");
    assert_eq!(verifier.ok(&["verify", &token]), "active");
    let rotated = issuer.ok(&["rotate", &token]);
    assert_eq!(verifier.ok(&["verify", &rotated]), "active");
    issuer.ok(&["data", "set", "1", "cart", "[1]"]);
    assert_eq!(auditor.ok(&["list", "--format", "count"]), "1");
    auditor.ok(&["log", "verify"]);
    issuer.ok(&["revoke", "1", "--yes"]);
    assert_eq!(verifier.code(&["verify", &rotated]), Some(5));
    for (program, args) in [
        (&verifier, &["revoke", "--all", "--yes"][..]),
        (&verifier, &["generate"]),
        (&auditor, &["generate"]),
        (&auditor, &["jwt", "keys", "list"]),
        (&issuer, &["db", "policy", "web.idle", "10m"]),
        (&issuer, &["user", "disable", "bob", "--yes"]),
        (&issuer, &["prune", "--older-than", "0s", "--all", "--yes"]),
    ] {
        let output = program.run(args);
        assert_eq!(output.status.code(), Some(1), "{} {args:?}: {}", program.url, stderr(&output));
        assert!(stderr(&output).contains("permission denied"), "{args:?}: {}", stderr(&output));
    }
    admin.ok(&["user", "disable", "bob", "--yes"]);
    admin.ok(&["db", "policy", "web.idle", "15m"]);
    admin.ok(&["prune", "--older-than", "0s", "--all", "--yes"]);
    for (program, sql) in
        [(&admin, "DELETE FROM sessionctl.event"), (&auditor, "SELECT token_digest FROM sessionctl.session")]
    {
        let role = program.url.split_once("//").unwrap().1.split_once('@').unwrap().0;
        let test = format!(
            "SET ROLE {role}; DO $$ BEGIN EXECUTE '{sql}'; RAISE 'allowed'; EXCEPTION WHEN insufficient_privilege THEN END $$"
        );
        server.sql(database, &test);
    }
}

#[test]
fn log_follow_prints_an_event_that_is_committed_after_a_higher_one() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    program.ok(&["generate"]);
    let database = program.url.rsplit('/').next().unwrap();
    let mut follow = program.command(&["log", "--follow", "--format", "jsonl"]).spawn().unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(follow.stdout.take().unwrap()));
    let (sender, printed) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            // The receiver is gone once it has seen enough.
            let _ = sender.send(line);
        }
    });
    std::thread::scope(|scope| {
        scope.spawn(|| {
            server.sql(
                database,
                "BEGIN; INSERT INTO sessionctl.event (id, at, action, actor) \
                 VALUES (nextval('sessionctl.event_id'), 1, 'slow', 'x'); SELECT pg_sleep(3); COMMIT",
            )
        });
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        program.ok(&["generate"]);
    });
    let mut actions = Vec::new();
    while actions.len() < 2 {
        let line = printed.recv_timeout(std::time::Duration::from_secs(10)).expect("both events are printed");
        actions.push(if line.contains("\"slow\"") { "slow" } else { "generated" });
    }
    assert_eq!(actions, ["generated", "slow"], "each once, and none of before");
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    assert!(printed.try_recv().is_err(), "an event was printed twice");
    follow.kill().unwrap();
    follow.wait().unwrap();
    reader.join().unwrap();
}
