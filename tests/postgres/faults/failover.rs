//! A primary that dies in the middle of bulk work, and of a batch of look-ups.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use sessionctl_postgres_fixture::{Holder, PostgresServer, Programs, Settings, shared};

use super::{database, socket};
use crate::program::{Program, stderr, stdout};

const TIMEOUT: Duration = Duration::from_secs(180);
/// Five batches.
const SESSIONS: usize = 9_000;

/// `verify --batch`, which is asked and answers.
struct Batch {
    child: Child,
    tokens: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Batch {
    fn start(program: &Program) -> Self {
        let mut command = program.command(&["verify", "--batch", "--no-touch"]);
        let mut child = command.stdin(Stdio::piped()).spawn().expect("it can be started");
        let tokens = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("it has a pipe")).lines();
        Batch { child, tokens, answers }
    }

    fn ask(&mut self, tokens: &[String]) {
        let tokens = tokens.join("\n") + "\n";
        self.tokens.as_mut().expect("it is open").write_all(tokens.as_bytes()).expect("it reads");
    }

    fn answers(&mut self, count: usize) -> Vec<String> {
        self.answers.by_ref().take(count).map(|line| line.expect("it answers")).collect()
    }

    /// Whether it ended well, and whether nothing more was printed.
    fn end(mut self) {
        drop(self.tokens.take());
        assert_eq!(
            self.answers.next().map(|line| line.unwrap_or_default()),
            None,
            "a token was answered twice"
        );
        let output = self.child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
}

/// Tokens that are active, revoked and unknown in turns, and what is to be answered.
fn questions(program: &Program, count: usize) -> (Vec<String>, Vec<&'static str>) {
    let made = program.ok(&["generate", "-n", "2"]);
    let mut made = made.lines().map(str::to_owned);
    let (active, revoked) = (made.next().expect("a token"), made.next().expect("a token"));
    program.ok(&["logout", &revoked]);
    let kinds = [(active, "active"), (revoked, "revoked"), ("0".repeat(64), "unknown")];
    kinds.into_iter().cycle().take(count).unzip()
}

#[test]
fn bulk_revoke_and_batch_of_look_ups_go_on_after_a_failover_and_miss_and_repeat_nothing() {
    let Some(programs) = Programs::find() else { return };
    let settings = Settings { options: vec!["fsync=off".to_owned()], ..Settings::default() };
    let primary = PostgresServer::start(&programs, &settings);
    let replica = primary.replica(&settings);
    primary.set(&[("synchronous_standby_names", "*")]);
    let direct = Program::new(&primary);
    let name = database(&direct).to_owned();
    let program =
        Program { url: format!("postgres://postgres@{},{}/{name}", socket(&primary), socket(&replica)) };
    let (tokens, expected) = questions(&program, 600);
    program.ok(&["generate", "-n", &SESSIONS.to_string(), "--label", "many"]);
    let mut batch = Batch::start(&program);
    batch.ask(&tokens);
    assert_eq!(batch.answers(600), expected);

    // The third batch waits for this one.
    let lock = "SELECT 1 FROM sessionctl.session WHERE id = 5000 FOR UPDATE";
    let holder = Holder::hold(&primary, &name, lock);
    let revoke =
        program.command(&["revoke", "--label", "many", "--yes", "-q"]).spawn().expect("it can be started");
    let waits = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = 'sessionctl' \
                 AND wait_event_type = 'Lock') AND (SELECT count(*) = 2 FROM sessionctl.event \
                 WHERE action = 'session.revoked' AND last_session_id IS NOT NULL)";
    let begun = Instant::now();
    while primary.sql(&name, waits) != "t" {
        assert!(begun.elapsed() < TIMEOUT, "it never waited");
        thread::sleep(Duration::from_millis(20));
    }
    let files = primary.kill();
    drop(holder);
    batch.ask(&tokens);
    replica.promote();
    assert_eq!(batch.answers(600), expected, "each once, in order");
    batch.end();
    let revoked = revoke.wait_with_output().expect("it ends");
    assert_eq!(revoked.status.code(), Some(0), "{}", stderr(&revoked));
    assert!(stdout(&revoked).contains("9000 revoked"), "{}", stdout(&revoked));
    let left = ["list", "--label", "many", "--state", "active", "--format", "count"];
    assert_eq!(program.ok(&left), "0");
    // Each session is in one event: the one that is made again has another number.
    let times = "SELECT sum(last_session_id - session_id + 1) FROM sessionctl.event \
                 WHERE action = 'session.revoked' AND last_session_id IS NOT NULL AND members IS NULL";
    assert_eq!(replica.sql(&name, times), SESSIONS.to_string());
    program.ok(&["log", "verify"]);
    assert_eq!(program.ok(&["db", "check"]), "");
    drop(files);
}

#[test]
fn batch_of_look_ups_waits_for_a_server_that_starts_again() {
    let Some(programs) = Programs::find() else { return };
    let settings = Settings { options: vec!["fsync=off".to_owned()], ..Settings::default() };
    let server = PostgresServer::start(&programs, &settings);
    let program = Program::new(&server);
    let (tokens, expected) = questions(&program, 3);
    let mut batch = Batch::start(&program);
    batch.ask(&tokens);
    assert_eq!(batch.answers(3), expected);
    let files = server.kill().expect("its files are kept");
    batch.ask(&tokens);
    let server = PostgresServer::start_again(&programs, &settings, files, false);
    assert_eq!(batch.answers(3), expected);
    batch.end();
    drop(server);
}

#[test]
fn batch_of_look_ups_goes_on_after_the_server_ended_an_idle_connection() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let token = vec![program.ok(&["generate"])];
    let name = database(&program);
    server.sql("postgres", &format!("ALTER DATABASE {name} SET idle_session_timeout = '1s'"));
    let mut batch = Batch::start(&program);
    let connections = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND application_name = 'sessionctl'"
    );
    for _ in 0..3 {
        batch.ask(&token);
        assert_eq!(batch.answers(1), ["active"]);
        let begun = Instant::now();
        while server.sql("postgres", &connections) != "0" {
            assert!(begun.elapsed() < TIMEOUT, "the server keeps the connection");
            thread::sleep(Duration::from_millis(20));
        }
    }
    batch.end();
}
