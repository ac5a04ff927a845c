//! Creating and opening stores, snapshots, and what a store that is opened to read refuses.

use sessionctl_core::model::event::Action;
use sessionctl_core::model::policy::Key;
use sessionctl_core::model::session::Kind;
use sessionctl_core::store::{Access, StoreError};

use crate::StoreProvider;
use crate::scene::{Scene, all, at, event, name, new_session, new_store};

/// Where no store was created there is none to open, and opening creates none.
pub fn open_fails_where_no_store_was_created(provider: &dyn StoreProvider) {
    let clock = std::sync::Arc::new(sessionctl_core::model::clock::FixedClock::new(at(0)));
    let factory = provider.factory(clock);
    for access in [Access::Write, Access::Read] {
        assert!(matches!(factory.open(access).map(drop), Err(StoreError::Missing)), "{access:?}");
    }
    assert!(factory.create(&new_store(false)).unwrap());
    assert!(factory.open(Access::Read).is_ok());
}

/// A second creation changes nothing.
pub fn create_keeps_the_store_that_exists(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let issued = scene.anonymous();
    assert!(!scene.factory.create(&new_store(true)).unwrap());
    let store = scene.factory.open(Access::Read).unwrap();
    assert!(store.look_up(&issued.token).unwrap().is_some());
    assert!(!store.is_sandbox().unwrap());
    let info = store.info().unwrap();
    assert_eq!((info.sandbox, info.created_at, info.events), (false, at(0), 2));
}

/// What one store commits, every other one of the same place reads.
pub fn stores_of_one_place_share_their_contents(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let mut other = scene.factory.open(Access::Write).unwrap();
    let reader = scene.factory.open(Access::Read).unwrap();
    let issued = scene.anonymous();
    assert!(reader.look_up(&issued.token).unwrap().is_some());
    let random = scene.random();
    let new = new_session(Kind::Anonymous, None);
    let second = other.create(&new, &[random], event(Action::SessionCreated)).unwrap().remove(0);
    assert_eq!(second.id.get(), issued.id.get() + 1);
    assert!(scene.store.look_up(&second.token).unwrap().is_some());
}

/// A store that was opened to read changes nothing.
pub fn a_store_opened_to_read_refuses_every_change(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    scene.anonymous();
    let random = scene.random();
    let mut reader = scene.factory.open(Access::Read).unwrap();
    let selector = all();
    let batch = scene.batch(&selector);
    let new = new_session(Kind::Anonymous, None);
    let refusals = [
        reader.create(&new, &[random], event(Action::SessionCreated)).map(drop),
        reader.revoke(&batch, "x", event(Action::SessionRevoked)).map(drop),
        reader.record(event(Action::LoginFailed)),
        reader.add_user(&name("bob"), None, event(Action::UserAdded)).map(drop),
        reader.set_policy(Key::WebIdle, Some(120), event(Action::PolicyChanged)),
    ];
    for (number, refusal) in refusals.into_iter().enumerate() {
        assert!(matches!(refusal, Err(StoreError::ReadOnly(_))), "{number}: {refusal:?}");
    }
    assert_eq!(scene.event_count(), 2);
}

/// A snapshot does not see what is committed meanwhile, and the store sees it afterwards.
pub fn with_snapshot_reads_one_moment(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let before = scene.anonymous();
    let mut reader = scene.factory.open(Access::Read).unwrap();
    let mut later = None;
    reader
        .with_snapshot(&mut |view| {
            assert!(view.look_up(&before.token)?.is_some());
            let created = scene.anonymous();
            assert!(view.look_up(&created.token)?.is_none(), "the snapshot sees a later change");
            assert_eq!(view.newest()?, Some(before.id));
            later = Some(created);
            Ok(())
        })
        .unwrap();
    assert!(reader.look_up(&later.unwrap().token).unwrap().is_some());
    let failed = reader.with_snapshot(&mut |_| Err(StoreError::Busy));
    assert!(matches!(failed, Err(StoreError::Busy)), "a failure of the reader is passed on");
    assert!(reader.look_up(&before.token).unwrap().is_some(), "the store works after a failure");
}
