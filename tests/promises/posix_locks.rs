//! POSIX drops every lock of a process on a file when any descriptor of that file is closed. A program that opens the
//! database beside its own connection would lose its locks, and another program could remove the write-ahead log.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Command;

use crate::harness::TestEnv;

#[test]
fn batch_sees_a_logout_after_another_program_closed_the_database() {
    for round in 0..3 {
        let env = TestEnv::new();
        let tokens = env.generate_many(600);
        let (mut child, mut stdin) = env.cmd(&["verify", "--batch"]).spawn_with_open_stdin();
        let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
        // More than one store reads so many: the second one is opened, and closed, while the first is in use.
        stdin.write_all(format!("{}\n", tokens.join("\n")).as_bytes()).unwrap();
        for _ in &tokens {
            assert_eq!(answers.next().unwrap().unwrap(), "active");
        }
        let shell = Command::new("sqlite3").arg(env.db()).arg("SELECT count(*) FROM session").output();
        assert!(shell.expect("sqlite3 runs").status.success());
        env.run_with_stdin(&["logout", "-"], &tokens[7]).ok();
        stdin.write_all(format!("{}\n", tokens[7]).as_bytes()).unwrap();
        let answer = answers.next().unwrap().unwrap();
        assert_eq!(answer, "revoked", "round {round}: a logout that was acknowledged is not seen");
        drop(stdin);
        assert!(child.wait().unwrap().success());
        assert_eq!(env.verdict(&tokens[7]), "revoked", "round {round}: a logout was lost");
        env.run(&["db", "check"]).ok();
    }
}

/// Bulk work opens one store to select and one to change. It is stopped by a full pipe between two batches, and killed
/// after the shell has opened and closed its database.
#[test]
fn bulk_work_keeps_what_it_printed_after_another_program_closed_the_database() {
    const SESSIONS: usize = 8_000;
    let works: [(&[&str], &str, &str); 3] = [
        (&["revoke", "--all"], "active", "revoked"),
        (&["expire", "--all"], "active", "expired"),
        (&["prune", "--all", "--older-than", "0s"], "revoked", ""),
    ];
    for (work, before, after) in works {
        let env = TestEnv::new();
        env.generate_many(SESSIONS);
        if before == "revoked" {
            env.run(&["revoke", "--all", "--yes", "-q"]).ok();
        }
        let mut child = env.cmd(&[work, &["--yes", "--format", "ids"]].concat()).spawn();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut printed = vec![lines.next().unwrap().unwrap()];
        let shell = Command::new("sqlite3").arg(env.db()).arg("SELECT count(*) FROM session").output();
        assert!(shell.expect("sqlite3 runs").status.success());
        // What the pipe held, and what was changed after the shell had left.
        printed.extend(lines.by_ref().take(SESSIONS * 3 / 4).map(Result::unwrap));
        child.kill().unwrap();
        child.wait().unwrap();
        printed.extend(lines.map_while(Result::ok).filter(|line| !line.is_empty()));
        printed.pop();
        let now: BTreeSet<String> = match after {
            "" => env.ids(&["--state", "any"]).into_iter().collect(),
            state => env.ids(&["--state", state]).into_iter().collect(),
        };
        let lost = printed.iter().filter(|id| now.contains(*id) == after.is_empty()).count();
        assert_eq!(lost, 0, "{work:?}: acknowledged and lost, of {}", printed.len());
        env.run(&["db", "check"]).ok();
    }
}
