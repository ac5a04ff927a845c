//! Databases as the frameworks make them, with made-up users and sessions, and a context to act on them.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use rusqlite::{Connection, params};
use sessionctl_core::model::time::Timestamp;
use sessionctl_foreign::detect::{Choice, DetectError, Detected, detect};
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::layout::Layout;
use sessionctl_foreign::ops::{self, Context, ListRequest, Options, Order};
use sessionctl_foreign::record::Record;
use sessionctl_foreign::registry::Registry;
use sessionctl_foreign::source::SourceFactory as _;
use sessionctl_foreign::sqlite::SqliteFile;
use tempfile::TempDir;
use zeroize::Zeroizing;

/// 2027-03-01T00:00:00Z.
pub(crate) const NOW: i64 = 1_803_859_200;

pub(crate) struct Fixture {
    folder: TempDir,
    pub(crate) path: PathBuf,
    pub(crate) secrets: Vec<Zeroizing<String>>,
    pub(crate) set: Vec<(String, String)>,
}

impl Fixture {
    pub(crate) fn new(sql: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.sqlite3");
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        Fixture { folder, path, secrets: Vec::new(), set: Vec::new() }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(&self.path).unwrap()
    }

    pub(crate) fn execute(&self, sql: &str) {
        self.connect().execute_batch(sql).unwrap();
    }

    pub(crate) fn count(&self, sql: &str) -> i64 {
        self.connect().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub(crate) fn factory(&self) -> SqliteFile {
        SqliteFile::new(&self.path)
    }

    pub(crate) fn detect(&self) -> Result<Detected, DetectError> {
        self.detect_with(&Registry::built_in().unwrap().layouts(), None)
    }

    pub(crate) fn detect_with(
        &self,
        layouts: &[Arc<Layout>],
        table: Option<&str>,
    ) -> Result<Detected, DetectError> {
        let source = self.factory().reader()?;
        let choice = Choice { table: table.map(str::to_owned), set: self.set.clone(), named: false };
        let detected = detect(source.as_ref(), &source.tables()?, layouts, &choice)?;
        source.finish()?;
        Ok(detected)
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Context<'_>) -> T) -> T {
        self.with_detected(&self.detect().unwrap(), act)
    }

    pub(crate) fn with_detected<T>(&self, detected: &Detected, act: impl FnOnce(&mut Context<'_>) -> T) -> T {
        let (factory, secrets) = (self.factory(), self.secrets.as_slice());
        let now = Timestamp::from_unix(NOW);
        act(&mut Context { factory: &factory, detected, now, secrets, trace: &mut |_| {} })
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.with(records)
    }
}

pub(crate) fn all() -> Filter {
    Filter { all: true, ..Filter::default() }
}

pub(crate) fn of_user(name: &str) -> Filter {
    Filter { users: vec![name.to_owned()], ..Filter::default() }
}

pub(crate) fn records(cx: &mut Context<'_>) -> Vec<Record> {
    let request = ListRequest { filter: all(), order: Order::Page, limit: None, after: None };
    let mut found = Vec::new();
    ops::list(cx, &request, &mut |record| {
        found.push(record);
        ControlFlow::Continue(())
    })
    .unwrap();
    found
}

pub(crate) const DJANGO: &str = r#"
    CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL,
      "username" varchar(150) NOT NULL UNIQUE, "email" varchar(254) NOT NULL, "is_active" bool NOT NULL);
    CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY,
      "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
    CREATE INDEX "django_session_expire_date" ON "django_session" ("expire_date");
    INSERT INTO auth_user VALUES (1, 'pbkdf2$1', 'erin', 'erin@example.org', 1), (2, 'pbkdf2$2', 'frank', '', 0);
"#;

/// A session key of Django.
pub(crate) fn django_key(number: u32) -> String {
    format!("{number:0>32}")
}

/// A signed payload, with a signature that no key made.
pub(crate) fn django_payload(json: &str) -> String {
    format!("{}:1vb66h:{}", Base64UrlUnpadded::encode_string(json.as_bytes()), "s".repeat(43))
}

/// Sessions 1 and 2 of erin, 3 of frank, 4 anonymous, 5 of erin and expired, 6 of a user who does not exist.
pub(crate) fn django() -> Fixture {
    let fixture = Fixture::new(DJANGO);
    let connection = fixture.connect();
    for (number, user, expires) in [
        (1, Some("1"), "2027-03-01 00:00:01"),
        (2, Some("1"), "2027-04-01 12:00:00.250000"),
        (3, Some("2"), "2027-04-01 12:00:00"),
        (4, None, "2027-04-01 12:00:00"),
        (5, Some("1"), "2027-03-01 00:00:00"),
        (6, Some("99"), "2027-04-01 12:00:00"),
    ] {
        let json = user.map_or("{}".to_owned(), |id| format!(r#"{{"_auth_user_id":"{id}"}}"#));
        let sql = "INSERT INTO django_session VALUES (?, ?, ?)";
        connection.execute(sql, params![django_key(number), django_payload(&json), expires]).unwrap();
    }
    fixture
}

pub(crate) const LARAVEL: &str = r#"
    CREATE TABLE "users" ("id" integer not null primary key autoincrement, "name" varchar not null,
      "email" varchar not null, "password" varchar not null, "remember_token" varchar);
    CREATE TABLE "sessions" ("id" varchar not null, "user_id" integer, "ip_address" varchar, "user_agent" text,
      "payload" text not null, "last_activity" integer not null, primary key ("id"));
    INSERT INTO users VALUES (1, 'Erin', 'erin@example.org', 'x', 'remember-me-erin'), (2, 'Frank', 'f@example.org', 'x', NULL);
"#;

pub(crate) fn laravel_key(number: u32) -> String {
    format!("{number:A>40}")
}

pub(crate) fn laravel_payload(user: Option<u32>) -> String {
    let login = "login_web_59ba36addc2b2f9401580f014c7f58ea4e30989d";
    let text = match user {
        Some(id) => format!(r#"a:2:{{s:6:"_token";s:3:"abc";s:50:"{login}";i:{id};}}"#),
        None => r#"a:1:{s:6:"_token";s:3:"abc";}"#.to_owned(),
    };
    Base64::encode_string(text.as_bytes())
}

/// Sessions 1 and 2 of erin, 3 of frank, 4 anonymous, 5 of erin and expired at the default lifetime.
pub(crate) fn laravel() -> Fixture {
    let fixture = Fixture::new(LARAVEL);
    let connection = fixture.connect();
    for (number, user, last) in [
        (1, Some(1), NOW - 60),
        (2, Some(1), NOW - 7_200),
        (3, Some(2), NOW),
        (4, None, NOW),
        (5, Some(1), NOW - 7_201),
    ] {
        let sql = "INSERT INTO sessions VALUES (?, ?, '198.51.100.9', 'Agent/1', ?, ?)";
        connection.execute(sql, params![laravel_key(number), user, laravel_payload(user), last]).unwrap();
    }
    fixture
}

/// A session of user 5, and an anonymous one.
pub(crate) fn express() -> Fixture {
    let fixture = Fixture::new("CREATE TABLE sessions (sid PRIMARY KEY, expired, sess)");
    let connection = fixture.connect();
    for (number, json) in [(1, r#"{"cookie":{},"userId":5}"#), (2, r#"{"cookie":{}}"#)] {
        let sql = "INSERT INTO sessions VALUES (?, ?, ?)";
        let expires = (NOW + 60) as f64 * 1_000.0;
        connection.execute(sql, params![format!("{number:s>32}"), expires, json]).unwrap();
    }
    fixture
}

/// Three sessions of one user, of which the second replaced the first, and one of another.
pub(crate) fn directus() -> Fixture {
    let fixture = Fixture::new(
        "CREATE TABLE directus_users (id char(36) PRIMARY KEY, first_name, email, status);
         CREATE TABLE directus_sessions (token varchar(64) NOT NULL PRIMARY KEY, user char(36) REFERENCES \
         directus_users(id), expires datetime NOT NULL, ip varchar, user_agent text, share char(36), origin varchar, \
         next_token varchar(64));
         INSERT INTO directus_users VALUES ('u-1', 'Erin', 'erin@example.org', 'active'), ('u-2', 'F', 'f@example.org', 'active')",
    );
    let connection = fixture.connect();
    for (number, user, next) in [(1, "u-1", Some(2)), (2, "u-1", None), (3, "u-1", None), (4, "u-2", None)] {
        let key = |number: i32| format!("{number:t>64}");
        let sql = "INSERT INTO directus_sessions VALUES (?, ?, ?, '2001:db8::7', 'Agent', NULL, NULL, ?)";
        let expires = (NOW + 60) * 1_000;
        connection.execute(sql, params![key(number), user, expires, next.map(key)]).unwrap();
    }
    fixture
}

/// How a test does an act: nothing is expected, backed up or looked for again.
pub(crate) fn options<'a>(
    pause: &'a mut dyn FnMut(Duration),
    stop: &'a mut dyn FnMut() -> bool,
) -> Options<'a> {
    Options {
        expect: None,
        selection: "a test".to_owned(),
        reason: None,
        act: "1".to_owned(),
        backup: None,
        recheck: None,
        pause,
        stop,
    }
}
