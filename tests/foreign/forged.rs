//! A cookie that the program did not make ends no session where the program's secret is given.

use std::fs;
use std::process::{Command, Stdio};

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use rusqlite::Connection;

const SECRET: &str = "the-secret-of-the-program";

struct Case {
    name: &'static str,
    sql: &'static str,
    table: &'static str,
    forged: Vec<String>,
}

fn cases() -> Vec<Case> {
    let jwt = Base64UrlUnpadded::encode_string(format!(r#"{{"session":"{}"}}"#, "t".repeat(64)).as_bytes());
    vec![
        Case {
            name: "rails8",
            sql: "CREATE TABLE users (id integer PRIMARY KEY, email_address varchar);
                  CREATE TABLE sessions (id integer PRIMARY KEY, user_id integer, ip_address varchar, user_agent varchar, \
                  created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL);
                  INSERT INTO users VALUES (1, 'erin@example.org');
                  INSERT INTO sessions VALUES (4, 1, '', '', '2026-01-01 00:00:00', '2026-01-01 00:00:00')",
            table: "sessions",
            forged: vec![
                format!("session_id={}--{}", Base64::encode_string(b"4"), "0".repeat(40)),
                "session_id=4".to_owned(),
            ],
        },
        Case {
            name: "express-better-sqlite3",
            sql: "CREATE TABLE sessions (sid TEXT PRIMARY KEY NOT NULL, sess JSON NOT NULL, expire TEXT NOT NULL);
                  INSERT INTO sessions VALUES ('abcdefgh', '{\"cookie\":{},\"userId\":1}', '2199-01-01T00:00:00.000Z')",
            table: "sessions",
            forged: vec!["connect.sid=s%3Aabcdefgh.AAAA".to_owned(), "connect.sid=abcdefgh".to_owned()],
        },
        Case {
            name: "better-auth",
            sql: "CREATE TABLE user (id text PRIMARY KEY, name text, email text);
                  CREATE TABLE session (id text PRIMARY KEY, expiresAt date NOT NULL, token text NOT NULL UNIQUE, \
                  createdAt date NOT NULL, updatedAt date NOT NULL, ipAddress text, userAgent text, userId text NOT NULL);
                  INSERT INTO user VALUES ('u', 'Erin', 'erin@example.org');
                  INSERT INTO session VALUES ('i', '2199-01-01T00:00:00.000Z', 'abcdefghijklmnopqrstuvwxyz012345', \
                  '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', '', '', 'u')",
            table: "session",
            forged: vec!["better-auth.session_token=abcdefghijklmnopqrstuvwxyz012345.AAAA".to_owned()],
        },
        Case {
            name: "directus",
            sql: "CREATE TABLE directus_users (id char(36) PRIMARY KEY, first_name, email, status);
                  CREATE TABLE directus_sessions (token varchar(64) NOT NULL PRIMARY KEY, user char(36), expires \
                  datetime NOT NULL, ip varchar, user_agent text, share char(36), origin varchar, next_token varchar(64));
                  INSERT INTO directus_users VALUES ('u', 'Erin', 'erin@example.org', 'active');
                  INSERT INTO directus_sessions VALUES \
                  ('tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt', 'u', 7226582400000, '', '', NULL, NULL, NULL)",
            table: "directus_sessions",
            forged: vec![format!("directus_session_token=eyJhbGciOiJIUzI1NiJ9.{jwt}.AAAA")],
        },
    ]
}

fn revoke(folder: &std::path::Path, arguments: &[&str], secret: &str, input: &str) -> (Option<i32>, String) {
    let file = folder.join("input");
    fs::write(&file, input).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sessionctl"))
        .env_clear()
        .env("HOME", folder)
        .env("SESSIONCTL_APP_SECRET", secret)
        .args(["--db", "app.db", "revoke", "--yes"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::from(fs::File::open(&file).unwrap()))
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn forged_cookie_with_the_secret_given_ends_no_session() {
    for case in cases() {
        let home = tempfile::tempdir().unwrap();
        let database = home.path().join("app.db");
        Connection::open(&database).unwrap().execute_batch(case.sql).unwrap();
        let rows = || -> i64 {
            let sql = format!("SELECT count(*) FROM {}", case.table);
            Connection::open(&database).unwrap().query_row(&sql, [], |row| row.get(0)).unwrap()
        };
        for forged in &case.forged {
            let (code, text) = revoke(home.path(), &["--stdin"], SECRET, &format!("Cookie: {forged}\n"));
            assert_eq!((code, rows()), (Some(3), 1), "{}: {forged}: {text}", case.name);
            assert!(text.contains("no session"), "{}: {text}", case.name);
        }
        let first = &case.forged[0];
        let (code, text) = revoke(home.path(), &["-"], SECRET, first);
        assert_eq!((code, rows()), (Some(3), 1), "{}: {first}: {text}", case.name);
        assert!(text.contains("signature does not fit"), "{}: {text}", case.name);
        // Without the secret nobody can know, and it says so.
        let (code, text) = revoke(home.path(), &["--stdin"], "", first);
        assert_eq!((code, rows()), (Some(0), 0), "{}: {text}", case.name);
        assert!(text.contains("was not checked"), "{}: {text}", case.name);
    }
}
