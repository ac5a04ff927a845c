//! Moving a database that is in use, in both directions, with a kill in each phase.

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings};

use crate::copy::file;
use crate::program::{Program, stderr};

const TIMEOUT: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(10);

/// A server of its own, because a copy waits for every transaction of its server that writes. On this one, a lock on a
/// table is none.
fn server() -> Option<PostgresServer> {
    let programs = Programs::find()?;
    let mut settings = Settings::fast();
    settings.options.extend(["wal_level=minimal", "max_wal_senders=0"].map(str::to_owned));
    Some(PostgresServer::start(&programs, &settings))
}

/// Waits until a question to the server is answered with yes.
fn wait_until(server: &PostgresServer, database: &str, sql: &str) {
    let begun = Instant::now();
    while server.sql(database, &format!("SELECT {sql}")) != "t" {
        assert!(begun.elapsed() < TIMEOUT, "it never came true: {sql}");
        thread::sleep(PAUSE);
    }
}

/// Holds a lock in a transaction of its own while `act` runs.
fn holding<T>(server: &PostgresServer, database: &str, lock: &str, act: impl FnOnce() -> T) -> T {
    thread::scope(|scope| {
        let statements = format!("BEGIN; {lock}; SELECT pg_sleep(300)");
        let holder = scope.spawn(move || {
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| server.sql(database, &statements)))
        });
        let holds = "EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')";
        wait_until(server, database, holds);
        let result = act();
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event = 'PgSleep'";
        server.sql(database, sql);
        assert!(holder.join().expect("the holder ends").is_err(), "the lock was given up too early");
        // The server notices that the program was killed when it has the lock.
        wait_until(server, database, &format!("NOT {CONNECTED}"));
        result
    })
}

/// Whether the program has a connection to the database.
const CONNECTED: &str = "EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
                         AND application_name = 'sessionctl')";

/// Ends when the program waits for a lock. The server looks by itself, because a copy gives some locks up after seconds,
/// and a question by another process may take longer.
const UNTIL_IT_WAITS: &str = "DO $$ BEGIN FOR i IN 1..6000 LOOP \
     IF EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
         AND application_name = 'sessionctl' AND wait_event_type = 'Lock') THEN RETURN; END IF; \
     PERFORM pg_sleep(0.01), pg_stat_clear_snapshot(); END LOOP; RAISE 'the program never waited'; END $$";

/// How often something is tried that is given up where the machine is too busy to interrupt it in time.
const MAX_TRIES: u32 = 5;

/// Starts a copy, and kills it while the server makes it wait for a lock. What a killed one left on the server has ended
/// before, so that the connection that waits is this one's. A copy that gave its lock up before it was killed is started
/// again.
fn kill_when_it_waits(server: &PostgresServer, database: &str, mut copy: Command) {
    for _ in 0..MAX_TRIES {
        wait_until(server, database, &format!("NOT {CONNECTED}"));
        let ended = thread::scope(|scope| {
            let waits = scope.spawn(|| server.sql(database, UNTIL_IT_WAITS));
            let mut copy = copy.spawn().expect("it can be started");
            while !waits.is_finished() && copy.try_wait().expect("it can be asked").is_none() {
                thread::sleep(PAUSE);
            }
            let ended = copy.try_wait().expect("it can be asked").is_some();
            copy.kill().expect("it can be killed");
            let output = copy.wait_with_output().expect("its output can be read");
            if !ended {
                assert!(waits.join().is_ok(), "the copy never waited: {}", stderr(&output));
                return None;
            }
            let busy = stderr(&output).contains("busy");
            assert!(busy, "the copy ended: {}, {}", output.status, stderr(&output));
            // The server has seen it wait, or never will.
            let look = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                        WHERE datname = current_database() AND query LIKE 'DO %the program never waited%'";
            server.sql(database, look);
            Some(waits.join().is_ok())
        });
        if ended.is_none() {
            return;
        }
    }
    panic!("the copy was never killed in time");
}

fn ended_by_the_move(output: &std::process::Output) -> bool {
    output.status.code() == Some(1)
        && ["is being moved to", "was moved to"].iter().any(|words| stderr(output).contains(words))
}

/// Checks that a database that is being moved answers, and refuses changes with the name of the new place.
fn answers_and_takes_no_change(from: &Program, to: &str, token: &str) {
    assert_eq!(from.ok(&["verify", token]), "active");
    for args in [
        &["revoke", "1", "--yes"][..],
        &["generate"],
        &["logout", token],
        &["db", "policy", "web.idle", "9m"],
    ] {
        let refused = from.run(args);
        assert_eq!(refused.status.code(), Some(1), "{args:?}: {}", stderr(&refused));
        assert!(
            stderr(&refused).contains(&format!("is being moved to {to}")),
            "{args:?}: {}",
            stderr(&refused)
        );
    }
}

/// Makes the copy wait for a lock when it fills the table of values, in the transaction after the one that creates it.
const WAIT_WHEN_FILLED: &str = "CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$; \
     CREATE FUNCTION public.plant() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF to_regclass('sessionctl.session_data') IS NOT NULL AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'wait') \
         THEN CREATE TRIGGER wait BEFORE INSERT ON sessionctl.session_data EXECUTE FUNCTION public.wait(); END IF; END $$; \
     CREATE EVENT TRIGGER plant ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.plant()";

#[test]
fn db_copy_to_a_server_continues_after_a_kill_in_each_phase() {
    let Some(server) = server() else { return };
    let server = &server;
    let folder = tempfile::tempdir().unwrap();
    let (from, [web, revoked, api]) = file(folder.path());
    let name = server.create_database();
    let to = Program { url: server.url(&name) };
    let copy = ["db", "copy", from.url.as_str(), to.url.as_str(), "--yes"];
    let interrupt =
        |lock: &str| holding(server, &name, lock, || kill_when_it_waits(server, &name, from.command(&copy)));
    interrupt("CREATE SCHEMA sessionctl");
    answers_and_takes_no_change(&from, &to.url, &web);
    assert!(stderr(&to.run(&["list"])).contains("no session database"));
    server.sql(&name, WAIT_WHEN_FILLED);
    interrupt("SELECT pg_advisory_xact_lock(1)");
    server.sql(&name, "DROP EVENT TRIGGER plant; DROP TRIGGER wait ON sessionctl.session_data");
    for lock in ["LOCK TABLE sessionctl.session_data", "LOCK TABLE sessionctl.unsealed"] {
        interrupt(lock);
        answers_and_takes_no_change(&from, &to.url, &web);
        assert!(stderr(&to.run(&["list"])).contains("unfinished copy"));
    }
    // Another place than the one that was begun is refused; abandoned, the file is in use as before.
    let elsewhere = server.url(&server.create_database());
    let other = from.run(&["db", "copy", &from.url, &elsewhere, "--yes"]);
    assert!(stderr(&other).contains("is being moved to"), "{}", stderr(&other));
    from.ok(&["db", "copy", "--abandon", &from.url, &to.url]);
    from.ok(&["revoke", "3", "--yes"]);
    // A row in the target may be out of date, or have no counterpart in the source.
    server.sql(&name, "INSERT INTO sessionctl.policy VALUES ('zzz', 1)");
    interrupt("SELECT 1 FROM sessionctl.heartbeat FOR UPDATE");
    assert!(ended_by_the_move(&from.run(&["list"])));
    assert!(ended_by_the_move(&from.run(&copy)), "only the seal was missing");
    assert_eq!(to.ok(&["verify", &web]), "active");
    assert_eq!([to.code(&["verify", &revoked]), to.code(&["verify", &api])], [Some(5); 2]);
    assert_eq!(server.sql(&name, "SELECT count(*) FROM sessionctl.policy WHERE name = 'zzz'"), "0");
    to.ok(&["log", "verify"]);
    assert_eq!(to.ok(&["db", "check"]), "");
    assert_eq!(to.ok(&["log", "--action", "db.copied", "--format", "count"]), "1");
}

#[test]
fn db_copy_to_a_file_continues_after_a_kill_in_each_phase() {
    let Some(server) = server() else { return };
    let server = &server;
    let from = Program::new(server);
    from.add_user("bob");
    let (web, revoked) = (from.login("bob"), from.login("bob"));
    from.ok(&["revoke", "2", "--yes"]);
    from.ok(&["data", "set", "1", "cart", "[1]"]);
    from.ok(&["generate", "-n", "30"]);
    let name = from.url.rsplit('/').next().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let to = Program { url: folder.path().join("s.db").display().to_string() };
    let copy = ["db", "copy", from.url.as_str(), to.url.as_str(), "--yes"];
    assert!(stdout_of_dry_run(&from, &copy).contains("session"));
    let interrupt = |lock: &str| {
        holding(server, &name, lock, || kill_when_it_waits(server, &name, from.command(&copy)));
    };
    interrupt("LOCK TABLE sessionctl.event");
    answers_and_takes_no_change(&from, &to.url, &web);
    assert!(!folder.path().join("s.db").exists(), "the copy has begun");
    from.ok(&["db", "copy", "--abandon", &from.url, &to.url]);
    from.ok(&["revoke", "3", "--yes"]);
    interrupt("LOCK TABLE sessionctl.session_data");
    for args in [&["list"][..], &["generate"], &["db", "init"]] {
        let refused = to.run(args);
        assert_eq!(refused.status.code(), Some(1), "{args:?}");
        assert!(stderr(&refused).contains("unfinished copy"), "{args:?}: {}", stderr(&refused));
    }
    answers_and_takes_no_change(&from, &to.url, &web);
    interrupt("LOCK TABLE sessionctl.meta IN SHARE MODE");
    answers_and_takes_no_change(&from, &to.url, &web);
    assert_eq!(to.code(&["verify", &web]), Some(1), "both answer");
    // Killed between the two last steps.
    server.sql(&name, "UPDATE sessionctl.meta SET state = 'moved'");
    assert!(ended_by_the_move(&from.run(&["verify", &web])));
    from.ok(&copy);
    assert_eq!(to.ok(&["verify", &web]), "active");
    assert_eq!(to.code(&["verify", &revoked]), Some(5));
    assert_eq!(to.ok(&["list", "--format", "count"]), "30");
    assert_eq!(to.ok(&["data", "get", "1", "cart"]), "[1]");
    assert_eq!(to.ok(&["db", "check"]), "");
    let first = to.ok(&["log", "--limit", "1", "--fields", "detail"]);
    assert!(first.contains(", head "), "{first}");
    to.login("bob");
    to.ok(&["log", "verify"]);
    assert_eq!(to.code(&copy), Some(1), "it was moved");
}

fn stdout_of_dry_run(from: &Program, copy: &[&str]) -> String {
    from.ok(&[copy, &["--dry-run"]].concat())
}

/// What was acknowledged: tokens that are active, and tokens that were revoked.
#[derive(Default)]
struct Acknowledged {
    active: Vec<String>,
    revoked: Vec<String>,
}

/// Creates and revokes sessions until the database is moved.
fn load(program: &Program, acknowledged: &Mutex<Acknowledged>, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        let mut tokens = [String::new(), String::new()];
        for token in &mut tokens {
            let output = program.run(&["generate"]);
            if !output.status.success() {
                assert!(ended_by_the_move(&output), "{}", stderr(&output));
                return;
            }
            *token = crate::program::stdout(&output);
        }
        let [kept, ended] = tokens;
        acknowledged.lock().expect("no test panicked").active.push(kept);
        let output = program.run(&["logout", &ended]);
        if !output.status.success() {
            assert!(ended_by_the_move(&output), "{}", stderr(&output));
            return;
        }
        acknowledged.lock().expect("no test panicked").revoked.push(ended);
    }
}

fn move_under_load(from: &Program, to: &Program, acknowledged: &Mutex<Acknowledged>) {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| load(from, acknowledged, &stop));
        }
        while acknowledged.lock().expect("no test panicked").revoked.len() < 3 {
            thread::sleep(PAUSE);
        }
        let copied = from.run(&["db", "copy", &from.url, &to.url, "--yes"]);
        stop.store(true, Ordering::SeqCst);
        assert!(copied.status.success(), "{}", stderr(&copied));
    });
    let acknowledged = acknowledged.lock().expect("no test panicked");
    for token in &acknowledged.active {
        assert_eq!(to.ok(&["verify", token]), "active");
    }
    for token in &acknowledged.revoked {
        assert_eq!(to.code(&["verify", token]), Some(5));
    }
    assert_eq!(to.ok(&["db", "check"]), "");
}

#[test]
fn database_moves_to_a_server_to_another_and_back_under_load() {
    let Some(server) = server() else { return };
    let server = &server;
    let folder = tempfile::tempdir().unwrap();
    let (file, [web, revoked, api]) = file(folder.path());
    let servers = [(); 2].map(|()| Program { url: server.url(&server.create_database()) });
    let back = Program { url: folder.path().join("back.db").display().to_string() };
    let acknowledged = Mutex::new(Acknowledged { active: vec![web, api], revoked: vec![revoked] });
    for pair in [&file, &servers[0], &servers[1], &back].windows(2) {
        acknowledged.lock().unwrap().revoked.clear();
        move_under_load(pair[0], pair[1], &acknowledged);
    }
    assert_eq!(back.ok(&["log", "--action", "db.copied", "--format", "count"]), "3");
}
