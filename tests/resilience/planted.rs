//! Prepared files: altered databases, other files in place of a database or beside it, and the commands that
//! meet them.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::template::{Template, sql};

/// Commands that only read.
pub(crate) const READING: &[&[&str]] = &[
    &["list", "--state", "any"],
    &["verify", "-"],
    &["verify", "--batch"],
    &["inspect", "1"],
    &["tree"],
    &["stats"],
    &["log"],
    &["log", "verify"],
    &["user", "list"],
    &["user", "show", "alice"],
    &["data", "list", "1"],
    &["jwt", "keys"],
    &["db", "info"],
    &["db", "check"],
    &["db", "policy"],
    &["db", "backup", "stolen.db"],
    &["db", "init"],
];

/// A change to a sound database.
pub(crate) type Plant = fn(&Template, &Path);

/// SQL statements that alter a database, with their names.
pub(crate) const ALTERED: &[(&str, &str)] = &[
    ("a trigger", "CREATE TRIGGER t AFTER UPDATE ON session BEGIN UPDATE session SET ended_at = NULL; END"),
    (
        "a trigger of another name",
        "CREATE TEMP TABLE x(y); CREATE TRIGGER session BEFORE DELETE ON user BEGIN SELECT RAISE(IGNORE); END",
    ),
    ("a view", "CREATE VIEW v AS SELECT * FROM session"),
    ("an index", "CREATE INDEX i ON session (label)"),
    ("an index with an expression", "CREATE INDEX i ON session (deadline + 1) WHERE ended_at IS NULL"),
    ("a table", "CREATE TABLE sessions (id INTEGER)"),
    ("a table that is altered", "ALTER TABLE session RENAME COLUMN label TO name"),
    ("a generated column", "ALTER TABLE session ADD COLUMN x TEXT GENERATED ALWAYS AS (label) VIRTUAL"),
    (
        "a check that is altered",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = \
         replace(sql, 'CHECK (deadline <= absolute_expires_at)', 'CHECK (1)') WHERE name = 'session'",
    ),
    (
        "a default that is altered",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = \
         replace(sql, 'ended_at INTEGER,', 'ended_at INTEGER DEFAULT NULL,') WHERE name = 'session'",
    ),
    (
        "a table that is the page of another",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = 'session_', tbl_name = 'session_' \
         WHERE name = 'session'",
    ),
    ("a newer version", "PRAGMA user_version = 99"),
    ("a version that is none", "PRAGMA user_version = -1"),
    ("an older version than there is", "PRAGMA user_version = 0"),
    ("another program's mark", "PRAGMA application_id = 7"),
];

/// Other files in place of a database, or beside it.
pub(crate) const OTHERS: &[(&str, Plant)] = &[
    ("a JPEG", |_, db| {
        fs::write(db, [b"\xff\xd8\xff\xe0\x00\x10JFIF\x00".as_slice(), &[7; 9_000]].concat()).unwrap()
    }),
    ("an empty file", |_, db| fs::write(db, b"").unwrap()),
    ("a header and nothing else", |_, db| {
        let bytes = fs::read(db).unwrap();
        fs::write(db, &bytes[..100]).unwrap();
    }),
    ("text that begins alike", |_, db| fs::write(db, b"SQLite format 3\0 and no more").unwrap()),
    ("another program's database", |_, db| {
        fs::remove_file(db).unwrap();
        sql(
            db,
            "CREATE TABLE session (id INTEGER PRIMARY KEY, token TEXT); INSERT INTO session VALUES (1, 'x')",
        );
        fs::set_permissions(db, Permissions::from_mode(0o600)).unwrap();
    }),
    ("a folder", |_, db| {
        fs::remove_file(db).unwrap();
        fs::create_dir(db).unwrap();
    }),
    ("a pipe", |_, db| {
        fs::remove_file(db).unwrap();
        let made = std::process::Command::new("mkfifo").args(["-m", "600"]).arg(db).status().unwrap();
        assert!(made.success());
    }),
    ("a symbolic link", |template, db| {
        let elsewhere = template.copy("elsewhere.db");
        fs::remove_file(db).unwrap();
        symlink(elsewhere, db).unwrap();
    }),
    ("a symbolic link to nothing", |template, db| {
        fs::remove_file(db).unwrap();
        symlink(template.env.path("nothing.db"), db).unwrap();
    }),
    ("a symbolic link to a device", |_, db| {
        fs::remove_file(db).unwrap();
        symlink("/dev/zero", db).unwrap();
    }),
    ("a hard link", |template, db| fs::hard_link(db, template.env.path("second.db")).unwrap()),
    ("a world-readable file", |_, db| fs::set_permissions(db, Permissions::from_mode(0o644)).unwrap()),
    ("a group-writable file", |_, db| fs::set_permissions(db, Permissions::from_mode(0o620)).unwrap()),
    ("a world-writable file", |_, db| fs::set_permissions(db, Permissions::from_mode(0o602)).unwrap()),
    ("a log that is a link", |template, db| symlink(template.env.path("web"), beside(db, "-wal")).unwrap()),
    ("a log that others can write", |_, db| {
        fs::write(beside(db, "-wal"), b"").unwrap();
        fs::set_permissions(beside(db, "-wal"), Permissions::from_mode(0o666)).unwrap();
    }),
    ("a log with a second name", |template, db| {
        fs::hard_link(template.env.path("web"), beside(db, "-wal")).unwrap();
    }),
    ("an index of the log that is a link", |template, db| {
        symlink(template.env.path("web"), beside(db, "-shm")).unwrap();
    }),
    ("a journal that others can read", |_, db| {
        fs::write(beside(db, "-journal"), b"").unwrap();
        fs::set_permissions(beside(db, "-journal"), Permissions::from_mode(0o644)).unwrap();
    }),
];

/// The sidecar file with this suffix.
pub(crate) fn beside(db: &Path, suffix: &str) -> PathBuf {
    format!("{}{suffix}", db.display()).into()
}
