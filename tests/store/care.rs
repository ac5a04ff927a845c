//! Checking, copying, counting.

use sessionctl_core::model::session::Kind;
use sessionctl_core::store::{GroupCount, Maintenance, StatsStore as _};

use crate::scene::{Scene, at, only, plan};

#[test]
fn a_sound_database_has_nothing_to_tell() {
    let mut scene = Scene::new();
    let (head, _) = scene.family();
    scene.revoke(&only(head.id), 10);
    assert_eq!(scene.checked_at(20).unwrap(), Vec::<String>::new());
}

#[test]
fn sessions_are_counted_by_group_and_state() {
    let mut scene = Scene::new();
    let (head, _) = scene.family();
    scene.make(&plan(Kind::Anonymous, None));
    scene.revoke(&only(head.id), 10);
    let rows = |tallies: Vec<GroupCount>| -> Vec<_> {
        tallies.into_iter().map(|t| (t.name, t.active, t.expired, t.revoked)).collect()
    };
    let steps = [600, 1_200].map(std::time::Duration::from_secs);
    let census = |seconds| scene.store.stats(at(seconds), &steps, 10).unwrap();
    let early = census(20);
    assert_eq!((early.ages, early.ends), (vec![1, 0, 0], vec![1, 0, 0]));
    assert_eq!(rows(vec![early.all]), [(String::new(), 1, 0, 2)]);
    assert_eq!(rows(early.users), [(String::new(), 1, 0, 0), ("bob".to_owned(), 0, 0, 2)]);
    assert_eq!(
        rows(early.kinds),
        [("anonymous".to_owned(), 1, 0, 0), ("web".to_owned(), 0, 0, 1), ("sso".to_owned(), 0, 0, 1)]
    );
    assert_eq!(rows(early.apps), [(String::new(), 1, 0, 2)]);
    assert_eq!(rows(vec![census(900).all]), [(String::new(), 0, 1, 2)]);
    assert_eq!(scene.store.stats(at(20), &steps, 1).unwrap().users.len(), 1);
    let info = scene.store.info().unwrap();
    assert_eq!((info.sessions, info.users, info.sandbox), (3, 1, true));
}
