//! Reading from a replica within a bound, while it replays and while it does not.

use std::thread;
use std::time::{Duration, Instant};

use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings};

use crate::program::Program;

/// Time for a beat to arrive and for a question to be asked, on a busy machine.
const BOUND: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(100);
const TIMEOUT: Duration = Duration::from_secs(180);

fn socket(server: &PostgresServer) -> String {
    server.socket_folder().display().to_string().replace('/', "%2F")
}

/// Lets the heart beat, as a server that stays does, while `act` runs.
fn beating<T>(primary: &PostgresServer, name: &str, act: impl FnOnce() -> T) -> T {
    primary.sql(name, "CREATE TABLE public.stopped (at bigint)");
    let beat = "DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM public.stopped) LOOP \
                UPDATE sessionctl.heartbeat SET beat_at = floor(extract(epoch FROM clock_timestamp())); \
                COMMIT; PERFORM pg_sleep(0.1); END LOOP; END $$";
    thread::scope(|scope| {
        let beating = scope.spawn(|| primary.sql(name, beat));
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act));
        primary.sql(name, "INSERT INTO public.stopped VALUES (1)");
        beating.join().expect("the heart beats to the end");
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Waits until a question to a server is answered with yes.
fn wait_until(server: &PostgresServer, name: &str, sql: &str) {
    let begun = Instant::now();
    while server.sql(name, sql) != "t" {
        assert!(begun.elapsed() < TIMEOUT, "never: {sql}");
        thread::sleep(PAUSE);
    }
}

#[test]
fn replica_answers_within_its_bound_and_the_primary_whatever_it_may_have_wrong() {
    let Some(programs) = Programs::find() else { return };
    let settings = Settings { options: vec!["fsync=off".to_owned()], ..Settings::default() };
    let primary = PostgresServer::start(&programs, &settings);
    let program = Program::new(&primary);
    let name = program.url.rsplit('/').next().unwrap().to_owned();
    let replica = primary.replica(&settings);
    let url = format!(
        "postgres://postgres@{},{}/{name}?read=replica&staleness=5s",
        socket(&primary),
        socket(&replica)
    );
    let reader = Program { url };
    let [kept, ended] = [(); 2].map(|()| program.ok(&["generate"]));
    wait_until(&replica, &name, "SELECT count(*) >= 2 FROM sessionctl.session");
    beating(&primary, &name, || {
        let fresh = "SELECT beat_at >= extract(epoch FROM clock_timestamp()) - 2 FROM sessionctl.heartbeat";
        wait_until(&replica, &name, fresh);
        let reads = |server: &PostgresServer| -> i64 {
            let sql = "SELECT sum(seq_scan + coalesce(idx_scan, 0)) FROM pg_stat_all_tables WHERE relname = 'session'";
            server.sql(&name, sql).parse().expect("a number")
        };
        let before = reads(&replica);
        assert_eq!(reader.ok(&["verify", &kept, "--no-touch"]), "active");
        assert_eq!(reader.ok(&["list", "--format", "count"]), "2");
        reader.ok(&["stats", "--all"]);
        // A connection that ends reports what it read, a moment later.
        let begun = Instant::now();
        while reads(&replica) <= before {
            assert!(begun.elapsed() < TIMEOUT, "the replica was not read");
            thread::sleep(PAUSE);
            // A beat that came late lets the primary answer.
            assert_eq!(reader.ok(&["verify", &kept, "--no-touch"]), "active");
        }

        replica.sql(&name, "SELECT pg_wal_replay_pause()");
        program.ok(&["revoke", "2", "--yes"]);
        let revoked = Instant::now();
        // The replica does not know it; it is right all the same, and at once.
        let created = program.ok(&["generate"]);
        assert_eq!(reader.ok(&["verify", &created, "--no-touch"]), "active");
        let mut asked = Instant::now();
        while reader.code(&["verify", &ended, "--no-touch"]) == Some(0) {
            assert!(asked < revoked + BOUND + Duration::from_secs(1), "active beyond the bound");
            thread::sleep(PAUSE);
            asked = Instant::now();
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
