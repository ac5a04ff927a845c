//! Logging in: who is let in, who is steps what, and what becomes of the token that was there before.

use std::time::Duration;

use super::*;
use crate::model::session::State;
use crate::ops::testing::Fixture;
use crate::ops::user;
use crate::store::{DataStore, UserStore};

const PASSWORD: &[u8] = b"correct horse battery";

fn name(text: &str) -> UserName {
    text.parse().unwrap()
}

fn with_bob() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.run(|b| user::add(b, &name("bob"), Some(PASSWORD))).unwrap();
    fixture
}

struct Try<'a> {
    user: &'a str,
    password: &'a [u8],
    upgrade: Option<&'a [u8]>,
}

const BOB: Try<'static> = Try { user: "bob", password: PASSWORD, upgrade: None };

fn attempt(fixture: &mut Fixture, given: &Try<'_>) -> Outcome {
    let name = name(given.user);
    let request = Request {
        name: &name,
        password: given.password,
        kind: LoginKind::Web,
        client: Client::default(),
        lifetime: Lifetime::default(),
        evict_oldest: false,
        upgrade: given.upgrade,
        merge: Merge::Keep,
    };
    fixture.run(|b| login(b, request)).unwrap()
}

fn let_in(outcome: Outcome) -> Issued {
    match outcome {
        Outcome::LoggedIn { issued, .. } | Outcome::Reauthenticated(issued) => issued,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_right_password_makes_a_session_and_clears_the_failures() {
    let mut fixture = with_bob();
    assert!(matches!(attempt(&mut fixture, &Try { password: b"wrong", ..BOB }), Outcome::Refused));
    let issued = let_in(attempt(&mut fixture, &Try { user: " BOB ", ..BOB }));
    assert_eq!(fixture.state(issued.id), State::Active);
    assert_eq!(fixture.get(issued.id).authenticated_at, Some(fixture.now));
    for _ in 0..5 {
        assert!(matches!(attempt(&mut fixture, &Try { password: b"wrong", ..BOB }), Outcome::Refused));
    }
}

#[test]
fn nobody_is_told_what_was_wrong() {
    let mut fixture = with_bob();
    fixture.run(|b| user::add(b, &name("ghost"), None)).unwrap();
    fixture.run(|b| user::add(b, &name("gone"), Some(PASSWORD))).unwrap();
    fixture.run(|b| user::disable(b, &name("gone"))).unwrap();
    let mut steps = Vec::new();
    for (user, password) in
        [("bob", &b"wrong"[..]), ("nobody", PASSWORD), ("ghost", PASSWORD), ("gone", PASSWORD)]
    {
        fixture.steps.0.clear();
        assert!(matches!(attempt(&mut fixture, &Try { user, password, upgrade: None }), Outcome::Refused));
        steps.push(std::mem::take(&mut fixture.steps.0));
    }
    assert!(steps.windows(2).all(|pair| pair[0] == pair[1]), "{steps:?}");
    let logged: Vec<_> = fixture.store.events.iter().rev().take(4).rev().map(|e| e.user.clone()).collect();
    assert_eq!(logged, [Some("bob"), None, Some("ghost"), Some("gone")].map(|u| u.map(str::to_owned)));
    assert!(fixture.store.events.iter().all(|e| !format!("{e:?}").contains("nobody")));
}

#[test]
fn unknown_names_are_throttled_like_known_ones() {
    let mut fixture = with_bob();
    for user in ["bob", "nobody"] {
        for _ in 0..6 {
            let wrong = Try { user, password: b"wrong", upgrade: None };
            assert!(matches!(attempt(&mut fixture, &wrong), Outcome::Refused));
        }
        let until = fixture.now.plus(Duration::from_secs(1));
        let right = attempt(&mut fixture, &Try { user, ..BOB });
        assert!(matches!(right, Outcome::Throttled { until: at } if at == until));
    }
    fixture.later(1);
    let_in(attempt(&mut fixture, &BOB));
}

#[test]
fn a_hundred_failures_disable_the_password() {
    let mut fixture = with_bob();
    fixture.store.policy.set(Key::ThrottleDisable, 2);
    for _ in 0..2 {
        attempt(&mut fixture, &Try { password: b"wrong", ..BOB });
    }
    assert!(matches!(attempt(&mut fixture, &BOB), Outcome::Disabled));
    fixture.run(|b| user::change_password(b, &name("bob"), PASSWORD, false)).unwrap();
    let_in(attempt(&mut fixture, &BOB));
}

#[test]
fn an_anonymous_session_hands_over_its_data_and_dies() {
    let mut fixture = with_bob();
    let visitor = fixture.session(Kind::Anonymous, None);
    fixture.run(|b| crate::ops::data::set(b, visitor.id, "cart", "[1]", None)).unwrap();
    let outcome = attempt(&mut fixture, &Try { upgrade: Some(visitor.text()), ..BOB });
    assert!(matches!(&outcome, Outcome::LoggedIn { moved, .. } if moved == &["cart"]));
    let issued = let_in(outcome);
    assert_ne!(issued.token.expose().as_str(), visitor.as_str());
    assert_eq!((fixture.word(visitor.text()), issued.id == visitor.id), ("revoked", false));
    assert_eq!(fixture.store.data(issued.id).unwrap()[0].json, "[1]");
}

#[test]
fn a_token_that_is_not_an_anonymous_session_s_is_never_adopted() {
    let mut fixture = with_bob();
    let eve = fixture.session(Kind::Web, Some("eve"));
    let api = fixture.api("bob", &["read"]);
    let dead = fixture.session(Kind::Anonymous, None);
    fixture.run(|b| crate::ops::logout::logout(b, dead.text())).unwrap();
    let sessions = fixture.store.sessions.len();
    for text in [eve.text(), api.text(), dead.text(), &[b'0'; 64], b"chosen-by-the-attacker"] {
        let outcome = attempt(&mut fixture, &Try { upgrade: Some(text), ..BOB });
        assert!(matches!(outcome, Outcome::NotUpgradable));
    }
    assert_eq!(fixture.store.sessions.len(), sessions);
}

#[test]
fn a_token_honoured_for_its_grace_upgrades_nothing_and_costs_no_attempt() {
    let mut fixture = with_bob();
    let visitor = fixture.session(Kind::Anonymous, None);
    let grace = Duration::from_secs(30);
    fixture.run(|b| crate::ops::rotate::rotate(b, visitor.text(), grace)).unwrap();
    fixture.steps.0.clear();
    let outcome = attempt(&mut fixture, &Try { upgrade: Some(visitor.text()), ..BOB });
    assert!(matches!(outcome, Outcome::NotUpgradable));
    assert_eq!(fixture.state(visitor.id), State::Active);
    assert!(!fixture.steps.0.iter().any(|step| step.starts_with("counted the attempt")));
}

#[test]
fn an_unknown_name_costs_the_time_of_a_wrong_password() {
    let mut fixture = with_bob();
    let mut time = |user| {
        let start = std::time::Instant::now();
        attempt(&mut fixture, &Try { user, password: b"wrong", upgrade: None });
        start.elapsed()
    };
    let (known, unknown) = (time("bob"), time("nobody"));
    // Without the work for nothing it is a thousandth; with it, noise alone parts the two.
    assert!(unknown > known / 10, "{unknown:?} {known:?}");
}

#[test]
fn the_own_live_session_is_renewed_instead() {
    let mut fixture = with_bob();
    let old = let_in(attempt(&mut fixture, &BOB));
    fixture.later(600);
    let text = old.token.expose();
    let own = Try { upgrade: Some(text.as_bytes()), ..BOB };
    assert!(matches!(attempt(&mut fixture, &Try { password: b"wrong", ..own }), Outcome::Refused));
    assert_eq!(fixture.word(text.as_bytes()), "active");
    let new = attempt(&mut fixture, &own);
    assert!(matches!(&new, Outcome::Reauthenticated(issued) if issued.id == old.id));
    assert_eq!(fixture.get(old.id).authenticated_at, Some(fixture.now));
    let key = fixture.store.attempt_key(&name("bob")).unwrap();
    let policy = fixture.store.policy.clone();
    let next = fixture.store.begin_attempt(key, fixture.now, &policy).unwrap();
    assert_eq!(next, crate::store::Attempt::Allowed { failures: 1 });
    let new = let_in(new).token.expose();
    assert_eq!(fixture.word(new.as_bytes()), "active");
    assert_eq!(fixture.word(text.as_bytes()), "revoked");
}

#[test]
fn one_session_too_many_is_refused_or_takes_the_oldest_place() {
    let mut fixture = with_bob();
    fixture.store.policy.set(Key::SessionsPerUser, 1);
    let first = let_in(attempt(&mut fixture, &BOB));
    assert!(matches!(attempt(&mut fixture, &BOB), Outcome::TooMany(1)));
    let name = name("bob");
    let request = Request {
        name: &name,
        password: PASSWORD,
        kind: LoginKind::Remembered,
        client: Client::default(),
        lifetime: Lifetime::default(),
        evict_oldest: true,
        upgrade: None,
        merge: Merge::Fail,
    };
    let outcome = fixture.run(|b| login(b, request)).unwrap();
    assert!(matches!(&outcome, Outcome::LoggedIn { evicted, .. } if *evicted == [first.id]));
    let second = fixture.get(let_in(outcome).id);
    assert_eq!(second.absolute_expires_at, fixture.now.plus(Duration::from_secs(30 * 86_400)));
}

#[test]
fn a_stronger_policy_hashes_anew_at_login() {
    let mut fixture = with_bob();
    let before = fixture.store.users[0].hash.clone();
    let_in(attempt(&mut fixture, &BOB));
    assert_eq!(fixture.store.users[0].hash, before);
    fixture.store.policy.set(Key::PasswordPasses, 3);
    let_in(attempt(&mut fixture, &BOB));
    assert!(fixture.store.users[0].hash.as_ref().unwrap().contains("t=3"));
    let_in(attempt(&mut fixture, &BOB));
}

#[test]
fn no_step_told_and_no_event_holds_a_secret() {
    let mut fixture = with_bob();
    let issued = let_in(attempt(&mut fixture, &BOB));
    let seen = format!("{:?}{:?}", fixture.steps.0, fixture.store.events);
    let hash = fixture.store.users[0].hash.clone().unwrap();
    for secret in ["correct horse", issued.token.expose().as_str(), hash.rsplit('$').next().unwrap()] {
        assert!(!seen.contains(secret));
    }
}
