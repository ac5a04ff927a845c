//! What is no copy that `db restore` can use, and a database that it cannot compare with: nothing is changed, and the way
//! out is named.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

use crate::harness::TestEnv;

/// A database with a session and a copy of it.
fn with_copy() -> (TestEnv, String) {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.run(&["db", "backup", "b.db"]).ok();
    (env, token)
}

fn edit(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[test]
fn restore_from_what_is_no_plain_file_of_ours_is_refused() {
    let (env, token) = with_copy();
    symlink(env.path("b.db"), env.path("link.db")).unwrap();
    fs::create_dir(env.path("folder.db")).unwrap();
    assert!(Command::new("mkfifo").arg(env.path("pipe.db")).status().unwrap().success());
    fs::copy(env.path("b.db"), env.path("open.db")).unwrap();
    fs::set_permissions(env.path("open.db"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::copy(env.path("b.db"), env.path("one.db")).unwrap();
    fs::hard_link(env.path("one.db"), env.path("two.db")).unwrap();
    let names =
        ["link.db", "folder.db", "pipe.db", "open.db", "one.db", "/dev/null", "/dev/zero", "-", "file:b.db"];
    for name in names {
        env.run(&["db", "restore", name, "--yes"]).fails_with(1);
        assert_eq!(env.verdict(&token), "active", "{name}");
    }
    env.run(&["db", "check"]).ok();
}

#[test]
fn restore_of_an_edited_or_half_written_copy_is_refused() {
    let (env, token) = with_copy();
    for sql in [
        "PRAGMA user_version = 99",
        "CREATE TRIGGER t AFTER INSERT ON session BEGIN DELETE FROM event; END",
        "UPDATE user SET name = 'mallory', name_key = 'mallory'",
        "UPDATE session SET absolute_expires_at = absolute_expires_at + 86400",
        "DELETE FROM event WHERE id = (SELECT max(id) FROM event)",
    ] {
        let path = env.write_file("edited.db", fs::read(env.path("b.db")).unwrap());
        edit(&path, sql);
        env.run(&["db", "restore", "edited.db", "--yes"]).fails_with(1);
        assert_eq!(env.verdict(&token), "active", "{sql}");
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(env.path(&format!("edited.db{suffix}")));
        }
    }
    let whole = fs::read(env.path("b.db")).unwrap();
    for part in [1, 50, 99] {
        env.write_file("half.db", &whole[..whole.len() * part / 100]);
        env.run(&["db", "restore", "half.db", "--yes"]).fails_with(1);
        assert_eq!(env.verdict(&token), "active", "{part} %");
    }
    env.run(&["db", "check"]).ok();
}

#[test]
fn restore_of_a_copy_that_is_in_use_is_refused() {
    let (env, token) = with_copy();
    let user = Connection::open(env.path("b.db")).unwrap();
    user.execute("UPDATE meta SET sandbox = sandbox", []).unwrap();
    let output = env.run(&["db", "restore", "b.db", "--yes"]);
    assert!(output.stderr().contains("b.db-wal"), "{output:?}");
    output.fails_with(1);
    assert_eq!(env.verdict(&token), "active");
    drop(user);
    env.run(&["db", "restore", "b.db", "--yes"]).ok();
    assert_eq!(env.verdict(&token), "active");
}

/// Nothing can be read of a database that is damaged, so no end since the copy is known.
#[test]
fn restore_over_a_damaged_database_names_the_way() {
    let (env, token) = with_copy();
    let mut bytes = fs::read(env.db()).unwrap();
    bytes[100..].iter_mut().step_by(97).for_each(|byte| *byte ^= 0x5a);
    env.write_file("sessions.db", &bytes);
    let output = env.run(&["db", "restore", "b.db", "--yes"]);
    assert!(output.stderr().contains("-wal") && output.stderr().contains("db restore"), "{output:?}");
    output.fails_with(1);
    assert!(fs::read(env.db()).unwrap() == bytes, "the damaged file was changed");
    fs::create_dir(env.path("away")).unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let name = format!("sessions.db{suffix}");
        let _ = fs::rename(env.path(&name), env.path("away").join(&name));
    }
    let restored = env.run(&["db", "restore", "b.db", "--yes"]).ok();
    assert!(restored.stderr().contains("warning"), "{restored:?}");
    assert_eq!(env.verdict(&token), "active");
    env.run(&["db", "check"]).ok();
}
