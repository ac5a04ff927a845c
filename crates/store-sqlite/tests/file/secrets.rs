//! What must not be in the files: tokens never, and other secrets no longer than they are in use.

use sessionctl_core::model::event::Action;
use sessionctl_core::store::{DataLimits, DataStore as _, DataWrite, UserStore as _};

use crate::env::{Env, event};

#[test]
fn files_contain_no_token() {
    let mut env = Env::new();
    let token = env.create_anonymous().token.expose().to_string();
    let raw = hex::decode(&token).unwrap();
    for secret in [token.as_bytes(), &raw, &raw[16..]] {
        assert!(!env.contains(secret));
    }
}

#[test]
fn replaced_and_removed_values_leave_the_files() {
    let mut env = Env::new();
    let session = env.create_anonymous().id;
    let limits = DataLimits { keys: 10, bytes: 1_000_000 };
    let mut set = |json: Option<&str>| {
        let write = DataWrite { session, key: "note", json, if_version: None, limits };
        env.store.set_data(&write, event(Action::DataChanged)).unwrap();
        [b"first-secret".as_slice(), b"second-secret"].map(|secret| env.contains(secret))
    };
    // Also where the value fills pages of its own.
    let long = format!("\"{}\"", "first-secret ".repeat(2_000));
    assert_eq!(set(Some(&long)), [true, false]);
    assert_eq!(set(Some("\"second-secret\"")), [false, true]);
    assert_eq!(set(None), [false, false]);
}

#[test]
fn replaced_password_hash_leaves_the_files() {
    let mut env = Env::new();
    let bob = env.add_user("bob");
    for (hash, old) in [("$first-hash", "hash"), ("$second-hash", "$first-hash")] {
        env.store.set_password(bob, hash, None, event(Action::PasswordChanged)).unwrap();
        assert!(env.contains(hash.as_bytes()));
        assert!(old == "hash" || !env.contains(old.as_bytes()));
    }
    let end = sessionctl_core::store::EndSessions {
        reason: "removed".to_owned(),
        event: event(Action::SessionRevoked),
    };
    env.store.remove_user(bob, end, event(Action::UserRemoved)).unwrap();
    assert!(!env.contains(b"$second-hash"));
}
