//! Logging in: who is let in, who sees which steps, and what becomes of the token that was there before.

use std::time::Duration;

use super::*;
use crate::model::event::LoggedEvent;
use crate::model::session::Client;
use crate::model::session::State;
use crate::model::token::Token;
use crate::model::user::UserName;
use crate::ops::user;
use crate::ops::{Lifetime, Step};
use crate::store::{Attempt, Issued, Merge, PolicyStore as _};
use crate::store::{DataStore, UserStore};
use crate::testing::Fixture;

const PASSWORD: &[u8] = b"correct horse battery";

fn name(text: &str) -> UserName {
    text.parse().unwrap()
}

fn with_bob() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.run(|b| user::add(b, &name("bob"), Some(PASSWORD))).unwrap();
    fixture
}

fn hash_of_bob(fixture: &Fixture) -> String {
    let bob = fixture.store.user(&name("bob")).unwrap().unwrap();
    fixture.store.password_hash(bob.id).unwrap().unwrap()
}

struct Try<'a> {
    user: &'a str,
    password: &'a [u8],
    upgrade: Option<&'a Token>,
    grace: Duration,
}

const BOB: Try<'static> = Try { user: "bob", password: PASSWORD, upgrade: None, grace: Duration::ZERO };

fn attempt(fixture: &mut Fixture, given: &Try<'_>) -> Outcome {
    let name = name(given.user);
    let request = Request {
        name: &name,
        kind: LoginKind::Web,
        client: Client::default(),
        lifetime: Lifetime::default(),
        evict_oldest: false,
        ends: Vec::new(),
        upgrade: given.upgrade,
        upgrade_grace: given.grace,
        merge: Merge::Keep,
    };
    fixture.run(|b| login(b, &request, given.password)).unwrap()
}

fn let_in(outcome: Outcome) -> Issued {
    match outcome {
        Outcome::LoggedIn { issued, .. } | Outcome::Reauthenticated(issued) => issued,
        other => panic!("{other:?}"),
    }
}

#[test]
fn right_password_creates_a_session_and_clears_the_failures() {
    let mut fixture = with_bob();
    assert!(matches!(attempt(&mut fixture, &Try { password: b"wrong", ..BOB }), Outcome::Refused));
    let issued = let_in(attempt(&mut fixture, &Try { user: " BOB ", ..BOB }));
    assert_eq!(fixture.state(issued.id), State::Active);
    assert_eq!(fixture.get(issued.id).authenticated_at, Some(fixture.now()));
    for _ in 0..5 {
        assert!(matches!(attempt(&mut fixture, &Try { password: b"wrong", ..BOB }), Outcome::Refused));
    }
}

#[test]
fn refusals_do_not_reveal_what_was_wrong() {
    let mut fixture = with_bob();
    fixture.run(|b| user::add(b, &name("ghost"), None)).unwrap();
    fixture.run(|b| user::add(b, &name("gone"), Some(PASSWORD))).unwrap();
    fixture.run(|b| user::disable(b, &name("gone"), None)).unwrap();
    let mut steps = Vec::new();
    for (user, password) in
        [("bob", &b"wrong"[..]), ("nobody", PASSWORD), ("ghost", PASSWORD), ("gone", PASSWORD)]
    {
        fixture.steps.0.clear();
        assert!(matches!(attempt(&mut fixture, &Try { user, password, ..BOB }), Outcome::Refused));
        steps.push(std::mem::take(&mut fixture.steps.0));
    }
    assert!(steps.windows(2).all(|pair| pair[0] == pair[1]), "{steps:?}");
    let logged: Vec<_> =
        fixture.events().into_iter().rev().take(4).rev().map(|event: LoggedEvent| event.user).collect();
    assert_eq!(logged, [Some("bob"), None, Some("ghost"), Some("gone")].map(|u| u.map(str::to_owned)));
    assert!(fixture.events().iter().all(|e| !format!("{e:?}").contains("nobody")));
}

#[test]
fn unknown_names_are_throttled_like_known_ones() {
    let mut fixture = with_bob();
    for user in ["bob", "nobody"] {
        for _ in 0..6 {
            let wrong = Try { user, password: b"wrong", ..BOB };
            assert!(matches!(attempt(&mut fixture, &wrong), Outcome::Refused));
        }
        let until = fixture.now().plus(Duration::from_secs(1));
        let right = attempt(&mut fixture, &Try { user, ..BOB });
        assert!(matches!(right, Outcome::Throttled { until: at } if at == until));
    }
    fixture.later(1);
    let_in(attempt(&mut fixture, &BOB));
}

#[test]
fn too_many_failures_lock_the_password() {
    let mut fixture = with_bob();
    fixture.set_policy(Key::ThrottleDisable, 2);
    for _ in 0..2 {
        attempt(&mut fixture, &Try { password: b"wrong", ..BOB });
    }
    assert!(matches!(attempt(&mut fixture, &BOB), Outcome::Locked));
    fixture.run(|b| user::change_password(b, &name("bob"), PASSWORD, false)).unwrap();
    let_in(attempt(&mut fixture, &BOB));
}

#[test]
fn upgrade_moves_the_data_and_ends_the_anonymous_session() {
    let mut fixture = with_bob();
    let visitor = fixture.session(Kind::Anonymous, None);
    fixture.run(|b| crate::ops::data::set(b, visitor.id, "cart", "[1]", None)).unwrap();
    let outcome = attempt(&mut fixture, &Try { upgrade: Some(&visitor.token()), ..BOB });
    assert!(matches!(&outcome, Outcome::LoggedIn { moved, .. } if moved == &["cart"]));
    let issued = let_in(outcome);
    assert_ne!(issued.token.expose().as_str(), visitor.as_str());
    assert_eq!((fixture.word(visitor.text()), issued.id == visitor.id), ("revoked", false));
    assert_eq!(fixture.store.data(issued.id).unwrap()[0].json, "[1]");
}

#[test]
fn upgrade_never_adopts_another_token() {
    let mut fixture = with_bob();
    let eve = fixture.session(Kind::Web, Some("eve"));
    let api = fixture.api("bob", &["read"]);
    let dead = fixture.session(Kind::Anonymous, None);
    fixture.run(|b| crate::ops::logout::logout(b, &dead.token())).unwrap();
    let sessions = fixture.count();
    let foreign = Token::parse(&[b'0'; 64]).unwrap();
    for (token, reason) in [
        (eve.token(), UpgradeRefusal::OtherUser),
        (api.token(), UpgradeRefusal::Api),
        (dead.token(), UpgradeRefusal::Revoked),
        (foreign, UpgradeRefusal::Unknown),
    ] {
        let outcome = attempt(&mut fixture, &Try { upgrade: Some(&token), ..BOB });
        assert!(matches!(outcome, Outcome::NotUpgradable(why) if why == reason), "{outcome:?}");
    }
    assert_eq!(fixture.count(), sessions);
}

#[test]
fn upgrade_refuses_a_token_in_its_grace_without_an_attempt() {
    let mut fixture = with_bob();
    let visitor = fixture.session(Kind::Anonymous, None);
    let grace = Duration::from_secs(30);
    fixture.run(|b| crate::ops::rotate::rotate(b, &visitor.token(), grace)).unwrap();
    fixture.steps.0.clear();
    let outcome = attempt(&mut fixture, &Try { upgrade: Some(&visitor.token()), ..BOB });
    assert!(matches!(outcome, Outcome::NotUpgradable(UpgradeRefusal::Replaced)));
    assert_eq!(fixture.state(visitor.id), State::Active);
    assert!(!fixture.steps.0.iter().any(|step| matches!(step, Step::AttemptCounted { .. })));
}

#[test]
fn unknown_name_costs_the_time_of_a_wrong_password() {
    let time = |user| {
        let mut fixture = with_bob();
        let start = std::time::Instant::now();
        attempt(&mut fixture, &Try { user, password: b"wrong", ..BOB });
        start.elapsed()
    };
    // The shortest time of each is that without other work on the machine: more rounds only bring them together.
    let (begun, mut known, mut unknown) = (std::time::Instant::now(), Duration::MAX, Duration::MAX);
    // Without the work for nothing it is a thousandth; with it, noise alone parts the two.
    while known == Duration::MAX || unknown <= known / 10 {
        (known, unknown) = (known.min(time("bob")), unknown.min(time("nobody")));
        assert!(begun.elapsed() < Duration::from_secs(60), "{unknown:?} {known:?}");
    }
}

#[test]
fn upgrade_of_the_own_session_renews_it() {
    let mut fixture = with_bob();
    let old = let_in(attempt(&mut fixture, &BOB));
    fixture.later(600);
    let text = old.token.expose();
    let own = Try { upgrade: Some(&old.token), ..BOB };
    assert!(matches!(attempt(&mut fixture, &Try { password: b"wrong", ..own }), Outcome::Refused));
    assert_eq!(fixture.word(text.as_bytes()), "active");
    let new = attempt(&mut fixture, &own);
    assert!(matches!(&new, Outcome::Reauthenticated(issued) if issued.id == old.id));
    assert_eq!(fixture.get(old.id).authenticated_at, Some(fixture.now()));
    let key = fixture.store.attempt_key(&name("bob")).unwrap();
    let policy = fixture.store.policy().unwrap();
    let next = fixture.store.begin_attempt(key, &policy).unwrap();
    assert_eq!(next, Attempt::Allowed { failures: 1 });
    let new = let_in(new).token.expose();
    assert_eq!(fixture.word(new.as_bytes()), "active");
    assert_eq!(fixture.word(text.as_bytes()), "revoked");
}

#[test]
fn old_token_of_a_renewed_session_is_accepted_within_the_grace_only() {
    let mut fixture = with_bob();
    let old = let_in(attempt(&mut fixture, &BOB));
    fixture.later(600);
    let own = Try { upgrade: Some(&old.token), grace: Duration::from_secs(10), ..BOB };
    let new = let_in(attempt(&mut fixture, &own)).token.expose();
    // Requests that were on their way with it are no sign of theft.
    fixture.later(9);
    assert_eq!(fixture.word(old.token.expose().as_bytes()), "active");
    assert!(matches!(attempt(&mut fixture, &own), Outcome::NotUpgradable(UpgradeRefusal::Replaced)));
    assert_eq!(fixture.word(new.as_bytes()), "active");
    fixture.later(1);
    assert_eq!(fixture.word(old.token.expose().as_bytes()), "revoked");
    assert_eq!(fixture.word(new.as_bytes()), "revoked");
    // The policy may allow less.
    fixture.set_policy(Key::RotateGrace, 0);
    let old = let_in(attempt(&mut fixture, &BOB));
    let own = Try { upgrade: Some(&old.token), grace: Duration::from_secs(10), ..BOB };
    let_in(attempt(&mut fixture, &own));
    assert_eq!(fixture.word(old.token.expose().as_bytes()), "revoked");
}

#[test]
fn session_limit_refuses_or_evicts_the_oldest() {
    let mut fixture = with_bob();
    fixture.set_policy(Key::SessionsPerUser, 1);
    let first = let_in(attempt(&mut fixture, &BOB));
    assert!(matches!(attempt(&mut fixture, &BOB), Outcome::TooMany(1)));
    let name = name("bob");
    let request = Request {
        name: &name,
        kind: LoginKind::Remembered,
        client: Client::default(),
        lifetime: Lifetime::default(),
        evict_oldest: true,
        ends: Vec::new(),
        upgrade: None,
        upgrade_grace: Duration::ZERO,
        merge: Merge::Fail,
    };
    let outcome = fixture.run(|b| login(b, &request, PASSWORD)).unwrap();
    assert!(matches!(&outcome, Outcome::LoggedIn { evicted, .. } if *evicted == [first.id]));
    let second = fixture.get(let_in(outcome).id);
    assert_eq!(second.absolute_expires_at, fixture.now().plus(Duration::from_secs(30 * 86_400)));
}

#[test]
fn login_rehashes_under_a_stronger_policy() {
    let mut fixture = with_bob();
    let before = hash_of_bob(&fixture);
    let_in(attempt(&mut fixture, &BOB));
    assert_eq!(hash_of_bob(&fixture), before);
    fixture.set_policy(Key::PasswordPasses, 3);
    let_in(attempt(&mut fixture, &BOB));
    assert!(hash_of_bob(&fixture).contains("t=3"));
    let_in(attempt(&mut fixture, &BOB));
}

#[test]
fn steps_and_events_never_hold_a_secret() {
    let mut fixture = with_bob();
    let issued = let_in(attempt(&mut fixture, &BOB));
    let seen = format!("{:?}{:?}", fixture.steps.0, fixture.events());
    let hash = hash_of_bob(&fixture);
    for secret in ["correct horse", issued.token.expose().as_str(), hash.rsplit('$').next().unwrap()] {
        assert!(!seen.contains(secret));
    }
}

#[test]
fn login_in_three_steps_holds_no_store_while_hashing() {
    let mut fixture = with_bob();
    let name = name("bob");
    let request = Request {
        name: &name,
        kind: LoginKind::Web,
        client: Client::default(),
        lifetime: Lifetime::default(),
        evict_oldest: false,
        ends: Vec::new(),
        upgrade: None,
        upgrade_grace: Duration::ZERO,
        merge: Merge::Keep,
    };
    let Begin::Pending(pending) = fixture.run(|b| begin(b, &request)).unwrap() else { panic!("refused") };
    let hashed = pending.hash(PASSWORD, &[1; password::SALT_BYTES]);
    // What happens meanwhile wins.
    fixture.run(|b| user::disable(b, &name, None)).unwrap();
    assert!(matches!(fixture.run(|b| commit(b, *pending, hashed)).unwrap(), Outcome::Refused));
    assert_eq!(fixture.count(), 0);
}

#[test]
fn renewed_session_needs_the_password_that_was_checked() {
    let mut fixture = with_bob();
    let own = let_in(attempt(&mut fixture, &BOB));
    let name = name("bob");
    let request = Request {
        name: &name,
        kind: LoginKind::Web,
        client: Client::default(),
        lifetime: Lifetime::default(),
        evict_oldest: false,
        ends: Vec::new(),
        upgrade: Some(&own.token),
        upgrade_grace: Duration::ZERO,
        merge: Merge::Keep,
    };
    let Begin::Pending(pending) = fixture.run(|b| begin(b, &request)).unwrap() else { panic!("refused") };
    let hashed = pending.hash(PASSWORD, &[1; password::SALT_BYTES]);
    fixture.run(|b| user::change_password(b, &name, b"another good passphrase", true)).unwrap();
    assert!(matches!(
        fixture.run(|b| commit(b, *pending, hashed)).unwrap(),
        Outcome::NotUpgradable(UpgradeRefusal::Meanwhile)
    ));
}

#[test]
fn right_password_that_is_refused_counts_as_no_failure_and_is_logged() {
    let mut fixture = with_bob();
    fixture.set_policy(Key::SessionsPerUser, 1);
    let_in(attempt(&mut fixture, &BOB));
    for _ in 0..9 {
        assert!(matches!(attempt(&mut fixture, &BOB), Outcome::TooMany(1)));
    }
    assert_eq!(fixture.store.user(&name("bob")).unwrap().unwrap().failed_logins, 0);
    let refused = fixture.events().into_iter().filter(|event| event.action == "login.refused");
    assert!(refused.clone().all(|event| event.detail.as_deref() == Some("too many sessions")));
    assert_eq!(refused.count(), 9);
}
