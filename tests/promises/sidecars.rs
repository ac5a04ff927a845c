//! Files that SQLite keeps beside a database. They belong to one database, and never become part of another.

use std::fs;

use crate::harness::TestEnv;

const SUFFIXES: [&str; 3] = ["-wal", "-shm", "-journal"];

/// A copy of the database file alone, as `cp` makes it.
fn copy_of_main_file(env: &TestEnv) {
    env.write_file("copy.db", fs::read(env.db()).expect("the database"));
}

fn verify_in_copy(env: &TestEnv, token: &str) -> String {
    env.run_with_stdin(&["--db", "copy.db", "verify", "-"], token).stdout()
}

#[test]
fn creation_beside_a_leftover_sidecar_is_refused() {
    for suffix in SUFFIXES {
        for args in [
            &["db", "init"][..],
            &["generate", "--kind", "anonymous"],
            &["user", "add", "bob", "--no-password"],
        ] {
            let env = TestEnv::empty();
            env.write_file(&format!("sessions.db{suffix}"), "left over");
            let output = env.run(args).fails_with(1);
            assert!(output.stderr().contains(suffix), "{output:?}");
            assert!(!env.db().exists(), "{args:?} created a database beside {suffix}");
            assert_eq!(fs::read(env.path(&format!("sessions.db{suffix}"))).unwrap(), b"left over");
        }
    }
}

#[test]
fn backup_beside_a_leftover_sidecar_is_refused() {
    let env = TestEnv::new();
    for suffix in SUFFIXES {
        let name = format!("copy{suffix}.db");
        env.write_file(&format!("{name}{suffix}"), "left over");
        env.run(&["db", "backup", &name]).fails_with(1);
        assert!(!env.path(&name).exists(), "a backup was written beside {suffix}");
    }
}

/// SQLite would take the file for a part of a database of the name before the suffix, and empty it.
#[test]
fn database_under_the_name_of_a_sidecar_is_refused() {
    for suffix in SUFFIXES {
        let env = TestEnv::new();
        let token = env.generate(&["--kind", "anonymous"]);
        let (beside, elsewhere) = (format!("sessions.db{suffix}"), format!("other.db{suffix}"));
        for name in [&beside, &elsewhere] {
            env.run(&["--db", name, "db", "init"]).fails_with(1);
            env.run(&["--db", name, "generate", "--kind", "anonymous"]).fails_with(1);
        }
        for name in [&beside, &elsewhere] {
            env.run(&["db", "backup", name]).fails_with(1);
        }
        assert!(!env.path(&elsewhere).exists());
        env.write_file(&elsewhere, "left over");
        env.run(&["db", "backup", &elsewhere]).fails_with(1);
        assert_eq!(fs::read(env.path(&elsewhere)).unwrap(), b"left over");
        assert_eq!(env.verdict(&token), "active", "{suffix}");
    }
}

/// The WAL of a process that was killed has a user and sessions in it. Where the database is deleted and the WAL is not,
/// nothing of them comes back, whatever makes a database of that name.
#[test]
fn wal_of_a_deleted_database_adds_no_user_to_a_new_one() {
    let other = TestEnv::new();
    other.run(&["db", "backup", "b.db"]).ok();
    let ways: [&[&str]; 5] = [
        &["user", "add", "bob", "--no-password"],
        &["generate", "--kind", "anonymous"],
        &["db", "init"],
        &["db", "restore", "b.db", "--yes"],
        &["db", "backup", "sessions.db"],
    ];
    for (way, left) in ways.iter().flat_map(|way| [(way, &["-wal"][..]), (way, &["-wal", "-shm"])]) {
        let env = TestEnv::new();
        let (wal, shm) = {
            let held = rusqlite::Connection::open(env.db()).unwrap();
            held.query_row("SELECT count(*) FROM user", [], |_| Ok(())).unwrap();
            env.run(&["user", "add", "alice", "--no-password"]).ok();
            env.generate_many(500);
            let read = |suffix: &str| fs::read(env.path(&format!("sessions.db{suffix}"))).unwrap();
            (read("-wal"), read("-shm"))
        };
        assert!(wal.len() > 4_096, "the WAL holds nothing");
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(env.path(&format!("sessions.db{suffix}")));
        }
        for suffix in left {
            let bytes = if *suffix == "-wal" { &wal } else { &shm };
            env.write_file(&format!("sessions.db{suffix}"), bytes);
        }
        env.write_file("b.db", fs::read(other.path("b.db")).unwrap());
        let from = if way[1] == "backup" { "b.db" } else { "sessions.db" };
        env.run(&[&["--db", from], *way].concat()).fails_with(1);
        assert!(!env.db().exists(), "{way:?} beside {left:?}");
        assert_eq!(fs::read(env.path("sessions.db-wal")).unwrap(), wal, "{way:?}: the WAL was changed");
    }
}

/// What a database's WAL holds while another process has it open, after these commands.
fn wal_after(env: &TestEnv, commands: &[&[&str]]) -> Vec<u8> {
    let held = rusqlite::Connection::open(env.db()).unwrap();
    held.query_row("SELECT count(*) FROM user", [], |_| Ok(())).unwrap();
    for command in commands {
        env.run(command).ok();
    }
    fs::read(env.path("sessions.db-wal")).unwrap()
}

/// SQLite itself takes any WAL beside a file for its own. The log is bound to its database, so the check finds it.
#[test]
fn wal_of_another_database_beside_an_existing_one_is_found_by_check() {
    for sessions in [1, 300, 3_000] {
        let (env, other) = (TestEnv::new(), TestEnv::new());
        for env in [&env, &other] {
            env.generate_many(sessions);
        }
        let add = ["user", "add", "mallory", "--no-password"];
        let wal = wal_after(&other, &[&add[..], &["generate", "--kind", "anonymous"]]);
        env.write_file("sessions.db-wal", wal);
        for check in [["db", "check"], ["log", "verify"]] {
            env.run(&check).code(1);
        }
    }
}

/// A backup that was copied over the database, beside the WAL of a process that was killed.
#[test]
fn copy_over_a_database_with_a_wal_revives_nothing_unnoticed() {
    for sessions in [1, 300, 3_000] {
        let env = TestEnv::new();
        let token = env.generate(&["--kind", "anonymous"]);
        env.run(&["db", "backup", "b.db"]).ok();
        env.generate_many(sessions);
        let wal = wal_after(&env, &[&["revoke", "1", "--yes"][..], &["generate", "--kind", "anonymous"]]);
        env.write_file("sessions.db", fs::read(env.path("b.db")).unwrap());
        env.write_file("sessions.db-wal", wal);
        let _ = fs::remove_file(env.path("sessions.db-shm"));
        let output = env.run_with_stdin(&["verify", "-"], &token);
        let is_found = env.run(&["db", "check"]).exit_code() == 1;
        assert!(output.stdout() != "active" || is_found, "{sessions}: {output:?}");
    }
}

#[test]
fn copy_of_the_main_file_knows_every_acknowledged_end() {
    let ends: [&[&str]; 5] = [
        &["revoke", "--user", "alice", "--yes"],
        &["revoke", "1", "--yes"],
        &["user", "disable", "alice", "--yes"],
        &["user", "remove", "alice", "--yes"],
        &["logout", "@token"],
    ];
    for end in ends {
        let env = TestEnv::with_users(&["alice"]);
        let token = env.login("alice");
        env.write_file("token", &token);
        env.generate_many(4_000);
        env.run(end).ok();
        copy_of_main_file(&env);
        let word = verify_in_copy(&env, &token);
        assert!(["revoked", "unknown"].contains(&word.as_str()), "{end:?} is not in the file: '{word}'");
    }
}

#[test]
fn copy_of_the_main_file_knows_a_password_change() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.generate_many(4_000);
    let new = "a quite different passphrase";
    env.run_with_stdin(&["user", "passwd", "alice", "--password-stdin"], new).ok();
    copy_of_main_file(&env);
    assert_eq!(verify_in_copy(&env, &token), "revoked");
    let old = crate::harness::PASSWORD;
    env.run_with_stdin(&["--db", "copy.db", "login", "alice", "--password-stdin"], old).code(6);
}

#[test]
fn copy_of_a_young_database_is_complete() {
    let env = TestEnv::empty();
    let token = env.generate(&["--kind", "anonymous"]);
    copy_of_main_file(&env);
    assert_eq!(verify_in_copy(&env, &token), "active");
}

/// The bytes of the database and of everything beside it.
fn all_bytes(env: &TestEnv) -> Vec<u8> {
    let entries = fs::read_dir(env.path("")).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("sessions.db"));
    files.flat_map(|path| fs::read(path).unwrap()).collect()
}

fn holds(env: &TestEnv, needle: &str) -> bool {
    all_bytes(env).windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn unset_and_replaced_values_leave_the_files() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    env.run(&["data", "set", "1", "note", "\"made-up-secret-one\""]).ok();
    assert!(holds(&env, "made-up-secret-one"));
    env.run(&["data", "set", "1", "note", "\"made-up-secret-two\""]).ok();
    assert!(!holds(&env, "made-up-secret-one"), "a replaced value is still in the files");
    env.run_with_stdin(&["data", "unset", "-", "note"], &token).ok();
    assert!(!holds(&env, "made-up-secret-two"), "a removed value is still in the files");
}

/// A reader's older state needs what the file held.
#[test]
fn removed_value_that_a_reader_kept_leaves_the_files_with_the_next_change() {
    let env = TestEnv::new();
    env.generate(&["--kind", "anonymous"]);
    env.run(&["data", "set", "1", "note", "\"made-up-secret\""]).ok();
    let mut reader = rusqlite::Connection::open(env.db()).unwrap();
    let state = reader.transaction().unwrap();
    state.query_row("SELECT count(*) FROM session_data", [], |_| Ok(())).unwrap();
    env.run(&["data", "unset", "1", "note"]).ok();
    drop(state);
    env.generate(&["--kind", "anonymous"]);
    drop(reader);
    env.run(&["data", "set", "1", "note", "1"]).ok();
    assert!(!holds(&env, "made-up-secret"), "a removed value is still in the files");
}

#[test]
fn replaced_password_hash_leaves_the_files() {
    let env = TestEnv::with_users(&["alice"]);
    let hash = |env: &TestEnv| {
        let bytes = all_bytes(env);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let start = text.find("$argon2id$").expect("a hash is stored");
        text[start..].chars().take(90).collect::<String>()
    };
    let old = hash(&env);
    env.run_with_stdin(&["user", "passwd", "alice", "--password-stdin"], "a quite different passphrase").ok();
    assert!(!holds(&env, &old), "the old hash is still in the files");
    let new = hash(&env);
    env.run(&["user", "remove", "alice", "--yes"]).ok();
    assert!(!holds(&env, &new), "the hash of a removed user is still in the files");
}
