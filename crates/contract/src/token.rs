//! From token to session: only the right token finds it, and after a rotation only the new one is current.

use std::time::Duration;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, Session, SessionId};
use sessionctl_core::model::token::Token;
use sessionctl_core::store::{AuthenticatedAt, NewSession, Rotation, TokenStatus};

use crate::StoreProvider;
use crate::scene::{Scene, at, event, new_session, only, text};

/// A rotation with a grace of ten seconds.
pub(crate) fn rotation(scene: &mut Scene, id: SessionId, old: &Token) -> Rotation {
    Rotation {
        id,
        digest: old.digest(),
        random: scene.random(),
        grace: Duration::from_secs(10),
        reauthentication: None,
        event: event(Action::SessionRotated),
    }
}

/// A token with one other digit, or in another form, finds nothing.
pub fn look_up_finds_the_session_of_a_token_and_of_no_other(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    let issued = scene.create_session(&new_session(Kind::Web, Some(bob)));
    let found = scene.store.look_up(&issued.token).unwrap().unwrap();
    assert_eq!((found.session.id, found.status), (issued.id, TokenStatus::Current));
    assert_eq!(found.session.user.unwrap().as_str(), "bob");
    // In the locator, which leads to the session, and in the part that only the digest covers.
    for place in [0, 31, 32, 63] {
        let mut wrong = text(&issued.token).into_bytes();
        wrong[place] = if wrong[place] == b'0' { b'1' } else { b'0' };
        assert!(scene.store.look_up(&Token::parse(&wrong).unwrap()).unwrap().is_none(), "digit {place}");
    }
    let api = format!("sctl_{}", text(&issued.token));
    assert!(scene.store.look_up(&Token::parse(api.as_bytes()).unwrap()).unwrap().is_none());
}

/// Many tokens are answered in the order in which they were given, unknown ones included.
pub fn look_up_many_answers_in_order(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let issued = scene.create_many(&new_session(Kind::Anonymous, None), 3);
    let unknown = Token::parse(&[b'0'; 64]).unwrap();
    let tokens = [&issued[2].token, &unknown, &issued[0].token, &issued[2].token];
    let found = scene.store.look_up_many(&tokens).unwrap();
    let ids: Vec<_> = found.into_iter().map(|found| found.map(|found| found.session.id)).collect();
    assert_eq!(ids, [Some(issued[2].id), None, Some(issued[0].id), Some(issued[2].id)]);
}

/// A session is found with its parent, and a parent with its children.
pub fn look_up_returns_the_parent(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (parent, child) = scene.parent_and_child();
    let found = scene.store.look_up(&child.token).unwrap().unwrap();
    assert_eq!(found.parent.map(|parent| parent.id), Some(parent.id));
    let (_, found) = scene.store.session(child.id).unwrap().unwrap();
    assert_eq!(found.map(|parent| parent.id), Some(parent.id));
    assert!(scene.store.look_up(&parent.token).unwrap().unwrap().parent.is_none());
    let children: Vec<_> = scene.store.children(parent.id).unwrap().into_iter().map(|c| c.id).collect();
    assert_eq!(children, [child.id]);
    assert!(scene.store.children(child.id).unwrap().is_empty());
}

/// Sessions created together are alike but for their ids and tokens, however many there are.
pub fn create_gives_each_of_many_sessions_its_own_token(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    let mut new = NewSession {
        scopes: vec!["a:b".to_owned(), "c".to_owned()],
        authenticated_at: AuthenticatedAt::Now,
        ..new_session(Kind::Api, Some(bob))
    };
    new.client.app = Some("shop".to_owned());
    new.client.ip = Some("203.0.113.7".parse().unwrap());
    new.client.user_agent = Some("curl".to_owned());
    for count in [1, 49, 50, 51, 123] {
        let issued = scene.create_many(&new, count);
        assert_eq!(issued.len(), count);
        let alone = scene.create_session(&new);
        let expected = scene.session(alone.id);
        assert_eq!((expected.authenticated_at, &expected.client), (Some(at(0)), &new.client));
        assert_eq!(expected.scopes, new.scopes);
        for one in issued {
            let found = scene.store.look_up(&one.token).unwrap().unwrap();
            assert_eq!((found.session.id, found.status), (one.id, TokenStatus::Current));
            assert_eq!(Session { id: alone.id, ..found.session }, expected);
        }
    }
    let events = scene.event_count();
    assert!(scene.create_many(&new, 0).is_empty());
    assert_eq!(scene.event_count(), events, "an event about no session");
}

/// A child has the login of its parent and none of its limits is later; an ended parent gets no child.
pub fn create_needs_an_active_parent(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    let sso = NewSession { authenticated_at: AuthenticatedAt::Now, ..new_session(Kind::Sso, Some(bob)) };
    let parent = scene.create_session(&sso);
    let child = NewSession {
        parent: Some(parent.id),
        authenticated_at: AuthenticatedAt::AsParent,
        lifetime: Duration::from_secs(9_999),
        ..new_session(Kind::Web, Some(bob))
    };
    let issued = scene.go_to(500).create_session(&child);
    let session = scene.session(issued.id);
    assert_eq!((session.parent, session.authenticated_at), (Some(parent.id), Some(at(0))));
    assert_eq!((session.deadline, session.absolute_expires_at), (at(600), at(3_600)));
    scene.revoke(&only(parent.id));
    assert!(scene.try_create(&child).is_none(), "a revoked parent got a child");
    let absent = NewSession { parent: SessionId::new(99), ..child };
    assert!(scene.try_create(&absent).is_none(), "a session got a parent that does not exist");
}

/// Of logins that are counted under the lock, no more are created than allowed; children and API tokens do not count.
pub fn create_refuses_more_logins_than_allowed(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (parent, _) = scene.parent_and_child();
    let bob = scene.session(parent.id).user.and_then(|name| scene.store.user(&name).unwrap()).unwrap().id;
    scene.create_session(&new_session(Kind::Api, Some(bob)));
    let limited = NewSession { logins_max: Some(3), ..new_session(Kind::Web, Some(bob)) };
    let events = scene.event_count();
    assert!(scene.create_many(&limited, 3).is_empty(), "four logins");
    assert_eq!(scene.event_count(), events);
    assert_eq!(scene.create_many(&limited, 2).len(), 2);
    assert!(scene.try_create(&limited).is_none());
    scene.revoke(&only(parent.id));
    assert!(scene.try_create(&limited).is_some());
}

/// Of two rotations of one token, one wins; the old token is accepted within its grace, and an ended session gets none.
pub fn rotate_retires_the_old_token(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let issued = scene.anonymous();
    assert_eq!(scene.store.rotations(issued.id).unwrap(), 0);
    let (first, second) =
        (rotation(&mut scene, issued.id, &issued.token), rotation(&mut scene, issued.id, &issued.token));
    scene.go_to(10);
    let new = scene.store.rotate(&first).unwrap().unwrap();
    assert!(scene.store.rotate(&second).unwrap().is_none(), "two rotations of one token succeeded");
    let old = scene.store.look_up(&issued.token).unwrap().unwrap();
    assert_eq!(old.status, TokenStatus::Retired { at: at(10), honoured_until: at(20) });
    assert_eq!(scene.store.look_up(&new).unwrap().unwrap().status, TokenStatus::Current);
    assert_eq!(scene.store.rotations(issued.id).unwrap(), 1);
    scene.go_to(30).revoke(&only(issued.id));
    let late = rotation(&mut scene, issued.id, &new);
    assert!(scene.store.rotate(&late).unwrap().is_none(), "an ended session got a token");
    assert_eq!(scene.count_events(Action::SessionRotated), 1);
}

/// An API token is replaced by an API token.
pub fn rotate_keeps_the_form_of_the_token(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    for kind in [Kind::Web, Kind::Api] {
        let issued = scene.create_session(&new_session(kind, Some(bob)));
        let rotation = rotation(&mut scene, issued.id, &issued.token);
        let new = scene.store.rotate(&rotation).unwrap().unwrap();
        assert_eq!(new.form(), issued.token.form(), "{kind:?}");
    }
}
