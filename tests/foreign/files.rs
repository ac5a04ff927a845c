//! The files of an act: the backup and the audit log are no files of a database.

use std::process::{Command, Output};

use crate::Site;

fn run(site: &Site, log: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sessionctl"))
        .env_clear()
        .env("HOME", site.home.path())
        .env("SESSIONCTL_LOG_DB", log)
        .current_dir(site.home.path())
        .args(["--db", "app.sqlite3"])
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn files_of_a_database_are_refused_as_backup_and_as_log() {
    let site = Site::new();
    std::os::unix::fs::symlink("app.sqlite3", site.home.path().join("link.db")).unwrap();
    for name in
        ["app.sqlite3", "app.sqlite3-wal", "app.sqlite3-shm", "./app.sqlite3-journal", "log.db", "log.db-wal"]
    {
        for command in [&["revoke", "--all"][..], &["prune"]] {
            let output = run(&site, "log.db", &[command, &["--yes", "--backup", name]].concat());
            assert_eq!((output.status.code(), site.rows()), (Some(2), 2), "{name}");
        }
    }
    for name in ["app.sqlite3-journal", "app.sqlite3-wal", "link.db"] {
        let output = run(&site, name, &["revoke", "--all", "--yes"]);
        assert_eq!((output.status.code(), site.rows()), (Some(2), 2), "{name}");
    }
}

#[test]
fn backup_that_exists_is_refused_by_the_dry_run_as_by_the_run() {
    let site = Site::new();
    std::fs::write(site.home.path().join("there.sql"), "kept").unwrap();
    for flag in ["--yes", "--dry-run"] {
        let output = run(&site, "log.db", &["revoke", "--all", flag, "--backup", "there.sql"]);
        assert_eq!((output.status.code(), site.rows()), (Some(1), 2), "{flag}");
    }
    assert_eq!(std::fs::read_to_string(site.home.path().join("there.sql")).unwrap(), "kept");
}

#[test]
fn backup_in_no_folder_is_refused_by_the_dry_run_as_by_the_run() {
    let site = Site::new();
    for flag in ["--yes", "--dry-run"] {
        for command in [&["revoke", "--all"][..], &["prune", "--all", "--older-than", "0s"]] {
            let output = run(&site, "log.db", &[command, &[flag, "--backup", "nowhere/there.sql"]].concat());
            let text = String::from_utf8_lossy(&output.stderr);
            assert_eq!((output.status.code(), site.rows()), (Some(1), 2), "{flag}: {text}");
            assert!(text.contains("the backup could not be written: folder "), "{flag}: {text}");
        }
    }
}

#[test]
fn secret_without_an_end_is_refused() {
    let output = run(&Site::new(), "log.db", &["--app-secret", "@/dev/zero", "list"]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && text.contains("it is longer than 65536 bytes"), "{text}");
}

#[test]
fn log_that_cannot_be_opened_names_the_ways_out() {
    let site = Site::new();
    std::fs::write(site.home.path().join("text.db"), "no database").unwrap();
    for (log, flag) in [("/proc/nowhere/log.db", "--yes"), ("text.db", "--yes"), ("text.db", "--dry-run")] {
        let output = run(&site, log, &["revoke", "--all", flag]);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), site.rows()), (Some(1), 2), "{text}");
        assert!(text.contains("SESSIONCTL_LOG_DB") && text.contains("--no-log"), "{text}");
    }
}

#[test]
fn empty_secret_is_a_usage_error() {
    let (code, text) = Site::new().run(&["--app-secret", "-", "list"], "\n");
    assert!(code == 2 && text.contains("no secret"), "{code} {text}");
}
