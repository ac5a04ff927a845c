//! The locks of a process on the database. POSIX drops them when any descriptor of the file is closed.

use std::fs;
use std::process::Command;

use sessionctl_core::store::{Access, SessionStore as _};

use crate::env::{Env, beside, only};

/// Opens and closes the database as another program does: where no other process holds a lock, SQLite then copies the
/// WAL back and removes it.
fn open_and_close_elsewhere(env: &Env) {
    let shell = Command::new("sqlite3").arg(env.path()).arg("SELECT count(*) FROM session").output().unwrap();
    assert!(shell.status.success(), "{shell:?}");
}

#[test]
fn second_store_of_a_process_keeps_the_locks_of_the_first() {
    for access in [Access::Read, Access::Write] {
        let mut env = Env::new();
        let token = env.create_anonymous().token;
        let reader = env.open(Access::Read);
        assert!(reader.look_up(&token).unwrap().is_some());
        drop(env.open(access));
        open_and_close_elsewhere(&env);
        assert!(fs::exists(beside(&env.path(), "-wal")).unwrap(), "another program removed the WAL in use");
        let id = env.create_anonymous().id;
        env.revoke(id);
        assert!(reader.session(id).unwrap().unwrap().0.revoked_at.is_some());
    }
}

#[test]
fn check_and_backup_keep_the_locks_of_the_process() {
    use sessionctl_core::store::{FileBackups as _, Maintenance as _};
    let mut env = Env::new();
    let id = env.create_anonymous().id;
    assert!(env.store.check().unwrap().is_empty());
    let copy = env.folder.path().join("copy.db");
    env.factory_at(&env.path()).backup(&copy, None, &mut |_, _| {}).unwrap();
    open_and_close_elsewhere(&env);
    assert!(fs::exists(beside(&env.path(), "-wal")).unwrap(), "another program removed the WAL in use");
    assert_eq!(env.store.count(&only(id), crate::env::at(1)).unwrap(), 1);
}
