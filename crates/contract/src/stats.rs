//! Counting sessions, and examining the store.

use std::time::Duration;

use sessionctl_core::model::session::Kind;
use sessionctl_core::store::{GroupCount, NewSession, SessionStats};

use crate::StoreProvider;
use crate::scene::{Scene, at, new_session, only};

/// A store that only its own methods changed contradicts nothing.
pub fn check_finds_nothing_in_a_consistent_store(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (parent, _) = scene.parent_and_child();
    scene.anonymous();
    scene.go_to(10).revoke(&only(parent.id));
    assert_eq!(scene.go_to(20).store.check().unwrap(), Vec::<String>::new());
}

/// In a sandbox, whose time can be set back, what was created later does not count; elsewhere it does.
pub fn stats_of_a_sandbox_leave_out_what_was_created_later(provider: &dyn StoreProvider) {
    for (mut scene, expected) in [(Scene::sandbox(provider), 1), (Scene::new(provider), 2)] {
        scene.anonymous();
        scene.go_to(60).anonymous();
        let stats = scene.store.stats(at(10), &[Duration::from_secs(600)], 10).unwrap();
        assert_eq!(stats.all.active, expected);
        for groups in [&stats.kinds, &stats.users, &stats.apps] {
            assert_eq!(groups.iter().map(|group| group.active).collect::<Vec<_>>(), [expected]);
        }
        assert_eq!((stats.ages.iter().sum::<u64>(), stats.ends.iter().sum::<u64>()), (expected, expected));
    }
}

/// Groups are ordered by their active sessions; active ones are counted by age and by the time they have left.
pub fn stats_count_sessions_by_group_and_state(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (parent, _) = scene.parent_and_child();
    let mut shop = new_session(Kind::Anonymous, None);
    shop.client.app = Some("shop".to_owned());
    scene.create_session(&NewSession { idle_timeout: None, ..shop });
    scene.anonymous();
    scene.go_to(10).revoke(&only(parent.id));
    let rows = |groups: &[GroupCount]| -> Vec<(String, [u64; 3])> {
        groups.iter().map(|g| (g.name.clone(), [g.active, g.expired, g.revoked])).collect()
    };
    let named = |name: &str, counts| (name.to_owned(), counts);
    let steps = [600, 1_200].map(Duration::from_secs);
    let stats = |scene: &Scene, seconds, groups| -> SessionStats {
        scene.store.stats(at(seconds), &steps, groups).unwrap()
    };
    let early = stats(&scene, 20, 10);
    assert_eq!((early.ages, early.ends), (vec![2, 0, 0], vec![1, 0, 1]));
    assert_eq!(rows(&[early.all]), [named("", [2, 0, 2])]);
    assert_eq!(rows(&early.users), [named("", [2, 0, 0]), named("bob", [0, 0, 2])]);
    let kinds = [named("anonymous", [2, 0, 0]), named("web", [0, 0, 1]), named("sso", [0, 0, 1])];
    assert_eq!(rows(&early.kinds), kinds);
    assert_eq!(rows(&early.apps), [named("", [1, 0, 2]), named("shop", [1, 0, 0])]);
    let late = stats(&scene, 900, 10);
    assert_eq!((rows(&[late.all]), late.ages), (vec![named("", [1, 1, 2])], vec![0, 1, 0]));
    // An age at a step is beyond it; a rest of a step is within it.
    assert_eq!(stats(&scene, 600, 10).ages, [0, 1, 0]);
    assert_eq!(stats(&scene, 3_000, 10).ends, [1, 0, 0]);
    assert_eq!(stats(&scene, 20, 1).users.len(), 1);
    let info = scene.store.info().unwrap();
    assert_eq!((info.sessions, info.users, info.sandbox), (4, 1, false));
}
