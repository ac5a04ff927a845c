//! A small database with something of everything, the commands that change it, and what of it must not be torn.

use std::fs;
use std::path::Path;

use crate::harness::{PASSWORD, Place};

/// A database, and the tokens of what is in it.
pub(crate) struct Template {
    pub(crate) place: Place,
    /// Alice's browser session.
    pub(crate) web: String,
    /// A revoked one of hers.
    pub(crate) revoked: String,
}

impl Template {
    pub(crate) fn new() -> Self {
        let place = Place::with_users(&["alice", "bob"]);
        let web = place.login("alice");
        let revoked = place.login("alice");
        place.feed(&["logout", "-"], &revoked).ok();
        let visitor = place.generate(&["--kind", "anonymous"]);
        place.feed(&["data", "set", "-", "cart", "[1]"], &visitor).ok();
        let head = place.login_with("bob", &["--sso"]);
        let head = place.file("head", &head);
        place.generate(&["--under", &format!("@{}", head.display()), "--app", "mail"]);
        place.run(&["generate", "--kind", "anonymous", "-n", "20"]).ok();
        place.file("web", &web);
        place.file("visitor", &visitor);
        // All of it in the main file, so that a copy is one file.
        sql(&place.db(), "PRAGMA wal_checkpoint(TRUNCATE)");
        Template { place, web, revoked }
    }

    /// A database of its own, at a name in the template's folder.
    pub(crate) fn copy(&self, name: &str) -> std::path::PathBuf {
        let path = self.place.path(name);
        for suffix in ["-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(format!("{}{suffix}", path.display()));
        }
        fs::copy(self.place.db(), &path).unwrap();
        path
    }
}

/// Every command that changes something: its arguments, and what it reads. Of each, all or nothing is done.
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
        (vec!["prune", "--older-than", "0s", "--yes"], ""),
        (vec!["data", "set", "@visitor", "cart", "[1,2]"], ""),
        (vec!["user", "add", "carol", "--password-stdin"], PASSWORD),
        (vec!["user", "passwd", "alice", "--password-stdin"], "another long enough password"),
        (vec!["user", "disable", "bob", "--yes"], ""),
        (vec!["user", "remove", "bob", "--yes"], ""),
        (vec!["db", "policy", "web.idle", "20m"], ""),
        (vec!["jwt", "keys", "new"], ""),
    ]
}

/// All that a command may change, without the times and the secrets, which differ from run to run.
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

/// The answer to a query, a row a line.
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

/// Runs SQL on a database, behind the program's back.
pub(crate) fn sql(db: &Path, text: &str) {
    rusqlite::Connection::open(db).unwrap().execute_batch(text).unwrap();
}
