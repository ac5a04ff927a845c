//! Copies of a database while it is in use.

use std::fs;

use sessionctl_core::store::{Access, FileBackups as _, Maintenance as _, SessionStore as _, StoreError};

use crate::env::{Env, beside};

#[test]
fn backup_is_a_database_of_its_own_and_replaces_nothing() {
    let mut env = Env::new();
    let issued = env.create_anonymous();
    let copy = env.folder.path().join("copy.db");
    let mut progress = (0, 0);
    let factory = env.factory_at(&env.path());
    factory.backup(&copy, None, &mut |done, all| progress = (done, all)).unwrap();
    assert!(progress.0 == progress.1 && progress.1 > 0);
    env.revoke(issued.id);
    let store = env.factory_at(&copy).open_sqlite(Access::Read).unwrap();
    assert_eq!(store.look_up(&issued.token).unwrap().unwrap().session.revoked_at, None);
    assert!(store.check().unwrap().is_empty());
    let again = factory.backup(&copy, None, &mut |_, _| {});
    assert!(matches!(again, Err(StoreError::FileExists)), "{again:?}");
    let names: Vec<_> = fs::read_dir(env.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains(".new-")), "{names:?}");
}

#[test]
fn backup_refuses_a_name_with_a_sidecar_beside_it() {
    let mut env = Env::new();
    env.create_anonymous();
    for suffix in ["-wal", "-shm", "-journal"] {
        let copy = env.folder.path().join(format!("copy{suffix}.db"));
        fs::write(beside(&copy, suffix), "left over").unwrap();
        let backup = env.factory_at(&env.path()).backup(&copy, None, &mut |_, _| {});
        assert!(matches!(backup, Err(StoreError::Refused(_))), "{suffix}: {backup:?}");
        assert!(!copy.exists());
    }
}
