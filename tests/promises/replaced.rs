//! Commands that stay: another file takes the place of the database while they run, and they answer from that one.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout};
use std::time::{Duration, Instant};

use crate::harness::TestEnv;

/// For what comes, on a machine that has other work.
const PATIENCE: Duration = Duration::from_secs(300);

/// Waits until a command has the database open. It has a WAL then, which no command leaves behind.
fn wait_until_open(env: &TestEnv) {
    let (wal, begun) = (env.path("sessions.db-wal"), Instant::now());
    while !wal.exists() {
        assert!(begun.elapsed() < PATIENCE, "it does not open the database");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A `verify --batch` that stays.
struct Batch {
    child: Child,
    stdin: ChildStdin,
    answers: std::io::Lines<BufReader<ChildStdout>>,
}

impl Batch {
    fn start(env: &TestEnv) -> Self {
        let (mut child, stdin) = env.cmd(&["verify", "--batch"]).spawn_with_open_stdin();
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        Batch { child, stdin, answers }
    }

    fn ask(&mut self, token: &str) -> Option<String> {
        // The process may have ended already.
        let _ = writeln!(self.stdin, "{token}");
        self.answers.next().transpose().unwrap()
    }

    /// Ends its input; returns its exit code and its messages.
    fn end(self) -> (Option<i32>, String) {
        drop(self.stdin);
        let output = self.child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }
}

/// Puts the database of another environment in the place of this one's, as `mv` does.
fn move_over(env: &TestEnv, other: &TestEnv) {
    other.run(&["db", "backup", "moved.db"]).ok();
    fs::rename(other.path("moved.db"), env.db()).unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(env.path(&format!("sessions.db{suffix}")));
    }
}

#[test]
fn resident_batch_answers_from_the_restored_database() {
    for ask_first in [true, false] {
        let env = TestEnv::new();
        let [kept, revoked] = [(); 2].map(|()| env.generate(&["--kind", "anonymous"]));
        env.run(&["db", "backup", "b.db"]).ok();
        let later = env.generate(&["--kind", "anonymous"]);
        let mut batch = Batch::start(&env);
        if ask_first {
            for token in [&kept, &revoked, &later] {
                assert_eq!(batch.ask(token).as_deref(), Some("active"));
            }
        } else {
            wait_until_open(&env);
        }
        env.run_with_stdin(&["logout", "-"], &revoked).ok();
        env.run(&["db", "restore", "b.db", "--yes"]).ok();
        let answers = [&kept, &revoked, &later].map(|token| batch.ask(token).unwrap_or_default());
        assert_eq!(answers, ["active", "revoked", "unknown"], "asked first: {ask_first}");
        // What happens to the new file counts for the next answer, also after a second restore.
        env.run_with_stdin(&["logout", "-"], &kept).ok();
        assert_eq!(batch.ask(&kept).as_deref(), Some("revoked"));
        env.run(&["db", "restore", "b.db", "--yes", "--as-is"]).ok();
        assert_eq!(batch.ask(&kept).as_deref(), Some("active"));
        let (code, words) = batch.end();
        assert_eq!(code, Some(0), "{words}");
        assert!(words.contains("replaced") || words.contains("restored"), "{words}");
        env.run(&["db", "check"]).ok();
    }
}

#[test]
fn resident_batch_answers_from_another_database_moved_over_it() {
    let (env, other) = (TestEnv::new(), TestEnv::new());
    let (own, foreign) = (env.generate(&["--kind", "anonymous"]), other.generate_many(400));
    let mut batch = Batch::start(&env);
    assert_eq!(batch.ask(&own).as_deref(), Some("active"));
    assert_eq!(batch.ask(&foreign[0]).as_deref(), Some("unknown"));
    move_over(&env, &other);
    assert_eq!(batch.ask(&own).as_deref(), Some("unknown"));
    assert_eq!(batch.ask(&foreign[0]).as_deref(), Some("active"));
    // As many lines as several threads answer, each with a store of its own, before and after.
    writeln!(batch.stdin, "{}", foreign.join("\n")).unwrap();
    assert!((0..400).all(|_| batch.answers.next().unwrap().unwrap() == "active"));
    env.run(&["revoke", "--all", "--yes"]).ok();
    assert_eq!(batch.ask(&foreign[7]).as_deref(), Some("revoked"));
    other.run(&["user", "add", "x", "--no-password"]).ok();
    move_over(&env, &other);
    writeln!(batch.stdin, "{}", foreign.join("\n")).unwrap();
    assert!((0..400).all(|_| batch.answers.next().unwrap().unwrap() == "active"));
    assert_eq!(batch.end().0, Some(0));
}

#[test]
fn resident_batch_goes_on_where_the_wal_was_removed() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    let mut batch = Batch::start(&env);
    assert_eq!(batch.ask(&token).as_deref(), Some("active"));
    for suffix in ["-wal", "-shm"] {
        fs::remove_file(env.path(&format!("sessions.db{suffix}"))).unwrap();
    }
    assert_eq!(batch.ask(&token).as_deref(), Some("active"));
    env.run_with_stdin(&["logout", "-"], &token).ok();
    assert_eq!(batch.ask(&token).as_deref(), Some("revoked"));
    batch.end();
    env.run(&["db", "check"]).ok();
}

#[test]
fn resident_batch_refuses_a_file_that_no_command_would_open() {
    use std::os::unix::fs::PermissionsExt as _;
    for fault in ["mode", "missing", "text"] {
        let env = TestEnv::new();
        let token = env.generate(&["--kind", "anonymous"]);
        env.run(&["db", "backup", "b.db"]).ok();
        let mut batch = Batch::start(&env);
        assert_eq!(batch.ask(&token).as_deref(), Some("active"));
        match fault {
            "mode" => fs::set_permissions(env.path("b.db"), fs::Permissions::from_mode(0o644)).unwrap(),
            "text" => fs::write(env.path("b.db"), "no database").unwrap(),
            _ => fs::remove_file(env.path("b.db")).unwrap(),
        }
        if fs::rename(env.path("b.db"), env.db()).is_err() {
            fs::remove_file(env.db()).unwrap();
        }
        assert_eq!(batch.ask(&token), None, "{fault}: an answer");
        let (code, words) = batch.end();
        assert!(code == Some(1) && words.contains("error"), "{fault}: {code:?} {words}");
    }
}

/// A pipe that takes nothing more until it is read.
fn full_pipe() -> (std::io::PipeReader, std::io::PipeWriter) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    rustix::io::ioctl_fionbio(&writer, true).unwrap();
    while writer.write(&[b'.'; 4_096]).is_ok() {}
    while writer.write(b".").is_ok() {}
    rustix::io::ioctl_fionbio(&writer, false).unwrap();
    (reader, writer)
}

/// Runs `verify` of a token, with another database in the place of its own between the look-up and what follows from it:
/// the answer waits for a reader meanwhile.
fn verify_across_replacement(env: &TestEnv, other: &TestEnv, token: &str) -> String {
    use std::io::Read as _;
    let (mut reader, writer) = full_pipe();
    let mut child = env.cmd(&["verify", "-", "--explain"]).stdin(token).spawn_printing_to(writer);
    let mut words = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("the answer is ") {
        assert_ne!(words.read_line(&mut said).unwrap(), 0, "it ended early: {said}");
    }
    move_over(env, other);
    let mut answer = Vec::new();
    reader.read_to_end(&mut answer).unwrap();
    words.read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    format!("{}{said}", String::from_utf8_lossy(&answer).trim_start_matches('.'))
}

#[test]
fn verify_writes_no_use_to_a_database_that_took_the_place_meanwhile() {
    let (env, other) = (TestEnv::sandbox(), TestEnv::sandbox());
    let own = env.generate(&["--kind", "anonymous", "--now", "-5m"]);
    let foreign = other.generate(&["--kind", "anonymous", "--now", "-5m"]);
    let before = other.field("1", "last_seen_at");
    let said = verify_across_replacement(&env, &other, &own);
    assert!(said.starts_with("active"), "{said}");
    assert_eq!(env.field("1", "last_seen_at"), before, "a session of the other database was touched: {said}");
    assert_eq!(env.verdict(&foreign), "active");
}

#[test]
fn verify_of_a_reused_token_revokes_nothing_in_a_database_that_took_the_place_meanwhile() {
    let (env, other) = (TestEnv::new(), TestEnv::new());
    let old = env.generate(&["--kind", "anonymous"]);
    env.run_with_stdin(&["rotate", "-"], &old).ok();
    let foreign = other.generate(&["--kind", "anonymous"]);
    let said = verify_across_replacement(&env, &other, &old);
    assert!(said.starts_with("revoked") && said.contains("error"), "the failure is not reported: {said}");
    assert_eq!(env.verdict(&foreign), "active", "a session of the other database was revoked: {said}");
}

/// What was selected in one file is not changed in another, where the same ids are other sessions.
#[test]
fn bulk_work_changes_nothing_in_a_database_that_took_the_place_meanwhile() {
    let (env, other) = (TestEnv::new(), TestEnv::new());
    let own = env.generate(&["--kind", "anonymous"]);
    let foreign = other.generate(&["--kind", "anonymous"]);
    let args = ["revoke", "--stdin", "--yes", "--expect", "1"];
    let (child, mut stdin) = env.cmd(&args).spawn_with_open_stdin();
    // To look tokens up; it waits for the rest of its input.
    wait_until_open(&env);
    writeln!(stdin, "{own}").unwrap();
    move_over(&env, &other);
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("replaced"), "{words}");
    assert_eq!(env.verdict(&foreign), "active", "a session of the other database was revoked");
}

/// The ids of two databases name different sessions: what one file was asked is not written to another.
#[test]
fn resident_batch_writes_no_use_to_another_database() {
    let (env, other) = (TestEnv::sandbox(), TestEnv::sandbox());
    let own = env.generate(&["--kind", "anonymous", "--now", "-5m"]);
    let foreign = other.generate(&["--kind", "anonymous", "--now", "-5m"]);
    let seen = |id: &str| env.field(id, "last_seen_at");
    let mut batch = Batch::start(&env);
    assert_eq!(batch.ask(&own).as_deref(), Some("active"));
    move_over(&env, &other);
    let before = seen(&env.id_of(&foreign));
    batch.end();
    assert_eq!(seen(&env.id_of(&foreign)), before, "a session of the other database was touched");
}

/// A `log --follow` whose lines are read until one matches.
struct Follower {
    child: Child,
    lines: std::sync::mpsc::Receiver<serde_json::Value>,
}

impl Follower {
    /// Starts it, and returns when it prints what is written. It shows in no other way that it has begun.
    fn start(env: &TestEnv) -> Self {
        let mut child = env.cmd(&["log", "--follow", "--format", "jsonl"]).spawn();
        let (send, lines) = std::sync::mpsc::channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = send.send(serde_json::from_str(&line).unwrap());
            }
        });
        let (mut follower, begun) = (Follower { child, lines }, Instant::now());
        for number in 0.. {
            env.run(&["user", "add", &format!("probe-{number}"), "--no-password"]).ok();
            let newest = env.run(&["log", "--limit", "1", "--format", "json"]).ok().json();
            let (_, has_come) =
                follower.read(Duration::from_secs(2), |event| event["id"] == newest["events"][0]["id"]);
            if has_come {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not follow: {:?}", follower.end());
        }
        follower
    }

    /// Reads lines until one is as expected, or none has come for so long; and whether it came.
    fn read(
        &self,
        patience: Duration,
        is_last: impl Fn(&serde_json::Value) -> bool,
    ) -> (Vec<serde_json::Value>, bool) {
        let mut seen = Vec::new();
        while let Ok(event) = self.lines.recv_timeout(patience) {
            seen.push(event);
            if seen.last().is_some_and(&is_last) {
                return (seen, true);
            }
        }
        (seen, false)
    }

    fn until(&mut self, action: &str) -> Vec<serde_json::Value> {
        let (seen, has_come) = self.read(PATIENCE, |event| event["action"] == action);
        assert!(has_come, "no {action}: {seen:?} {:?}", self.end());
        seen
    }

    /// Waits until it ends by itself.
    fn wait(&mut self) {
        let begun = Instant::now();
        while self.child.try_wait().unwrap().is_none() && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its exit code, none where it goes on, and its messages.
    fn end(&mut self) -> (Option<i32>, String) {
        use std::io::Read as _;
        let _ = self.child.kill();
        let status = self.child.wait().unwrap();
        let mut words = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut words).unwrap();
        }
        (status.code(), words)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn log_follow_goes_on_behind_the_last_event_that_the_copy_has() {
    let env = TestEnv::new();
    let tokens = env.generate_many(2);
    let mut follower = Follower::start(&env);
    env.run(&["db", "backup", "b.db"]).ok();
    let last_of_copy = env.run(&["log", "--limit", "1", "--format", "json"]).ok().json();
    env.generate_many(3);
    env.run_with_stdin(&["logout", "-"], &tokens[0]).ok();
    follower.until("session.revoked");
    env.run(&["db", "restore", "b.db", "--yes"]).ok();
    env.run(&["user", "add", "dora", "--no-password"]).ok();
    let events = follower.until("user.added");
    let ids: Vec<i64> = events.iter().map(|event| event["id"].as_i64().unwrap()).collect();
    let first: i64 = last_of_copy["events"][0]["id"].as_i64().unwrap() + 1;
    assert_eq!(ids, (first..first + events.len() as i64).collect::<Vec<_>>(), "{events:?}");
    assert_eq!(events[0]["action"], "session.revoked", "what the restore applied: {events:?}");
    let (code, words) = follower.end();
    assert_eq!(code, None, "it ended by itself: {words}");
    assert!(words.contains("a copy has taken the place"), "{words}");
}

#[test]
fn log_follow_ends_where_another_database_takes_the_place() {
    let (env, other) = (TestEnv::new(), TestEnv::new());
    let mut follower = Follower::start(&env);
    move_over(&env, &other);
    other.run(&["user", "add", "dora", "--no-password"]).ok();
    follower.wait();
    let (code, words) = follower.end();
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("another database has taken the place"), "{words}");
}

#[test]
fn list_watch_goes_on_with_the_restored_database() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    env.run(&["db", "backup", "b.db"]).ok();
    let mut child = env.cmd(&["list", "--watch=1", "--format", "count"]).spawn();
    let mut counts = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert_eq!(counts.next().as_deref(), Some("1"));
    env.generate_many(2);
    assert_eq!(counts.next().as_deref(), Some("3"));
    env.run(&["db", "restore", "b.db", "--yes"]).ok();
    assert_eq!(counts.next().as_deref(), Some("1"));
    env.run_with_stdin(&["logout", "-"], &token).ok();
    assert_eq!(counts.next().as_deref(), Some("0"));
    child.kill().unwrap();
    child.wait().unwrap();
}
