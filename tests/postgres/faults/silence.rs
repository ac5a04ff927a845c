//! Servers that fall silent in the middle of a statement, and servers that never stop.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Output};
use std::thread;
use std::time::{Duration, Instant};

use sessionctl_postgres_fixture::{Frozen, Holder, PostgresServer, Programs, Settings};

use super::fake::{listen, message};
use super::{assert_fault, database};
use crate::program::{Program, stderr};

const TIMEOUT: Duration = Duration::from_secs(180);
/// The client's own limit, after which it gives up a connection.
const LIMIT: Duration = Duration::from_secs(10);
/// What the program may take in memory, whatever a server sends.
const MAX_RESIDENT_KIB: u64 = 700 * 1024;

/// Waits until the program waits for a lock; `false` where it ended before.
fn waits(server: &PostgresServer, name: &str, child: &mut Child) -> bool {
    let waits = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
                 AND application_name = 'sessionctl' AND wait_event_type = 'Lock')";
    let begun = Instant::now();
    while server.sql(name, waits) != "t" {
        if child.try_wait().expect("it can be asked").is_some() {
            return false;
        }
        assert!(begun.elapsed() < TIMEOUT, "it never waited");
        thread::sleep(Duration::from_millis(20));
    }
    true
}

#[test]
fn server_that_hangs_in_mid_statement_is_given_up_and_the_change_made_once_where_it_comes_back() {
    let Some(programs) = Programs::find() else { return };
    let server = PostgresServer::start(&programs, &Settings::fast());
    let program = Program::new(&server);
    let name = database(&program);
    let tokens = program.ok(&["generate", "-n", "2"]);
    let (first, second) = tokens.split_once('\n').expect("two tokens");
    // It comes back after the client has given it up.
    let output = log_out_of_a_hanging_server(&server, &program, first, |frozen, _, _| {
        thread::sleep(LIMIT + Duration::from_secs(2));
        drop(frozen);
    });
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let events = "SELECT count(*) FROM sessionctl.event WHERE action LIKE 'session.%' AND session_id = 1 \
                  AND action <> 'session.created'";
    assert_eq!(server.sql(name, events), "1");
    assert_eq!(program.code(&["verify", first]), Some(5));

    // It does not: one answer, within the time for a failover and for the last attempts.
    let output = log_out_of_a_hanging_server(&server, &program, second, |frozen, logout, started| {
        while logout.try_wait().expect("it can be asked").is_none() {
            thread::sleep(Duration::from_millis(50));
        }
        let waited = started.elapsed();
        // A reading does not wait for a failover.
        let begun = Instant::now();
        assert_fault(&program.run(&["verify", second]), 1, &["cannot reach", "no answer within 10 s"]);
        assert!(begun.elapsed() < TIMEOUT, "{:?}", begun.elapsed());
        drop(frozen);
        assert!(waited > Duration::from_secs(50), "it did not wait for another server: {waited:?}");
    });
    assert_fault(&output, 1, &["cannot reach", "no answer within 10 s", "check the address"]);
    assert_eq!(program.ok(&["verify", second]), "active");
}

/// Stops the server while a logout waits for a lock there, and does something meanwhile, with the logout and the time at
/// which it was started. The server may have ended the wait
/// before it was stopped, where the machine is busy: then it is tried again.
fn log_out_of_a_hanging_server(
    server: &PostgresServer,
    program: &Program,
    token: &str,
    mut meanwhile: impl FnMut(Frozen, &mut Child, Instant),
) -> Output {
    let name = database(program);
    for _ in 0..5 {
        let holder = Holder::hold(server, name, "SELECT 1 FROM sessionctl.session FOR UPDATE");
        let started = Instant::now();
        let mut logout = program.command(&["logout", token]).spawn().expect("it can be started");
        if !waits(server, name, &mut logout) {
            continue;
        }
        let frozen = server.freeze();
        thread::sleep(Duration::from_millis(200));
        if logout.try_wait().expect("it can be asked").is_some() {
            continue;
        }
        meanwhile(frozen, &mut logout, started);
        drop(holder);
        return logout.wait_with_output().expect("it ends");
    }
    panic!("the server was never stopped in time");
}

/// The most memory that a process had, in KiB; none where it has ended.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[test]
fn server_that_never_stops_is_given_up_in_bounded_memory() {
    let rows = [message(b'1', b""), message(b'2', b""), message(b'T', b"\0\0")].concat();
    let long = [&b"D\x7f\xff\xff\xff\0\x01\x7f\xff\xff\0"[..], &[b'x'; 8_192]].concat();
    for (what, first, again) in [
        ("rows of nothing", rows, message(b'D', b"\0\0").repeat(1_000)),
        ("one row of 2 GB", long, vec![b'x'; 65_536]),
        ("settings", Vec::new(), b"S\0\0\0\x10setting\0on\0\0".repeat(500)),
        ("notices", Vec::new(), message(b'N', b"SNOTICE\0VNOTICE\0C00000\0Mx\0\0").repeat(500)),
        ("notifications", Vec::new(), message(b'A', b"\0\0\0\x01channel\0payload\0").repeat(500)),
    ] {
        let program = listen(move |mut stream| {
            let authenticated = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";
            let begun = [&authenticated[..], &first].concat();
            if stream.write_all(&begun).is_ok() {
                while stream.write_all(&again).is_ok() {}
            }
        });
        let token = format!("sctl_{}", "0".repeat(64));
        let mut child = program.command(&["verify", &token]).spawn().expect("it can be started");
        let (mut most, begun) = (0, Instant::now());
        while child.try_wait().expect("it can be asked").is_none() {
            most = most.max(peak(child.id()).unwrap_or(0));
            assert!(most < MAX_RESIDENT_KIB, "{what}: {most} KiB");
            assert!(begun.elapsed() < TIMEOUT * 2, "{what}: it does not end");
            thread::sleep(Duration::from_millis(5));
        }
        assert_fault(&child.wait_with_output().expect("it ends"), 1, &[]);
    }
}
