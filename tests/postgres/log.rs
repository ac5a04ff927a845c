//! The sealed audit log as the commands show it.

use sessionctl_postgres_fixture::shared;

use crate::program::{Program, stderr};

/// How long something that comes is waited for, on a busy machine.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(180);

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
    let is_so = |sql: &str| {
        let begun = std::time::Instant::now();
        let question = format!(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND {sql})"
        );
        while server.sql(database, &question) != "t" {
            assert!(begun.elapsed() < TIMEOUT, "never: {sql}");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    };
    let next = || {
        let line = printed.recv_timeout(TIMEOUT).expect("both events are printed");
        if line.contains("\"slow\"") { "slow" } else { "generated" }
    };
    // It shows in no other way that it has begun: what is written then is printed.
    let id = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].clone();
    let begun = std::time::Instant::now();
    while {
        program.ok(&["generate"]);
        let newest = id(&program.ok(&["log", "--limit", "1", "--format", "jsonl"]));
        let come = || printed.recv_timeout(std::time::Duration::from_secs(2)).ok();
        !std::iter::from_fn(come).any(|line| id(&line) == newest)
    } {
        assert!(begun.elapsed() < TIMEOUT, "it does not follow");
    }
    server.sql(database, "CREATE TABLE public.released (at bigint)");
    let first = std::thread::scope(|scope| {
        scope.spawn(|| {
            server.sql(
                database,
                "BEGIN; INSERT INTO sessionctl.event (id, at, action, actor) \
                 VALUES (nextval('sessionctl.event_id'), 1, 'slow', 'x'); DO $$ BEGIN LOOP PERFORM pg_sleep(0.02); \
                 EXIT WHEN EXISTS (SELECT FROM public.released); END LOOP; END $$; COMMIT",
            )
        });
        is_so("wait_event = 'PgSleep'");
        program.ok(&["generate"]);
        let first = next();
        server.sql(database, "INSERT INTO public.released VALUES (1)");
        first
    });
    assert_eq!([first, next()], ["generated", "slow"], "each once, and none of before");
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    assert!(printed.try_recv().is_err(), "an event was printed twice");
    follow.kill().unwrap();
    follow.wait().unwrap();
    reader.join().unwrap();
}
