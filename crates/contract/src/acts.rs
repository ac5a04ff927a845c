//! Every change of a store, prepared so that it can be made at another time than the one at which it was decided.

use std::time::Duration;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Kind, SessionId};
use sessionctl_core::store::{
    Batch, DataWrite, EndRule, Issued, LimitRule, NewKey, NewSession, NewUser, Store, StoreError, Touch,
};

use crate::scene::{ROOMY, Scene, all, at, event, name, new_session, only};
use crate::{login, token, user};

/// Makes a change.
type Run = dyn FnOnce(&mut dyn Store) -> Result<(), StoreError>;

/// A change.
pub(crate) struct Act {
    pub(crate) name: &'static str,
    pub(crate) run: Box<Run>,
}

fn act(name: &'static str, run: impl FnOnce(&mut dyn Store) -> Result<(), StoreError> + 'static) -> Act {
    Act { name, run: Box::new(run) }
}

/// What the changes work on: sessions that are active, one that has ended, two users, a key, and failed logins.
pub(crate) struct World {
    pub(crate) parent: Issued,
    pub(crate) child: Issued,
    pub(crate) visitor: Issued,
    pub(crate) ended: SessionId,
}

/// Fills a store at the time that its clock shows.
pub(crate) fn world(scene: &mut Scene) -> World {
    let (parent, child) = scene.parent_and_child();
    let visitor = scene.anonymous();
    let ended = scene.anonymous().id;
    scene.revoke(&only(ended));
    let eve = scene.user("eve");
    scene.store.disable_user(eve, user::end_sessions(), event(Action::UserDisabled)).unwrap();
    scene.store.add_key(&key("old"), false, event(Action::JwtKeyCreated)).unwrap();
    for text in ["bob", "eve"] {
        let key = scene.store.attempt_key(&name(text)).unwrap();
        scene.store.begin_attempt(key, &Policy::default()).unwrap();
    }
    World { parent, child, visitor, ended }
}

fn key(kid: &str) -> NewKey {
    NewKey { kid: kid.to_owned(), algorithm: "EdDSA".to_owned(), secret: vec![1; 32].into() }
}

fn batch(selector: &Selector) -> Batch<'_> {
    let up_to = SessionId::new(i64::MAX).unwrap();
    Batch { selector, after: None, up_to, limit: 1_000, expect: None }
}

fn expire(end: EndRule) -> impl FnOnce(&mut dyn Store) -> Result<(), StoreError> {
    move |store| store.expire(&batch(&all()), end, event(Action::ExpirySet)).map(drop)
}

/// The changes that grant access, keep it, or delete what proves that it ended.
pub(crate) fn grants(scene: &mut Scene, world: &World) -> Vec<Act> {
    let user_id = |text| scene.store.user(&name(text)).unwrap().unwrap().id;
    let (bob, eve) = (user_id("bob"), user_id("eve"));
    let attempt_key = scene.store.attempt_key(&name("bob")).unwrap();
    let new = NewSession { parent: Some(world.parent.id), ..new_session(Kind::Web, Some(bob)) };
    let random = scene.random();
    let upgrade = login::upgrade(&world.visitor, sessionctl_core::store::Merge::Keep);
    let log_in = sessionctl_core::store::LogIn { upgrade, ..login::log_in(scene, bob) };
    let rotation = token::rotation(scene, world.child.id, &world.child.token);
    let (child, visitor) = (world.child.id, world.visitor.id);
    vec![
        act("create", move |store| store.create(&new, &[random], event(Action::SessionCreated)).map(drop)),
        act("touch", move |store| {
            store.touch(&[Touch::new(child, at(i64::from(u32::MAX)))], &event(Action::NetworkChanged))
        }),
        act("rotate", move |store| store.rotate(&rotation).map(drop)),
        act("set_data", move |store| {
            let write =
                DataWrite { session: visitor, key: "a", json: Some("1"), if_version: None, limits: ROOMY };
            store.set_data(&write, event(Action::DataChanged)).map(drop)
        }),
        act("log_in", move |store| store.log_in(log_in).map(drop)),
        act("record_if_active", move |store| {
            store.record_if_active(child, at(0), event(Action::JwtIssued)).map(drop)
        }),
        act("add_key", |store| store.add_key(&key("new"), false, event(Action::JwtKeyCreated)).map(drop)),
        act("add_user", |store| store.add_user(&name("carl"), None, event(Action::UserAdded)).map(drop)),
        act("add_users", |store| {
            let user = NewUser { name: name("carla"), hash: None, event: event(Action::UserAdded) };
            store.add_users(&[user]).map(drop)
        }),
        act("rename_user", move |store| {
            store.rename_user(bob, &name("robert"), event(Action::UserRenamed)).map(drop)
        }),
        act("set_limits", |store| {
            let rule = LimitRule { idle_timeout: Some(Duration::from_secs(60)), ..LimitRule::default() };
            store.set_limits(&batch(&all()), &rule, event(Action::PolicyApplied)).map(drop)
        }),
        act("enable_user", move |store| store.enable_user(eve, event(Action::UserEnabled)).map(drop)),
        act("begin_attempt", move |store| store.begin_attempt(attempt_key, &Policy::default()).map(drop)),
        act("clear_attempts", move |store| {
            store.clear_attempts(attempt_key, event(Action::UserUnlocked)).map(drop)
        }),
        act("set_policy", |store| store.set_policy(Key::WebIdle, Some(120), event(Action::PolicyChanged))),
        act("set_password", move |store| {
            store.set_password(bob, "new", None, event(Action::PasswordChanged)).map(drop)
        }),
        act("expire in", expire(EndRule::In(Duration::from_secs(60)))),
        act("expire at", expire(EndRule::At(at(9_999)))),
        act("prune", |store| {
            let selector = Selector { ended_by: Some(at(i64::from(u32::MAX))), ..Selector::default() };
            store.prune(&batch(&selector), event(Action::SessionsPruned)).map(drop)
        }),
    ]
}

/// The changes that depend on nothing that exists already, and need no lock where others may write at the same time.
pub(crate) const LOCK_NOTHING_THAT_EXISTS: &[&str] = &["record", "add_user", "add_users"];

/// Changes all that another change could depend on, one after the other; whatever that other one left is fine.
pub(crate) fn change_everything(store: &mut dyn Store) {
    store.revoke(&batch(&all()), "rival", event(Action::SessionRevoked)).unwrap();
    for text in ["bob", "eve"] {
        let key = store.attempt_key(&name(text)).unwrap();
        store.cancel_attempt(key).unwrap();
        if let Some(user) = store.user(&name(text)).unwrap() {
            store.disable_user(user.id, user::end_sessions(), event(Action::UserDisabled)).unwrap();
        }
    }
    store.revoke_key("old", event(Action::JwtKeyRevoked)).unwrap();
    store.set_policy(Key::WebIdle, Some(180), event(Action::PolicyChanged)).unwrap();
}

/// The changes that take access away, or only record.
pub(crate) fn takings(scene: &mut Scene, world: &World) -> Vec<Act> {
    let user_id = |text| scene.store.user(&name(text)).unwrap().unwrap().id;
    let (bob, eve) = (user_id("bob"), user_id("eve"));
    let attempt_key = scene.store.attempt_key(&name("eve")).unwrap();
    let visitor = world.visitor.id;
    vec![
        act("record", |store| store.record(event(Action::LoginFailed))),
        act("revoke", move |store| {
            store.revoke(&batch(&only(visitor)), "x", event(Action::SessionRevoked)).map(drop)
        }),
        act("expire now", expire(EndRule::Now)),
        act("retire_key", |store| store.retire_key("old", event(Action::JwtKeyRetired)).map(drop)),
        act("revoke_key", |store| store.revoke_key("old", event(Action::JwtKeyRevoked)).map(drop)),
        act("cancel_attempt", move |store| store.cancel_attempt(attempt_key)),
        act("disable_user", move |store| {
            store.disable_user(bob, user::end_sessions(), event(Action::UserDisabled)).map(drop)
        }),
        act("remove_user", move |store| {
            store.remove_user(eve, user::end_sessions(), event(Action::UserRemoved)).map(drop)
        }),
    ]
}
