//! POSIX drops every lock of a process on a file when any descriptor of that file is closed. A program that opens the
//! database beside its own connection would lose its locks, and another program could remove the write-ahead log.

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
