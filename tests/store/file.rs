//! Which files are opened, and which are refused.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use sessionctl_core::store::StoreError;

use crate::scene::Scene;

fn refused(path: &Path) -> String {
    let reading = crate::scene::try_open_to_read(path).map(drop).unwrap_err();
    let writing = crate::scene::try_open_to_write(path).map(drop).unwrap_err();
    assert_eq!(reading.to_string(), writing.to_string());
    assert!(matches!(reading, StoreError::Refused(_)), "{reading}");
    reading.to_string()
}

#[test]
fn a_new_one_is_readable_by_its_owner_only() {
    let scene = Scene::new();
    for suffix in ["", "-wal", "-shm"] {
        let path = format!("{}{suffix}", scene.path.display());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{path}");
    }
}

#[test]
fn what_is_none_of_ours_is_refused_in_words() {
    let scene = Scene::new();
    let folder = scene.folder.path();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    };
    assert!(refused(folder).contains("folder"));
    assert!(refused(&file("empty", b"")).contains("empty"));
    assert!(refused(&file("jpeg", &[0xff, 0xd8, 0xff, 0xe0].repeat(99))).contains("no session database"));
    let link = folder.join("link");
    symlink(&scene.path, &link).unwrap();
    assert!(refused(&link).contains("symbolic link"));
    let hard = folder.join("hard");
    fs::hard_link(&scene.path, &hard).unwrap();
    assert!(refused(&scene.path).contains("hard link"));
    fs::remove_file(hard).unwrap();
    fs::set_permissions(&scene.path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(refused(&scene.path).contains("chmod 600"));
    let missing = crate::scene::try_open_to_read(&folder.join("none")).map(drop).unwrap_err();
    assert!(matches!(missing, StoreError::Missing));
}

#[test]
fn foreign_database_is_refused_and_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE session (id INTEGER)").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let before = fs::read(&path).unwrap();
    assert!(refused(&path).contains("another program"));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_planted_schema_is_refused() {
    for planted in [
        "CREATE TRIGGER t AFTER UPDATE ON session BEGIN SELECT 1; END",
        "CREATE VIEW v AS SELECT * FROM session",
        "CREATE INDEX i ON session (label)",
        "ALTER TABLE session ADD COLUMN x TEXT GENERATED ALWAYS AS (label) VIRTUAL",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, \
         'CHECK (deadline <= absolute_expires_at)', 'CHECK (1)') WHERE name = 'session'",
        "CREATE TABLE sessions (id INTEGER)",
    ] {
        let scene = Scene::new();
        scene.tamper(planted);
        assert!(refused(&scene.path).contains("schema was altered"), "{planted}");
    }
}

#[test]
fn a_newer_layout_is_not_touched() {
    let scene = Scene::new();
    scene.tamper("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)");
    for opened in [crate::scene::try_open_to_read(&scene.path), crate::scene::try_open_to_write(&scene.path)]
    {
        assert!(matches!(opened.map(drop).unwrap_err(), StoreError::NewerVersion { found: 99, .. }));
    }
}

#[test]
fn a_damaged_page_is_told_of() {
    let scene = Scene::new();
    scene.tamper("PRAGMA wal_checkpoint(TRUNCATE)");
    let mut file = OpenOptions::new().write(true).open(&scene.path).unwrap();
    file.seek(SeekFrom::Start(100)).unwrap();
    file.write_all(&[0xff; 4_000]).unwrap();
    drop(file);
    let error = crate::scene::try_open_to_read(&scene.path).map(drop).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
}
