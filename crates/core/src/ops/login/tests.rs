//! Logging in: who is let in, who is told what, and what becomes of the token that was there before.

use std::time::Duration;

use super::*;
use crate::model::session::State;
use crate::ops::testing::Bench;
use crate::ops::user;
use crate::store::{DataStore, UserStore};

const PASSWORD: &[u8] = b"correct horse battery";

fn name(text: &str) -> UserName {
    text.parse().unwrap()
}

fn with_bob() -> Bench {
    let mut bench = Bench::new();
    bench.run(|b| user::add(b, &name("bob"), Some(PASSWORD))).unwrap();
    bench
}

struct Try<'a> {
    user: &'a str,
    password: &'a [u8],
    upgrade: Option<&'a [u8]>,
}

const BOB: Try<'static> = Try { user: "bob", password: PASSWORD, upgrade: None };

fn attempt(bench: &mut Bench, given: &Try<'_>) -> Outcome {
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
    bench.run(|b| login(b, request)).unwrap()
}

fn let_in(outcome: Outcome) -> Issued {
    match outcome {
        Outcome::LoggedIn { issued, .. } | Outcome::Reauthenticated(issued) => issued,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_right_password_makes_a_session_and_clears_the_failures() {
    let mut bench = with_bob();
    assert!(matches!(attempt(&mut bench, &Try { password: b"wrong", ..BOB }), Outcome::Refused));
    let issued = let_in(attempt(&mut bench, &Try { user: " BOB ", ..BOB }));
    assert_eq!(bench.state(issued.id), State::Active);
    assert_eq!(bench.get(issued.id).authenticated_at, Some(bench.now));
    for _ in 0..5 {
        assert!(matches!(attempt(&mut bench, &Try { password: b"wrong", ..BOB }), Outcome::Refused));
    }
}

#[test]
fn nobody_is_told_what_was_wrong() {
    let mut bench = with_bob();
    bench.run(|b| user::add(b, &name("ghost"), None)).unwrap();
    bench.run(|b| user::add(b, &name("gone"), Some(PASSWORD))).unwrap();
    bench.run(|b| user::disable(b, &name("gone"))).unwrap();
    let mut told = Vec::new();
    for (user, password) in
        [("bob", &b"wrong"[..]), ("nobody", PASSWORD), ("ghost", PASSWORD), ("gone", PASSWORD)]
    {
        bench.told.0.clear();
        assert!(matches!(attempt(&mut bench, &Try { user, password, upgrade: None }), Outcome::Refused));
        told.push(std::mem::take(&mut bench.told.0));
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
    let logged: Vec<_> = bench.store.events.iter().rev().take(4).rev().map(|e| e.user.clone()).collect();
    assert_eq!(logged, [Some("bob"), None, Some("ghost"), Some("gone")].map(|u| u.map(str::to_owned)));
    assert!(bench.store.events.iter().all(|e| !format!("{e:?}").contains("nobody")));
}

#[test]
fn unknown_names_are_throttled_like_known_ones() {
    let mut bench = with_bob();
    for user in ["bob", "nobody"] {
        for _ in 0..6 {
            let wrong = Try { user, password: b"wrong", upgrade: None };
            assert!(matches!(attempt(&mut bench, &wrong), Outcome::Refused));
        }
        let until = bench.now.plus(Duration::from_secs(1));
        let right = attempt(&mut bench, &Try { user, ..BOB });
        assert!(matches!(right, Outcome::Throttled { until: at } if at == until));
    }
    bench.later(1);
    let_in(attempt(&mut bench, &BOB));
}

#[test]
fn a_hundred_failures_disable_the_password() {
    let mut bench = with_bob();
    bench.store.policy.set(Key::ThrottleDisable, 2);
    for _ in 0..2 {
        attempt(&mut bench, &Try { password: b"wrong", ..BOB });
    }
    assert!(matches!(attempt(&mut bench, &BOB), Outcome::Disabled));
    bench.run(|b| user::change_password(b, &name("bob"), PASSWORD, false)).unwrap();
    let_in(attempt(&mut bench, &BOB));
}

#[test]
fn an_anonymous_session_hands_over_its_data_and_dies() {
    let mut bench = with_bob();
    let visitor = bench.session(Kind::Anonymous, None);
    bench.run(|b| crate::ops::data::set(b, visitor.id, "cart", "[1]", None)).unwrap();
    let outcome = attempt(&mut bench, &Try { upgrade: Some(visitor.text()), ..BOB });
    assert!(matches!(&outcome, Outcome::LoggedIn { moved, .. } if moved == &["cart"]));
    let issued = let_in(outcome);
    assert_ne!(issued.token.expose().as_str(), visitor.as_str());
    assert_eq!((bench.word(visitor.text()), issued.id == visitor.id), ("revoked", false));
    assert_eq!(bench.store.data(issued.id).unwrap()[0].json, "[1]");
}

#[test]
fn a_token_that_is_not_an_anonymous_session_s_is_never_adopted() {
    let mut bench = with_bob();
    let eve = bench.session(Kind::Web, Some("eve"));
    let api = bench.api("bob", &["read"]);
    let dead = bench.session(Kind::Anonymous, None);
    bench.run(|b| crate::ops::logout::logout(b, dead.text())).unwrap();
    let sessions = bench.store.sessions.len();
    for text in [eve.text(), api.text(), dead.text(), &[b'0'; 64], b"chosen-by-the-attacker"] {
        let outcome = attempt(&mut bench, &Try { upgrade: Some(text), ..BOB });
        assert!(matches!(outcome, Outcome::NotUpgradable));
    }
    assert_eq!(bench.store.sessions.len(), sessions);
}

#[test]
fn a_token_honoured_for_its_grace_upgrades_nothing_and_costs_no_attempt() {
    let mut bench = with_bob();
    let visitor = bench.session(Kind::Anonymous, None);
    let grace = Duration::from_secs(30);
    bench.run(|b| crate::ops::rotate::rotate(b, visitor.text(), grace)).unwrap();
    bench.told.0.clear();
    let outcome = attempt(&mut bench, &Try { upgrade: Some(visitor.text()), ..BOB });
    assert!(matches!(outcome, Outcome::NotUpgradable));
    assert_eq!(bench.state(visitor.id), State::Active);
    assert!(!bench.told.0.iter().any(|step| step.starts_with("counted the attempt")));
}

#[test]
fn an_unknown_name_costs_the_time_of_a_wrong_password() {
    let mut bench = with_bob();
    let mut time = |user| {
        let start = std::time::Instant::now();
        attempt(&mut bench, &Try { user, password: b"wrong", upgrade: None });
        start.elapsed()
    };
    let (known, unknown) = (time("bob"), time("nobody"));
    // Without the work for nothing it is a thousandth; with it, noise alone parts the two.
    assert!(unknown > known / 10, "{unknown:?} {known:?}");
}

#[test]
fn the_own_live_session_is_renewed_instead() {
    let mut bench = with_bob();
    let old = let_in(attempt(&mut bench, &BOB));
    bench.later(600);
    let text = old.token.expose();
    let own = Try { upgrade: Some(text.as_bytes()), ..BOB };
    assert!(matches!(attempt(&mut bench, &Try { password: b"wrong", ..own }), Outcome::Refused));
    assert_eq!(bench.word(text.as_bytes()), "active");
    let new = attempt(&mut bench, &own);
    assert!(matches!(&new, Outcome::Reauthenticated(issued) if issued.id == old.id));
    assert_eq!(bench.get(old.id).authenticated_at, Some(bench.now));
    let key = bench.store.attempt_key(&name("bob")).unwrap();
    let policy = bench.store.policy.clone();
    let next = bench.store.begin_attempt(key, bench.now, &policy).unwrap();
    assert_eq!(next, crate::store::Attempt::Allowed { failures: 1 });
    let new = let_in(new).token.expose();
    assert_eq!(bench.word(new.as_bytes()), "active");
    assert_eq!(bench.word(text.as_bytes()), "revoked");
}

#[test]
fn one_session_too_many_is_refused_or_takes_the_oldest_place() {
    let mut bench = with_bob();
    bench.store.policy.set(Key::SessionsPerUser, 1);
    let first = let_in(attempt(&mut bench, &BOB));
    assert!(matches!(attempt(&mut bench, &BOB), Outcome::TooMany(1)));
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
    let outcome = bench.run(|b| login(b, request)).unwrap();
    assert!(matches!(&outcome, Outcome::LoggedIn { evicted, .. } if *evicted == [first.id]));
    let second = bench.get(let_in(outcome).id);
    assert_eq!(second.absolute_expires_at, bench.now.plus(Duration::from_secs(30 * 86_400)));
}

#[test]
fn a_stronger_policy_hashes_anew_at_login() {
    let mut bench = with_bob();
    let before = bench.store.users[0].hash.clone();
    let_in(attempt(&mut bench, &BOB));
    assert_eq!(bench.store.users[0].hash, before);
    bench.store.policy.set(Key::PasswordPasses, 3);
    let_in(attempt(&mut bench, &BOB));
    assert!(bench.store.users[0].hash.as_ref().unwrap().contains("t=3"));
    let_in(attempt(&mut bench, &BOB));
}

#[test]
fn no_step_told_and_no_event_holds_a_secret() {
    let mut bench = with_bob();
    let issued = let_in(attempt(&mut bench, &BOB));
    let seen = format!("{:?}{:?}", bench.told.0, bench.store.events);
    let hash = bench.store.users[0].hash.clone().unwrap();
    for secret in ["correct horse", issued.token.expose().as_str(), hash.rsplit('$').next().unwrap()] {
        assert!(!seen.contains(secret));
    }
}
