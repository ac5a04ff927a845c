//! From token to session: only the right token finds it, once it is rotated only the new one.

use std::time::Duration;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, Session, State};
use sessionctl_core::model::token::Token;
use sessionctl_core::store::EndRule;
use sessionctl_core::store::{NewSession, Rotation, SessionStore, TokenStatus, Touch};

use crate::scene::{Scene, at, event, only, plan, set_clock, text};

fn rotation(scene: &mut Scene, id: sessionctl_core::model::session::SessionId, old: &Token) -> Rotation {
    Rotation {
        id,
        digest: old.digest(),
        random: scene.random(),
        grace: Duration::from_secs(10),
        reauthentication: None,
        event: event(Action::SessionRotated, 10),
    }
}

#[test]
fn a_token_finds_its_session_and_nothing_like_it_does() {
    let mut scene = Scene::new();
    let bob = scene.user("bob");
    let made = scene.make(&plan(Kind::Web, Some(bob)));
    let found = scene.store.look_up(&made.token).unwrap().unwrap();
    assert_eq!((found.session.id, found.status), (made.id, TokenStatus::Current));
    assert_eq!(found.session.user.unwrap().as_str(), "bob");
    // One digit changed, in the part that finds the row and in the part that only the digest knows.
    for place in [0, 31, 32, 63] {
        let mut wrong = text(&made.token).into_bytes();
        wrong[place] = if wrong[place] == b'0' { b'1' } else { b'0' };
        assert!(scene.store.look_up(&Token::parse(&wrong).unwrap()).unwrap().is_none(), "digit {place}");
    }
    let api = format!("sctl_{}", text(&made.token));
    assert!(scene.store.look_up(&Token::parse(api.as_bytes()).unwrap()).unwrap().is_none());
}

#[test]
fn of_many_made_at_once_each_is_whole_and_has_its_own_token() {
    let mut scene = Scene::new();
    let bob = scene.user("bob");
    let mut plan = NewSession { scopes: vec!["a:b".to_owned()], ..plan(Kind::Api, Some(bob)) };
    plan.client.app = Some("shop".to_owned());
    plan.client.user_agent = Some("curl".to_owned());
    for many in [1, 49, 50, 51, 123] {
        let random: Vec<_> = (0..many).map(|_| scene.random()).collect();
        let made = scene.store.create(&plan, &random, event(Action::SessionCreated, 0)).unwrap();
        assert_eq!(made.len(), many);
        let alone = scene.make(&plan);
        let expected = scene.session(alone.id);
        for issued in made {
            let found = scene.store.look_up(&issued.token).unwrap().unwrap();
            assert_eq!((found.session.id, found.status), (issued.id, TokenStatus::Current));
            assert_eq!(Session { id: alone.id, ..found.session }, expected);
        }
    }
}

#[test]
fn with_a_session_comes_the_head_of_its_family_and_with_a_head_what_is_under_it() {
    let mut scene = Scene::new();
    let (head, child) = scene.family();
    let found = scene.store.look_up(&child.token).unwrap().unwrap();
    assert_eq!(found.parent.map(|head| head.id), Some(head.id));
    let (_, above) = scene.store.session(child.id).unwrap().unwrap();
    assert_eq!(above.map(|head| head.id), Some(head.id));
    assert!(scene.store.look_up(&head.token).unwrap().unwrap().parent.is_none());
    let under: Vec<_> = scene.store.children(head.id).unwrap().into_iter().map(|under| under.id).collect();
    assert_eq!(under, [child.id]);
}

#[test]
fn a_rotated_token_is_retired_and_the_new_one_current() {
    let mut scene = Scene::new();
    let made = scene.make(&plan(Kind::Anonymous, None));
    assert_eq!(scene.store.rotations(made.id).unwrap(), 0);
    let turn = rotation(&mut scene, made.id, &made.token);
    let new = scene.store.rotate(&turn).unwrap().unwrap();
    let again = rotation(&mut scene, made.id, &made.token);
    assert!(scene.store.rotate(&again).unwrap().is_none(), "one winner");
    let old = scene.store.look_up(&made.token).unwrap().unwrap();
    assert_eq!(old.status, TokenStatus::Retired { at: at(10), honoured_until: at(20) });
    assert_eq!(scene.store.look_up(&new).unwrap().unwrap().status, TokenStatus::Current);
    assert_eq!(scene.store.rotations(made.id).unwrap(), 1);
    scene.revoke(&only(made.id), 30);
    let dead = rotation(&mut scene, made.id, &new);
    set_clock(31);
    assert!(scene.store.rotate(&dead).unwrap().is_none(), "what is dead gets no token");
    assert_eq!(scene.actions().iter().filter(|action| *action == "session.rotated").count(), 1);
}

#[test]
fn a_new_token_has_the_form_of_the_old_one() {
    let mut scene = Scene::new();
    let bob = scene.user("bob");
    for kind in [Kind::Web, Kind::Api] {
        let made = scene.make(&plan(kind, Some(bob)));
        let turn = rotation(&mut scene, made.id, &made.token);
        let new = scene.store.rotate(&turn).unwrap().unwrap();
        assert_eq!(new.form(), made.token.form(), "{kind:?}");
    }
}

#[test]
fn being_seen_extends_only_what_lives_and_never_past_a_limit() {
    let mut scene = Scene::new();
    let bob = scene.user("bob");
    let tireless = NewSession { idle_timeout: None, ..plan(Kind::Sso, Some(bob)) };
    let head = scene.make(&tireless).id;
    let child = scene.make(&NewSession { parent: Some(head), ..plan(Kind::Web, Some(bob)) }).id;
    let touch = |scene: &mut Scene, id, seen: i64, now| {
        set_clock(now);
        scene.store.touch(&[Touch { id, seen_at: at(seen) }]).unwrap();
    };
    touch(&mut scene, head, 100, 100);
    assert_eq!(scene.session(head).deadline, at(3_600), "the absolute limit holds");
    touch(&mut scene, child, 200, 200);
    assert_eq!((scene.session(child).deadline, scene.session(child).last_seen_at), (at(800), at(200)));
    touch(&mut scene, child, 150, 300);
    assert_eq!(scene.session(child).deadline, at(800), "never shortened");
    assert_eq!(scene.session(child).last_seen_at, at(200), "an older sight comes too late");
    touch(&mut scene, child, 900, 300);
    assert_eq!(scene.session(child).last_seen_at, at(300), "nothing is seen ahead of the clock");
    touch(&mut scene, child, 799, 900);
    assert_eq!(scene.state(child, 900), State::Expired, "the dead are not revived");

    let selector = only(head);
    let slice = scene.slice(&selector, 900);
    scene.store.expire(&slice, EndRule::At(at(1_000)), event(Action::ExpirySet, 900)).unwrap();
    touch(&mut scene, head, 950, 950);
    assert_eq!(scene.session(head).deadline, at(1_000), "what expire set stays");
}

#[test]
fn under_a_head_nothing_outlives_it() {
    let mut scene = Scene::new();
    let (head, child) = scene.family();
    assert_eq!(scene.session(child.id).deadline, at(600));
    set_clock(500);
    scene.store.touch(&[Touch { id: child.id, seen_at: at(500) }]).unwrap();
    assert_eq!(scene.session(child.id).deadline, at(600), "the head's end holds");
    scene.revoke(&only(head.id), 510);
    let bob = scene.store.session(head.id).unwrap().unwrap().0.user;
    assert_eq!(bob.unwrap().as_str(), "bob");
    let orphan = NewSession { parent: Some(head.id), ..plan(Kind::Anonymous, None) };
    let random = scene.random();
    let none = scene.store.create(&orphan, &[random], event(Action::SessionCreated, 520)).unwrap();
    assert!(none.is_empty(), "a dead head has no new sessions");
}
