//! A rollback journal beside a database. The program never writes one beside a database in use: it is another program's, or
//! of another database, and SQLite would write what it holds over the file.

use std::fs;

use rusqlite::Connection;

use crate::harness::{CommandOutput, TestEnv};

/// A journal that SQLite would play back: of another database, whose change was not finished.
fn foreign_journal() -> Vec<u8> {
    let other = TestEnv::new();
    other.generate_many(50);
    let (journal, _) = unfinished_change(&other);
    journal
}

/// The journal and the file of a database in the middle of a change by another program.
fn unfinished_change(env: &TestEnv) -> (Vec<u8>, Vec<u8>) {
    let connection = Connection::open(env.db()).unwrap();
    connection.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN IMMEDIATE").unwrap();
    connection
        .execute_batch("UPDATE session SET label = hex(zeroblob(300)); UPDATE event SET actor = 'x'")
        .unwrap();
    let bytes = (fs::read(env.path("sessions.db-journal")).unwrap(), fs::read(env.db()).unwrap());
    assert!(bytes.0.starts_with(&[0xd9, 0xd5, 0x05, 0xf9]), "the journal was not written");
    bytes
}

fn assert_names_the_journal(output: &CommandOutput) {
    assert_eq!((output.exit_code(), output.stdout().as_str()), (1, ""), "{output:?}");
    let words = output.stderr();
    assert!(words.contains("sessions.db-journal") && words.contains("hint:"), "{output:?}");
    assert!(!words.contains("owner") && !words.contains("readonly"), "another cause is named: {output:?}");
}

#[test]
fn journal_beside_a_database_is_refused_by_every_command() {
    for journal in [b"left over".to_vec(), vec![b'x'; 4_096], vec![0xd9], foreign_journal()] {
        let env = TestEnv::with_users(&["alice"]);
        let token = env.login("alice");
        env.run(&["db", "backup", "b.db"]).ok();
        env.write_file("sessions.db-journal", &journal);
        env.write_file("token", &token);
        let before = fs::read(env.db()).unwrap();
        for args in [
            &["list"][..],
            &["verify", "@token"],
            &["generate", "--kind", "anonymous"],
            &["revoke", "1", "--yes"],
            &["logout", "@token"],
            &["user", "list"],
            &["log", "verify"],
            &["db", "check"],
            &["db", "info"],
            &["db", "backup", "c.db"],
            &["db", "restore", "b.db", "--yes"],
        ] {
            assert_names_the_journal(&env.run(args));
        }
        assert!(fs::read(env.db()).unwrap() == before, "the journal was written over the database");
        assert_eq!(fs::read(env.path("sessions.db-journal")).unwrap(), journal);
        fs::remove_file(env.path("sessions.db-journal")).unwrap();
        assert_eq!(env.verdict(&token), "active");
        env.run(&["db", "check"]).ok();
    }
}

#[test]
fn finished_journal_beside_a_database_is_accepted() {
    for journal in [&b""[..], &[0; 28]] {
        let env = TestEnv::new();
        env.write_file("sessions.db-journal", journal);
        let token = env.generate(&["--kind", "anonymous"]);
        assert_eq!(env.verdict(&token), "active");
        env.run(&["db", "check"]).ok();
    }
}

/// Another program took the database out of WAL mode, and was killed while it changed it.
#[test]
fn unfinished_change_of_another_program_is_named_and_undone_by_the_next_change() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    let (journal, torn) = unfinished_change(&env);
    env.write_file("sessions.db", torn);
    env.write_file("sessions.db-journal", journal);
    for args in [&["list"][..], &["db", "check"]] {
        assert_names_the_journal(&env.run(args));
    }
    env.run_with_stdin(&["logout", "-"], &token).ok();
    assert_eq!(env.verdict(&token), "revoked");
    env.run(&["db", "check"]).ok();
}
