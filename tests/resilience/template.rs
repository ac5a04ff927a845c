//! A small database with every kind of content, the commands that change it, and the state that must not be
//! partial.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::harness::{Cmd, PASSWORD, TestEnv};
use crate::report::is_long;

/// A database and its tokens.
pub(crate) struct Template {
    pub(crate) env: TestEnv,
    /// Alice's web session.
    pub(crate) web: String,
    /// A revoked session of hers.
    pub(crate) revoked: String,
}

impl Template {
    pub(crate) fn new() -> Self {
        let env = TestEnv::with_users(&["alice", "bob"]);
        let web = env.login("alice");
        let revoked = env.login("alice");
        env.run_with_stdin(&["logout", "-"], &revoked).ok();
        let visitor = env.generate(&["--kind", "anonymous"]);
        env.run_with_stdin(&["data", "set", "-", "cart", "[1]"], &visitor).ok();
        let head = env.login_with("bob", &["--sso"]);
        let head = env.write_file("head", &head);
        env.generate(&["--under", &format!("@{}", head.display()), "--app", "mail"]);
        env.run(&["generate", "--kind", "anonymous", "-n", "20"]).ok();
        env.write_file("web", &web);
        env.write_file("visitor", &visitor);
        // Everything is in the main file, so that a copy is one file.
        sql(&env.db(), "PRAGMA wal_checkpoint(TRUNCATE)");
        Template { env, web, revoked }
    }

    /// A copy under a name in the template's folder.
    pub(crate) fn copy(&self, name: &str) -> PathBuf {
        self.copy_of(&self.env.db(), name)
    }

    /// A copy of another database in the folder, with its WAL.
    pub(crate) fn copy_of(&self, db: &Path, name: &str) -> PathBuf {
        let path = self.env.path(name);
        for suffix in ["-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(beside(&path, suffix));
        }
        fs::copy(db, &path).unwrap();
        // The index (`-shm`) is created again, as after a power cut.
        let _ = fs::copy(beside(db, "-wal"), beside(&path, "-wal"));
        path
    }

    /// The database with this many changes in its WAL, for a command to start from. About every twentieth
    /// change checkpoints, so some commands checkpoint too.
    pub(crate) fn start(&self, changes: usize) -> PathBuf {
        let db = self.copy(&format!("start-{changes}.db"));
        let other = (changes > 0).then(|| hold_open(&db));
        let change = |number: usize| {
            let call = self.env.cmd(&["data", "set", "@visitor", &format!("seen{number}"), "1"]);
            call.env("SESSIONCTL_DB", &db).run().ok();
        };
        let has_wal = || beside(&db, "-wal").metadata().is_ok_and(|log| log.len() > 0);
        (0..changes).for_each(change);
        if changes > 0 && !has_wal() {
            // The last of them was the one that checkpoints.
            change(changes);
        }
        drop(other);
        assert_eq!(changes > 0, has_wal());
        db
    }
}

/// A change from one start: the command, and the state before and after it without a fault.
pub(crate) struct Known {
    pub(crate) arguments: Vec<&'static str>,
    pub(crate) stdin: &'static str,
    pub(crate) before: String,
    pub(crate) after: String,
}

impl Known {
    /// The change with this number in [`changes`].
    pub(crate) fn of(template: &Template, start: &Path, number: usize) -> Self {
        let (arguments, stdin) = changes().swap_remove(number);
        let before = state(&template.copy_of(start, "before.db"));
        let mut known = Known { arguments, stdin, before, after: String::new() };
        let db = template.copy_of(start, "after.db");
        known.cmd(template, &db).run().ok();
        known.after = state(&db);
        known
    }

    /// The same command on another database.
    pub(crate) fn cmd(&self, template: &Template, db: &Path) -> Cmd {
        template.env.cmd(&self.arguments).env("SESSIONCTL_DB", db).stdin(self.stdin)
    }
}

/// A connection that keeps the WAL beside a database while commands come and go, and leaves it there.
pub(crate) fn hold_open(db: &Path) -> Connection {
    let conn = Connection::open(db).unwrap();
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    conn.query_row("SELECT count(*) FROM session", [], |_| Ok(())).unwrap();
    conn
}

/// The numbers of changes in the WAL of the databases from which commands start.
pub(crate) fn starts() -> &'static [usize] {
    // With 14 to 16, most commands checkpoint; the long form meets them all.
    if is_long() { &[0, 1, 4, 8, 11, 13, 14, 15, 16, 17] } else { &[0, 15] }
}

/// The sidecar file with this suffix.
fn beside(db: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", db.display()))
}

/// Every command that changes something: its arguments and its standard input. Each change is complete or
/// absent.
pub(crate) fn changes() -> Vec<(Vec<&'static str>, &'static str)> {
    vec![
        (vec!["generate", "--kind", "anonymous"], ""),
        (vec!["generate", "--user", "bob", "-n", "5"], ""),
        (vec!["login", "bob", "--password-stdin"], PASSWORD),
        (vec!["login", "alice", "--password-stdin", "--upgrade", "@visitor"], PASSWORD),
        (vec!["rotate", "@web"], ""),
        (vec!["logout", "@web"], ""),
        (vec!["revoke", "--user", "bob", "--yes"], ""),
        (vec!["expire", "--user", "bob", "--in", "5m", "--yes"], ""),
        (vec!["prune", "--all", "--older-than", "0s", "--yes"], ""),
        (vec!["data", "set", "@visitor", "cart", "[1,2]"], ""),
        (vec!["user", "add", "carol", "--password-stdin"], PASSWORD),
        (vec!["user", "passwd", "alice", "--password-stdin"], "another long enough password"),
        (vec!["user", "disable", "bob", "--yes"], ""),
        (vec!["user", "remove", "bob", "--yes"], ""),
        (vec!["db", "policy", "web.idle", "20m"], ""),
        (vec!["jwt", "keys", "new"], ""),
    ]
}

/// Everything that a command may change, without times and secrets, which differ from run to run.
pub(crate) fn state(db: &Path) -> String {
    [
        "SELECT id, kind, user_id, parent_id, scheduled_at IS NULL, deadline <= unixepoch(), end_reason FROM session",
        "SELECT name, removed_at IS NULL, disabled_at IS NULL, password_changed_at IS NULL FROM user",
        "SELECT session_id, key, value, version FROM session_data",
        "SELECT session_id FROM retired_token",
        "SELECT name, value FROM policy",
        "SELECT algorithm, retired_at IS NULL FROM jwt_key",
        "SELECT id, action, user, session_id, last_session_id, hex(members) FROM event",
    ]
    .map(|query| rows(db, query))
    .join("\n")
}

/// The result of a query, one row a line.
pub(crate) fn rows(db: &Path, query: &str) -> String {
    let conn = rusqlite::Connection::open(db).unwrap();
    let mut statement =
        conn.prepare(&format!("{query} ORDER BY 1, 2")).or_else(|_| conn.prepare(query)).unwrap();
    let columns = statement.column_count();
    let lines = statement.query_map([], |row| {
        let values: Vec<String> = (0..columns)
            .map(|i| row.get_ref(i).map(|value| format!("{value:?}")))
            .collect::<Result<_, _>>()?;
        Ok(values.join(" "))
    });
    lines.unwrap().map(Result::unwrap).collect::<Vec<_>>().join("\n")
}

/// The result of a query for one number.
pub(crate) fn number(db: &Path, query: &str) -> usize {
    rusqlite::Connection::open(db).unwrap().query_row(query, [], |row| row.get(0)).unwrap()
}

/// Runs SQL on a database behind the program's back.
pub(crate) fn sql(db: &Path, text: &str) {
    rusqlite::Connection::open(db).unwrap().execute_batch(text).unwrap();
}
