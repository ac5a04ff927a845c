//! Values kept with sessions, the policy and signing keys.

use sessionctl_core::model::event::Action;
use sessionctl_core::model::policy::Key;
use sessionctl_core::store::{DataLimits, DataOutcome, DataWrite, NewKey};

use crate::StoreProvider;
use crate::scene::{ROOMY, Scene, at, event, only};

/// A write names the version onto which it is made, and the limits count all keys and bytes.
pub fn set_data_writes_only_onto_the_expected_version(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let session = scene.anonymous().id;
    let set = |scene: &mut Scene, key: &str, json: Option<&str>, if_version, limits| {
        let write = DataWrite { session, key, json, if_version, limits };
        let before = scene.event_count();
        let outcome = scene.store.set_data(&write, event(Action::DataChanged)).unwrap();
        (outcome, scene.event_count() - before)
    };
    let tight = |keys, bytes| DataLimits { keys, bytes };
    for (json, if_version, limits, outcome) in [
        (None, None, ROOMY, (DataOutcome::Done(0), 0)),
        (Some("1"), Some(1), ROOMY, (DataOutcome::Conflict(0), 0)),
        (Some("1"), Some(0), ROOMY, (DataOutcome::Done(1), 1)),
        (Some("2"), Some(0), ROOMY, (DataOutcome::Conflict(1), 0)),
        (Some("2"), Some(1), ROOMY, (DataOutcome::Done(2), 1)),
        (None, Some(1), ROOMY, (DataOutcome::Conflict(2), 0)),
        (Some("33333"), None, tight(2, 8), (DataOutcome::Full, 0)),
        (Some("4444"), None, tight(2, 8), (DataOutcome::Done(3), 1)),
        (None, None, ROOMY, (DataOutcome::Done(0), 1)),
        (Some("1"), None, tight(0, 100), (DataOutcome::Full, 0)),
    ] {
        assert_eq!(set(&mut scene, "cart", json, if_version, limits), outcome, "{json:?} {if_version:?}");
    }
    assert!(scene.store.data(session).unwrap().is_empty());
    for key in ["b", "a"] {
        assert_eq!(set(&mut scene, key, Some("1"), None, tight(2, 100)).0, DataOutcome::Done(1));
    }
    assert_eq!(set(&mut scene, "c", Some("1"), None, tight(2, 100)).0, DataOutcome::Full);
    let names: Vec<_> = scene.store.data(session).unwrap().into_iter().map(|entry| entry.key).collect();
    assert_eq!(names, ["a", "b"]);
    scene.go_to(5).revoke(&only(session));
    assert_eq!(set(&mut scene, "a", Some("2"), None, ROOMY).0, DataOutcome::NotActive);
}

/// A setting that is reset has its default again.
pub fn set_policy_sets_and_resets_a_setting(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let default = Key::WebIdle.setting().default;
    let set = |scene: &mut Scene, value| {
        scene.store.set_policy(Key::WebIdle, value, event(Action::PolicyChanged)).unwrap();
        scene.store.policy().unwrap().get(Key::WebIdle)
    };
    assert_eq!(scene.store.policy().unwrap().get(Key::WebIdle), default);
    assert_eq!(set(&mut scene, Some(120)), 120);
    assert_eq!(set(&mut scene, Some(180)), 180);
    assert_eq!(set(&mut scene, None), default);
    assert_eq!(scene.count_events(Action::PolicyChanged), 3);
}

fn key(kid: &str) -> NewKey {
    NewKey { kid: kid.to_owned(), algorithm: "EdDSA".to_owned(), secret: vec![1; 32].into() }
}

/// A key's name is taken once, and a retired key stays, so that what it signed can be verified.
pub fn keys_are_kept_once_and_retired_once(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    assert!(scene.store.add_key(&key("one"), false, event(Action::JwtKeyCreated)).unwrap());
    assert!(!scene.store.add_key(&key("one"), false, event(Action::JwtKeyCreated)).unwrap());
    scene.go_to(9);
    assert!(scene.store.add_key(&key("two"), false, event(Action::JwtKeyCreated)).unwrap());
    assert!(scene.store.retire_key("one", event(Action::JwtKeyRetired)).unwrap());
    for kid in ["one", "three"] {
        assert!(!scene.store.retire_key(kid, event(Action::JwtKeyRetired)).unwrap(), "{kid}");
    }
    let keys: Vec<_> = scene.store.keys().unwrap().into_iter().collect();
    let times: Vec<_> = keys.iter().map(|k| (k.kid.as_str(), k.created_at, k.retired_at)).collect();
    assert_eq!(times, [("two", at(9), None), ("one", at(0), Some(at(9)))], "the newest is first");
    assert_eq!(*keys[1].secret, vec![1; 32]);
    assert_eq!(scene.count_events(Action::JwtKeyCreated), 2);
    assert_eq!(scene.count_events(Action::JwtKeyRetired), 1);
}

/// A revoked key loses its secret, whether it was retired or not, and neither signs nor counts as one that signs. The time
/// of its retirement stays.
pub fn keys_are_revoked_once_and_lose_their_secret(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    for kid in ["signing", "retired"] {
        assert!(scene.store.add_key(&key(kid), false, event(Action::JwtKeyCreated)).unwrap());
    }
    scene.go_to(5).store.retire_key("retired", event(Action::JwtKeyRetired)).unwrap();
    scene.go_to(9);
    for kid in ["signing", "retired"] {
        assert!(scene.store.revoke_key(kid, event(Action::JwtKeyRevoked)).unwrap(), "{kid}");
    }
    for kid in ["signing", "retired", "unknown"] {
        assert!(!scene.store.revoke_key(kid, event(Action::JwtKeyRevoked)).unwrap(), "{kid}");
        assert!(!scene.store.retire_key(kid, event(Action::JwtKeyRetired)).unwrap(), "{kid}");
    }
    for key in scene.store.keys().unwrap() {
        let retired_at = if key.kid == "retired" { at(5) } else { at(9) };
        assert_eq!((key.retired_at, key.revoked_at), (Some(retired_at), Some(at(9))), "{}", key.kid);
        assert!(key.secret.is_empty(), "{}", key.kid);
    }
    assert_eq!(scene.count_events(Action::JwtKeyRevoked), 2);
    assert!(scene.store.add_key(&key("first"), true, event(Action::JwtKeyCreated)).unwrap(), "none signs");
}

/// Of many who create the first key at once, one does.
pub fn keys_that_must_be_first_are_kept_only_as_the_first(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    assert!(scene.store.add_key(&key("one"), true, event(Action::JwtKeyCreated)).unwrap());
    assert!(!scene.store.add_key(&key("two"), true, event(Action::JwtKeyCreated)).unwrap());
    scene.store.retire_key("one", event(Action::JwtKeyRetired)).unwrap();
    assert!(scene.store.add_key(&key("two"), true, event(Action::JwtKeyCreated)).unwrap(), "none signs");
}
