//! What an entry into an application writes: a child of a single sign-on session, in the place of another session.

use std::time::Duration;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::store::{
    AuthenticatedAt, Entry, EventFilter, Issued, LogIn, LogInOutcome, NewSession, Replaced, Rotation,
    TokenStatus,
};

use crate::StoreProvider;
use crate::login::log_in;
use crate::scene::{Scene, at, event, new_session, only};

const GRACE: Duration = Duration::from_secs(10);

fn entry(scene: &mut Scene, parent: SessionId, replaces: Option<&Issued>) -> Entry {
    let user = scene.store.user(&crate::scene::name("bob")).unwrap().unwrap().id;
    Entry {
        session: NewSession {
            parent: Some(parent),
            authenticated_at: AuthenticatedAt::AsParent,
            ..new_session(Kind::Web, Some(user))
        },
        random: scene.random(),
        event: event(Action::SessionCreated),
        replaces: replaces.map(|issued| Replaced {
            id: issued.id,
            digest: issued.token.digest(),
            grace: GRACE,
            reason: "entered".to_owned(),
            ended: event(Action::SessionRevoked),
            renewed: event(Action::SessionReauthenticated),
        }),
    }
}

fn parent(scene: &mut Scene) -> Issued {
    let bob = scene.user("bob");
    let session = NewSession { authenticated_at: AuthenticatedAt::Now, ..new_session(Kind::Sso, Some(bob)) };
    let login = LogIn { session, ..log_in(scene, bob) };
    match scene.store.log_in(login).unwrap() {
        LogInOutcome::Done { issued, .. } => issued,
        other => panic!("{other:?}"),
    }
}

/// The actions of the events, newest first.
fn actions(scene: &Scene) -> Vec<String> {
    scene.events(&EventFilter::default()).into_iter().map(|event| event.action).collect()
}

/// The values move to the child, and the session that had them ends with the reason.
pub fn enter_takes_over_the_values_of_the_session_that_it_replaces(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let parent = parent(&mut scene);
    let visitor = scene.anonymous();
    scene.set_data(visitor.id, "cart", "[1]");
    scene.go_to(5);
    let entry = entry(&mut scene, parent.id, Some(&visitor));
    let child = scene.store.enter(&entry).unwrap().unwrap();
    let session = scene.session(child.id);
    assert_eq!((session.parent, session.authenticated_at), (Some(parent.id), Some(at(0))));
    let values: Vec<_> = scene.store.data(child.id).unwrap().into_iter().map(|entry| entry.json).collect();
    assert_eq!(values, ["[1]"]);
    assert!(scene.store.data(visitor.id).unwrap().is_empty());
    let ended = scene.session(visitor.id);
    assert_eq!((ended.revoked_at, ended.revoke_reason.as_deref()), (Some(at(5)), Some("entered")));
    let actions = actions(&scene);
    assert_eq!(actions[..2], ["session.created", "session.revoked"]);
    assert!(scene.store.look_up(&child.token).unwrap().is_some());
    assert_eq!(scene.store.check().unwrap(), Vec::<String>::new());
}

/// The child stays with its values, and counts as logged in when its parent did.
pub fn enter_renews_a_child_of_the_same_parent(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let parent = parent(&mut scene);
    let first = entry(&mut scene, parent.id, None);
    let child = scene.store.enter(&first).unwrap().unwrap();
    scene.set_data(child.id, "cart", "[1]");
    scene.go_to(100);
    let again = entry(&mut scene, parent.id, Some(&child));
    let renewed = scene.store.enter(&again).unwrap().unwrap();
    assert_eq!(renewed.id, child.id);
    assert_eq!(scene.store.data(child.id).unwrap().len(), 1);
    assert_eq!(scene.session(child.id).authenticated_at, Some(at(0)));
    let status = |scene: &Scene, issued: &Issued| scene.store.look_up(&issued.token).unwrap().unwrap().status;
    assert_eq!(status(&scene, &renewed), TokenStatus::Current);
    assert_eq!(status(&scene, &child), TokenStatus::Retired { at: at(100), honoured_until: at(110) });
    assert_eq!(actions(&scene).first().map(String::as_str), Some("session.reauthenticated"));
    // The parent's end is that of the child that was renewed.
    scene.revoke(&only(parent.id));
    assert_eq!(scene.state(child.id), State::Revoked);
    assert_eq!(scene.store.check().unwrap(), Vec::<String>::new());
}

/// A session that got another token meanwhile is another browser's by now.
pub fn enter_leaves_a_session_whose_token_changed(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let parent = parent(&mut scene);
    let visitor = scene.anonymous();
    scene.set_data(visitor.id, "cart", "[1]");
    let rotation = Rotation {
        id: visitor.id,
        digest: visitor.token.digest(),
        random: scene.random(),
        grace: GRACE,
        reauthentication: None,
        event: event(Action::SessionRotated),
    };
    scene.store.rotate(&rotation).unwrap().unwrap();
    let entry = entry(&mut scene, parent.id, Some(&visitor));
    let child = scene.store.enter(&entry).unwrap().unwrap();
    assert!(scene.store.data(child.id).unwrap().is_empty());
    assert_eq!(scene.store.data(visitor.id).unwrap().len(), 1);
    assert_eq!(scene.state(visitor.id), State::Active);
}

/// Without an active parent nothing is created, and nothing ends.
pub fn enter_with_a_parent_that_ended_changes_nothing(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let parent = parent(&mut scene);
    let visitor = scene.anonymous();
    let entry = entry(&mut scene, parent.id, Some(&visitor));
    scene.revoke(&only(parent.id));
    let (events, newest) = (scene.event_count(), scene.store.newest().unwrap());
    assert!(scene.store.enter(&entry).unwrap().is_none());
    assert_eq!((scene.event_count(), scene.store.newest().unwrap()), (events, newest));
    assert_eq!(scene.state(visitor.id), State::Active);
}
