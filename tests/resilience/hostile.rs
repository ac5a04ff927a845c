//! Prepared files: every command refuses each with a message and leaves it unchanged, or it does no harm.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use crate::deadline;
use crate::planted::{ALTERED, OTHERS, READING, beside};
use crate::report::report;
use crate::template::{Template, changes, sql};

/// The state of a path and its sidecars, without following links or opening pipes. An empty WAL and its index
/// remain after SQLite has read.
fn file_state(db: &Path) -> String {
    ["", "-wal", "-journal"]
        .map(|suffix| {
            let Ok(meta) = fs::symlink_metadata(beside(db, suffix)) else { return String::new() };
            if meta.is_file() && meta.len() == 0 && meta.permissions().mode() & 0o077 == 0 {
                return String::new();
            }
            let bytes = meta.is_file().then(|| fs::read(beside(db, suffix)).unwrap());
            format!("{:?} {:o} {bytes:?}", meta.file_type(), meta.permissions().mode())
        })
        .join("\n")
}

/// Checks that every command refuses the file, prints one line with the reason, and leaves the file
/// unchanged.
fn refused(template: &Template, name: &str, db: &Path) -> usize {
    let before = file_state(db);
    let reading = READING.iter().map(|args| (args.to_vec(), template.revoked.as_str()));
    let mut tried = 0;
    for (args, stdin) in reading.chain(changes()) {
        let call = template.env.cmd(&args).env("SESSIONCTL_DB", db).stdin(stdin);
        let output = deadline::run(call, name);
        let err = String::from_utf8(output.stderr).unwrap();
        let printed = err.lines().filter(|line| line.starts_with("error:")).count();
        // Another program's database answers some commands, and the others are usage errors there.
        let codes = if name.starts_with("another program's") { &[1, 2][..] } else { &[1] };
        assert!(output.status.code().is_some_and(|code| codes.contains(&code)), "{name}: {args:?}: {err}");
        assert!(printed == 1 && !err.contains("panicked"), "{name}: {args:?}: {err}");
        assert_eq!(output.stdout, b"", "{name}: {args:?} prints something");
        tried += 1;
    }
    assert!(file_state(db) == before, "{name}: it was changed");
    assert!(!template.env.path("stolen.db").exists() && !template.env.path("nothing.db").exists(), "{name}");
    tried
}

fn clean(template: &Template) -> std::path::PathBuf {
    let db = template.env.path("hostile.db");
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(beside(&db, suffix));
    }
    let _ = fs::remove_dir(&db);
    let _ = fs::remove_file(template.env.path("second.db"));
    template.copy("hostile.db");
    fs::set_permissions(&db, Permissions::from_mode(0o600)).unwrap();
    db
}

#[test]
fn prepared_file_is_refused_by_every_command() {
    let template = Template::new();
    let db = clean(&template);
    // A control: the same file is accepted where nothing was done to it.
    let taken = template.env.cmd(&["list"]).env("SESSIONCTL_DB", &db).run();
    assert_eq!(taken.exit_code(), 0, "{taken:?}");
    let mut tried = 0;
    for (name, altered) in ALTERED {
        let db = clean(&template);
        sql(&db, &format!("{altered}; PRAGMA wal_checkpoint(TRUNCATE)"));
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(beside(&db, suffix));
        }
        tried += refused(&template, name, &db);
    }
    for (name, plant) in OTHERS {
        let db = clean(&template);
        plant(&template, &db);
        tried += refused(&template, name, &db);
    }
    clean(&template);
    report("hostile files, each given to every command", tried, "refused in words, and left as they were");
}

/// Only root can give a file to another owner.
#[test]
fn file_of_another_owner_is_refused() {
    if !rustix::process::geteuid().is_root() {
        report("files of another owner", 0, "not tried: only root can give a file away");
        return;
    }
    let template = Template::new();
    let mut tried = 0;
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let db = clean(&template);
        let path = beside(&db, suffix);
        if !suffix.is_empty() {
            fs::write(&path, b"").unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        }
        chown(&path, Some(1), None).unwrap();
        tried += refused(&template, "another owner", &db);
    }
    report("files of another owner", tried, "refused in words, and left as they were");
}

/// In a folder that others can write, somebody could put a write-ahead log beside the database, and SQLite
/// would read it: here a WAL with valid checksums that revives a revoked session.
#[test]
fn wal_writable_by_others_is_refused() {
    let template = Template::new();
    let verdict = |db: &Path| {
        template
            .env
            .cmd(&["verify", "-", "--no-touch"])
            .env("SESSIONCTL_DB", db)
            .stdin(&template.revoked)
            .run()
    };
    let forge = || {
        let db = clean(&template);
        let connection = rusqlite::Connection::open(&db).unwrap();
        connection
            .execute_batch(
                "PRAGMA wal_autocheckpoint = 0; UPDATE session SET ended_at = NULL, end_reason = NULL, \
                 deadline = min(last_seen_at + idle_timeout, absolute_expires_at)",
            )
            .unwrap();
        let log = fs::read(beside(&db, "-wal")).unwrap();
        drop(connection);
        let db = clean(&template);
        fs::write(beside(&db, "-wal"), log).unwrap();
        db
    };
    let db = forge();
    fs::set_permissions(beside(&db, "-wal"), Permissions::from_mode(0o600)).unwrap();
    assert_eq!(verdict(&db).exit_code(), 0, "the forged WAL does not even work");
    let check = template.env.cmd(&["db", "check"]).env("SESSIONCTL_DB", &db).run();
    assert!(
        check.exit_code() == 1 && check.stdout().contains("was revoked according to the audit log"),
        "{check:?}"
    );
    for mode in [0o666, 0o644, 0o620] {
        let db = forge();
        fs::set_permissions(beside(&db, "-wal"), Permissions::from_mode(mode)).unwrap();
        let output = verdict(&db).fails_with(1);
        assert!(output.stderr().contains("-wal"), "{output:?}");
    }
}

/// Settings that another program may have made, and that do no harm.
#[test]
fn harmless_settings_of_other_programs_are_accepted() {
    let template = Template::new();
    let harmless = [
        "PRAGMA journal_mode = DELETE",
        "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM; PRAGMA journal_mode = WAL",
        "PRAGMA journal_mode = DELETE; PRAGMA page_size = 65536; VACUUM",
        "PRAGMA auto_vacuum = FULL; VACUUM",
        "ANALYZE; DROP TABLE IF EXISTS sqlite_stat1",
        "PRAGMA cache_size = 1; PRAGMA default_cache_size = 1; PRAGMA secure_delete = OFF",
    ];
    for text in harmless {
        let db = clean(&template);
        sql(&db, text);
        let run = |args: &[&str], stdin: &str| {
            deadline::run(template.env.cmd(args).env("SESSIONCTL_DB", &db).stdin(stdin), text).status.code()
        };
        let printed = run(&["verify", "-", "--no-touch"], &template.revoked);
        if printed == Some(1) {
            continue;
        }
        assert_eq!(printed, Some(5), "{text}");
        assert_eq!(run(&["verify", "-"], &template.web), Some(0), "{text}");
        assert_eq!(run(&["revoke", "--user", "alice", "--yes"], ""), Some(0), "{text}");
        assert_eq!(run(&["verify", "-"], &template.web), Some(5), "{text}");
        assert_eq!(run(&["db", "check"], ""), Some(0), "{text}");
    }
    report("files with settings of another program", harmless.len(), "refused or harmless");
}
