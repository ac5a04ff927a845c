//! Values kept with sessions, the policy and signing keys.

use sessionctl_core::model::event::Action;
use sessionctl_core::model::policy::Key;
use sessionctl_core::model::session::Kind;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::{
    DataLimits, DataOutcome, DataStore, DataWrite, KeyStore, Maintenance, NewKey, PolicyStore,
};

use crate::scene::{Scene, at, event, only, plan};

fn write_of<'a>(session: SessionId, key: &'a str, json: Option<&'a str>) -> DataWrite<'a> {
    DataWrite { session, key, json, if_version: None, limits: DataLimits { keys: 9, bytes: 999 } }
}

#[test]
fn a_value_is_written_only_onto_the_version_it_was_read_at() {
    let mut scene = Scene::new();
    let session = scene.make(&plan(Kind::Anonymous, None)).id;
    let mut set = |json: Option<&str>, version, most| {
        let (keys, bytes) = most;
        let limits = DataLimits { keys, bytes };
        let write = DataWrite { session, key: "cart", json, if_version: version, limits };
        scene.store.set_data(&write, event(Action::DataChanged, 1)).unwrap()
    };
    let room = (2, 100);
    assert_eq!(set(Some("1"), Some(0), room), DataOutcome::Done(1));
    assert_eq!(set(Some("2"), Some(0), room), DataOutcome::Conflict(1));
    assert_eq!(set(Some("2"), Some(1), room), DataOutcome::Done(2));
    assert_eq!(set(None, Some(1), room), DataOutcome::Conflict(2));
    assert_eq!(set(Some("33333"), None, (2, 8)), DataOutcome::Full);
    assert_eq!(set(Some("4444"), None, (2, 8)), DataOutcome::Done(3));
    assert_eq!(set(None, None, room), DataOutcome::Done(0));
    assert_eq!(set(Some("1"), None, (0, 100)), DataOutcome::Full);
    assert!(scene.store.data(session).unwrap().is_empty());
    scene.revoke(&only(session), 5);
    let dead = event(Action::DataChanged, 6);
    let outcome = scene.store.set_data(&write_of(session, "cart", Some("1")), dead).unwrap();
    assert_eq!(outcome, DataOutcome::NotActive);
}

#[test]
fn a_setting_is_kept_and_put_back() {
    let mut scene = Scene::new();
    let change = || event(Action::PolicyChanged, 1);
    scene.store.set_policy(Key::WebIdle, Some(120), change()).unwrap();
    assert_eq!(scene.store.policy().unwrap().get(Key::WebIdle), 120);
    scene.store.set_policy(Key::WebIdle, None, change()).unwrap();
    assert_eq!(scene.store.policy().unwrap().get(Key::WebIdle), 1_800);
    // What another hand wrote is held within the bounds, and what is unknown is passed over.
    scene.tamper("INSERT INTO policy VALUES ('web.idle', 1), ('from.tomorrow', 5)");
    assert_eq!(scene.store.policy().unwrap().get(Key::WebIdle), 60);
}

#[test]
fn a_key_is_kept_once_and_retired_once() {
    let mut scene = Scene::new();
    let key = NewKey { kid: "one".to_owned(), algorithm: "EdDSA".to_owned(), secret: vec![1; 32].into() };
    assert!(scene.store.add_key(&key, false, event(Action::JwtKeyCreated, 0)).unwrap());
    assert!(!scene.store.add_key(&key, false, event(Action::JwtKeyCreated, 0)).unwrap());
    assert!(scene.store.retire_key("one", event(Action::JwtKeyRetired, 9)).unwrap());
    assert!(!scene.store.retire_key("one", event(Action::JwtKeyRetired, 10)).unwrap());
    let keys = scene.store.keys().unwrap();
    assert_eq!((keys.len(), keys[0].retired_at, keys[0].secret.len()), (1, Some(at(9)), 32));
    assert_eq!(scene.actions(), ["db.created", "jwt.key_created", "jwt.key_retired"]);
}

/// What was deleted is overwritten, and not only given up: the file is copied, sold and lost with its disk.
#[test]
fn what_was_deleted_is_not_in_the_file_any_more() {
    let mut scene = Scene::new();
    let session = scene.make(&plan(Kind::Anonymous, None)).id;
    let needle = "a needle in a database";
    let stands = |scene: &mut Scene| {
        scene.store.erase_deleted().unwrap();
        let bytes = std::fs::read(&scene.path).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    };
    for (key, json) in [("cart", Some(format!("\"{needle}\""))), ("other", Some("1".to_owned()))] {
        let change = event(Action::DataChanged, 1);
        scene.store.set_data(&write_of(session, key, json.as_deref()), change).unwrap();
    }
    assert!(stands(&mut scene), "it never stood there: this would hold of nothing");
    scene.store.set_data(&write_of(session, "cart", None), event(Action::DataChanged, 2)).unwrap();
    assert!(!stands(&mut scene), "the deleted value can be read from the file");
}
