//! Which files are opened, and which are refused and left as they are.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{PermissionsExt, symlink};

use sessionctl_core::store::{Access, StoreError, StoreFactory as _};

use crate::env::{Env, beside, new_store, refusal};

#[test]
fn new_database_is_readable_by_its_owner_only() {
    let env = Env::new();
    for suffix in ["", "-wal", "-shm"] {
        let path = beside(&env.path(), suffix);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
    }
}

#[test]
fn create_replaces_no_database() {
    let env = Env::new();
    let before = fs::read(env.path()).unwrap();
    assert!(!env.factory_at(&env.path()).create(&new_store(false)).unwrap());
    assert_eq!(fs::read(env.path()).unwrap(), before);
}

#[test]
fn open_refuses_what_is_no_session_database_of_the_caller() {
    let env = Env::new();
    let file = |name: &str, bytes: &[u8]| {
        let path = env.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        path
    };
    assert!(refusal(&env, env.folder.path()).contains("folder"));
    assert!(refusal(&env, &file("empty", b"")).contains("empty"));
    assert!(
        refusal(&env, &file("jpeg", &[0xff, 0xd8, 0xff, 0xe0].repeat(99))).contains("no session database")
    );
    let link = env.folder.path().join("link");
    symlink(env.path(), &link).unwrap();
    assert!(refusal(&env, &link).contains("symbolic link"));
    let missing = env.factory_at(&env.folder.path().join("none")).open_sqlite(Access::Read).map(drop);
    assert!(matches!(missing, Err(StoreError::Missing)));
}

#[test]
fn open_refuses_a_file_that_others_can_reach() {
    let env = Env::new();
    let hard = env.folder.path().join("hard");
    fs::hard_link(env.path(), &hard).unwrap();
    assert!(refusal(&env, &env.path()).contains("hard link"));
    fs::remove_file(hard).unwrap();
    for mode in [0o644, 0o620, 0o602] {
        fs::set_permissions(env.path(), Permissions::from_mode(mode)).unwrap();
        assert!(refusal(&env, &env.path()).contains("others can"), "{mode:o}");
    }
}

#[test]
fn open_refuses_another_programs_database_and_leaves_it_unchanged() {
    let env = Env::new();
    let path = env.folder.path().join("other.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE session (id INTEGER)").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let before = fs::read(&path).unwrap();
    assert!(refusal(&env, &path).contains("another program"));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn open_refuses_a_planted_schema() {
    for planted in [
        "CREATE TRIGGER t AFTER UPDATE ON session BEGIN SELECT 1; END",
        "CREATE VIEW v AS SELECT * FROM session",
        "CREATE INDEX i ON session (label)",
        "ALTER TABLE session ADD COLUMN x TEXT GENERATED ALWAYS AS (label) VIRTUAL",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, \
         'CHECK (deadline <= absolute_expires_at)', 'CHECK (1)') WHERE name = 'session'",
        "CREATE TABLE sessions (id INTEGER)",
    ] {
        let env = Env::new();
        env.run_sql(planted);
        assert!(refusal(&env, &env.path()).contains("schema was altered"), "{planted}");
    }
}

#[test]
fn open_refuses_a_newer_layout() {
    let env = Env::new();
    env.run_sql("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)");
    for access in [Access::Read, Access::Write] {
        let opened = env.factory_at(&env.path()).open_sqlite(access).map(drop);
        assert!(matches!(opened, Err(StoreError::NewerVersion { found: 99, .. })));
    }
}

#[test]
fn open_reports_a_damaged_page() {
    let env = Env::new();
    env.run_sql("PRAGMA wal_checkpoint(TRUNCATE)");
    let mut file = OpenOptions::new().write(true).open(env.path()).unwrap();
    file.seek(SeekFrom::Start(100)).unwrap();
    file.write_all(&[0xff; 4_000]).unwrap();
    drop(file);
    let opened = env.factory_at(&env.path()).open_sqlite(Access::Read).map(drop);
    assert!(matches!(opened, Err(StoreError::Corrupt(_))), "{opened:?}");
}

#[test]
fn folder_that_others_can_write_is_refused_unless_sticky() {
    let env = Env::new();
    let [outer, inner] = ["outer", "outer/inner"].map(|name| env.folder.path().join(name));
    fs::create_dir_all(&inner).unwrap();
    let path = inner.join("s.db");
    assert!(env.factory_at(&path).create(&new_store(false)).unwrap());
    for (folder, mode, refused) in [
        (&inner, 0o777, true),
        (&inner, 0o720, true),
        (&inner, 0o1777, false),
        (&outer, 0o702, true),
        (&outer, 0o1702, false),
        (&outer, 0o755, false),
    ] {
        fs::set_permissions(folder, Permissions::from_mode(mode)).unwrap();
        let opened = env.factory_at(&path).open_sqlite(Access::Read).map(drop);
        let created = env.factory_at(&inner.join(format!("new{mode:o}.db"))).create(&new_store(false));
        assert_eq!(opened.is_err(), refused, "{folder:?} {mode:o}: {opened:?}");
        assert_eq!(created.is_err(), refused, "{folder:?} {mode:o}: {created:?}");
        fs::set_permissions(folder, Permissions::from_mode(0o700)).unwrap();
    }
}

#[test]
fn create_refuses_a_name_with_a_sidecar_beside_it() {
    let env = Env::new();
    for suffix in ["-wal", "-shm", "-journal"] {
        let path = env.folder.path().join(format!("new{suffix}.db"));
        fs::write(beside(&path, suffix), "left over").unwrap();
        let created = env.factory_at(&path).create(&new_store(false));
        let why = created.unwrap_err().to_string();
        assert!(why.contains(suffix) && why.contains("left over"), "{why}");
        assert!(!path.exists());
        assert_eq!(fs::read(beside(&path, suffix)).unwrap(), b"left over");
    }
}

#[test]
fn create_accepts_the_empty_wal_of_a_reader_unless_it_is_in_use() {
    let env = Env::new();
    let path = env.folder.path().join("new.db");
    assert!(env.factory_at(&path).create(&new_store(false)).unwrap());
    let mut reader = std::process::Command::new("sqlite3");
    reader.arg(&path).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut reader = reader.spawn().unwrap();
    let stdin = reader.stdin.as_mut().unwrap();
    stdin.write_all(b"SELECT count(*) FROM session;\n").unwrap();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(reader.stdout.take().unwrap()),
        &mut String::new(),
    )
    .unwrap();
    fs::remove_file(&path).unwrap();
    assert!(env.factory_at(&path).create(&new_store(false)).is_err(), "its WAL is in use");
    reader.kill().unwrap();
    reader.wait().unwrap();
    assert_eq!(fs::metadata(beside(&path, "-wal")).unwrap().len(), 0);
    assert!(env.factory_at(&path).create(&new_store(false)).unwrap());
}

/// Root can write everywhere, so the folder is made unwritable by running the test as somebody else only; with root, the
/// promise tests mount it read-only.
#[test]
fn database_in_an_unwritable_folder_is_read_until_it_changes() {
    if rustix::process::geteuid().is_root() {
        return;
    }
    let mut env = Env::new();
    let token = env.create_anonymous().token;
    let archive = env.folder.path().join("archive");
    fs::create_dir(&archive).unwrap();
    let path = archive.join("s.db");
    use sessionctl_core::store::{FileBackups as _, Maintenance as _, SessionStore as _};
    env.factory_at(&env.path()).backup(&path, None, &mut |_, _| {}).unwrap();
    fs::set_permissions(&archive, Permissions::from_mode(0o500)).unwrap();
    let store = env.factory_at(&path).open_sqlite(Access::Read).unwrap();
    assert!(store.look_up(&token).unwrap().is_some());
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    fs::set_permissions(&archive, Permissions::from_mode(0o700)).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute_batch("UPDATE session SET label = 'x'").unwrap();
    assert!(store.look_up(&token).is_err(), "an older state was read");
}
