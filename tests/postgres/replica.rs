//! Reading from a replica within a bound, while it replays and while it does not.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings};

use crate::program::Program;

const BOUND: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(100);

fn socket(server: &PostgresServer) -> String {
    server.socket_folder().display().to_string().replace('/', "%2F")
}

/// Seals again and again, as a server that stays does, while `act` runs.
fn sealing<T>(program: &Program, act: impl FnOnce() -> T) -> T {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                program.run(&["log", "seal"]);
                thread::sleep(PAUSE);
            }
        });
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act));
        stop.store(true, Ordering::SeqCst);
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

#[test]
fn replica_answers_within_its_bound_and_the_primary_whatever_it_may_have_wrong() {
    let Some(programs) = Programs::find() else { return };
    let settings = Settings { options: vec!["fsync=off".to_owned()] };
    let primary = PostgresServer::start(&programs, &settings);
    let program = Program::new(&primary);
    let name = program.url.rsplit('/').next().unwrap().to_owned();
    let replica = primary.replica(&settings);
    let url = format!(
        "postgres://postgres@{},{}/{name}?read=replica&staleness=2s",
        socket(&primary),
        socket(&replica)
    );
    let reader = Program { url };
    let [kept, ended] = [(); 2].map(|()| program.ok(&["generate"]));
    let catch_up = || {
        let begun = Instant::now();
        while replica.sql(&name, "SELECT count(*) >= 2 FROM sessionctl.session") != "t" {
            assert!(begun.elapsed() < Duration::from_secs(20), "the replica does not replay");
            thread::sleep(PAUSE);
        }
    };
    catch_up();
    sealing(&program, || {
        thread::sleep(Duration::from_millis(500));
        let reads = |server: &PostgresServer| -> i64 {
            let sql = "SELECT sum(seq_scan + coalesce(idx_scan, 0)) FROM pg_stat_all_tables WHERE relname = 'session'";
            server.sql(&name, sql).parse().expect("a number")
        };
        let before = reads(&replica);
        assert_eq!(reader.ok(&["verify", &kept, "--no-touch"]), "active");
        assert_eq!(reader.ok(&["list", "--format", "count"]), "2");
        reader.ok(&["stats", "--all"]);
        thread::sleep(Duration::from_millis(1_200));
        assert!(reads(&replica) > before, "the replica was not read");

        replica.sql(&name, "SELECT pg_wal_replay_pause()");
        program.ok(&["revoke", "2", "--yes"]);
        let revoked = Instant::now();
        // The replica does not know it; it is right all the same, and at once.
        let created = program.ok(&["generate"]);
        assert_eq!(reader.ok(&["verify", &created, "--no-touch"]), "active");
        while reader.code(&["verify", &ended, "--no-touch"]) == Some(0) {
            assert!(revoked.elapsed() < BOUND + Duration::from_secs(2), "active beyond the bound");
            thread::sleep(PAUSE);
        }
        assert_eq!(reader.code(&["verify", &ended, "--no-touch"]), Some(5));
        thread::sleep(BOUND);
        assert_eq!(reader.ok(&["list", "--format", "count"]), "2", "of the primary: two of three");
        replica.sql(&name, "SELECT pg_wal_replay_resume()");
    });
    // The end of the primary is the end of the heartbeat: nothing is reported as active beyond the bound.
    let files = primary.kill();
    thread::sleep(BOUND + Duration::from_secs(1));
    assert_eq!(reader.code(&["verify", &kept, "--no-touch"]), Some(1));
    let replica_alone = Program { url: format!("postgres://postgres@{}/{name}", socket(&replica)) };
    assert_eq!(
        replica_alone.ok(&["verify", &kept, "--no-touch"]),
        "active",
        "reads work where only a replica is named"
    );
    assert_eq!(replica_alone.code(&["generate"]), Some(1));
    drop(files);
}
