//! Verification rule by rule, and what it writes.

use std::time::Duration;

use super::*;
use crate::model::session::{Kind, State};
use crate::rules;
use crate::store::{Access, AuditStore as _, PolicyStore as _, Store, StoreError};
use crate::testing::Fixture;

fn ask(fixture: &mut Fixture, text: &[u8], requirements: Requirements) -> Verification {
    let token = Token::parse(text).unwrap();
    fixture.run(|b| verify(b, &token, &requirements)).unwrap()
}

fn reading() -> Requirements {
    Requirements::default()
}

fn writing() -> Requirements {
    Requirements { touch: true, ..Requirements::default() }
}

#[test]
fn verdict_follows_the_life_of_a_session() {
    let mut fixture = Fixture::new();
    let web = fixture.session(Kind::Web, Some("bob"));
    assert_eq!(fixture.word(web.text()), "active");
    fixture.later(30 * 60 - 1);
    assert_eq!(ask(&mut fixture, web.text(), reading()).verdict.word(), "active");
    fixture.later(1);
    assert_eq!(fixture.word(web.text()), "expired");
    fixture.later(9_999_999);
    assert_eq!(fixture.word(web.text()), "expired");
}

#[test]
fn foreign_tokens_are_unknown() {
    let mut fixture = Fixture::new();
    let web = fixture.session(Kind::Web, Some("bob"));
    let upper = web.as_str().to_uppercase();
    let mut flipped = web.as_str().to_owned().into_bytes();
    flipped[63] ^= 1;
    let padded = format!("{} ", web.as_str());
    let prefixed = format!("sctl_{}", web.as_str());
    for text in [&b""[..], upper.as_bytes(), &flipped, padded.as_bytes(), prefixed.as_bytes(), &[b'a'; 64]] {
        assert_eq!(fixture.word(text), "unknown");
    }
}

#[test]
fn child_is_never_more_active_than_its_parent() {
    let mut fixture = Fixture::new();
    let head = fixture.session(Kind::Sso, Some("bob"));
    let child = fixture.child(head.id);
    let (born, end) = (fixture.now(), fixture.now().plus(Duration::from_secs(5)));
    let found = fixture.find(&child.token());
    let (row, alive) = (&found.session, found.parent.clone().unwrap());
    let revoked = Session { revoked_at: Some(end), deadline: end, ..alive.clone() };
    let expired = Session { deadline: end, ..alive.clone() };
    assert_eq!(rules::state(row, Some(&alive), end), State::Active);
    assert_eq!(rules::state(row, Some(&revoked), end), State::Revoked);
    assert_eq!(rules::state(row, Some(&expired), end), State::Expired);
    assert_eq!(rules::state(row, Some(&expired), born), State::Active);
    assert_eq!(rules::state(row, None, born), State::Revoked);
}

#[test]
fn address_is_written_when_it_is_another_one_and_changes_no_answer() {
    let mut fixture = Fixture::new();
    let web = fixture.session(Kind::Web, Some("bob"));
    let from = |ip: &str| Requirements { ip: ip.parse().ok(), ..writing() };
    let changes = |fixture: &Fixture| {
        fixture.actions().iter().filter(|action| *action == "session.network_changed").count()
    };
    for (ip, expected) in
        [("203.0.113.7", 0), ("203.0.113.8", 0), ("198.51.100.9", 1), ("198.51.100.9", 1), ("2001:db8::1", 2)]
    {
        let answer = ask(&mut fixture, web.text(), from(ip));
        assert_eq!((answer.verdict.word(), answer.wants_touch.len()), ("active", 0), "{ip}");
        assert_eq!(fixture.get(web.id).last_ip, ip.parse().ok());
        assert_eq!(changes(&fixture), expected, "{ip}");
    }
    // Within the touch interval, the same address is not written again; without an address, nothing is.
    assert!(
        ask(&mut fixture, web.text(), Requirements { touch: false, ..from("2001:db8::1") })
            .wants_touch
            .is_empty()
    );
    assert!(ask(&mut fixture, web.text(), reading()).wants_touch.is_empty());
    assert_eq!(fixture.get(web.id).last_ip, "2001:db8::1".parse().ok());
}

#[test]
fn requirements_are_checked_in_the_order_app_scope_age() {
    let mut fixture = Fixture::new();
    let api = fixture.api("bob", &["read", "write"]);
    let unmet = |fixture: &mut Fixture, scopes: &[&str], app: Option<&str>, age: Option<u64>| {
        let requirements = Requirements {
            scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
            app: app.map(str::to_owned),
            max_auth_age: age.map(Duration::from_secs),
            ip: None,
            touch: false,
        };
        match ask(fixture, api.text(), requirements).verdict {
            Verdict::Active(_) => None,
            Verdict::Insufficient(_, unmet) => Some(unmet),
            other => panic!("{}", other.word()),
        }
    };
    fixture.later(60);
    assert_eq!(unmet(&mut fixture, &["read", "write"], Some("shop"), Some(60)), None);
    let app = UnmetRequirement::App("bank".to_owned());
    assert_eq!(unmet(&mut fixture, &["admin"], Some("bank"), Some(0)), Some(app));
    let missing = UnmetRequirement::Scope("admin".to_owned());
    assert_eq!(unmet(&mut fixture, &["read", "admin"], None, Some(0)), Some(missing));
    let age = UnmetRequirement::AuthAge { age: Some(Duration::from_secs(60)), max: Duration::from_secs(59) };
    assert_eq!(unmet(&mut fixture, &[], None, Some(59)), Some(age));
    let visitor = fixture.session(Kind::Anonymous, None);
    let requirements = Requirements { max_auth_age: Some(Duration::MAX), ..reading() };
    let verdict = ask(&mut fixture, visitor.text(), requirements).verdict;
    assert!(matches!(verdict, Verdict::Insufficient(_, UnmetRequirement::AuthAge { age: None, .. })));
}

#[test]
fn touch_is_written_once_a_minute_and_for_the_parent_too() {
    let mut fixture = Fixture::new();
    let head = fixture.session(Kind::Sso, Some("bob"));
    let child = fixture.child(head.id);
    let born = fixture.now();
    fixture.later(59);
    assert!(ask(&mut fixture, child.text(), writing()).wants_touch.is_empty());
    assert_eq!(fixture.get(child.id).last_seen_at, born);
    fixture.later(1);
    assert!(!ask(&mut fixture, child.text(), reading()).wants_touch.is_empty());
    assert_eq!(fixture.get(child.id).last_seen_at, born);
    assert!(ask(&mut fixture, child.text(), writing()).wants_touch.is_empty());
    let now = fixture.now();
    assert_eq!([child.id, head.id].map(|id| fixture.get(id).last_seen_at), [now, now]);
    assert_eq!(fixture.get(child.id).deadline, now.plus(Duration::from_secs(30 * 60)));
}

#[test]
fn full_disk_neither_hides_the_answer_nor_the_failure() {
    let mut fixture = Fixture::new();
    let web = fixture.session(Kind::Web, Some("bob"));
    fixture.later(61);
    fixture.factory.set_full(true);
    let seen = ask(&mut fixture, web.text(), writing());
    assert_eq!(seen.verdict.word(), "active");
    assert!(!seen.wants_touch.is_empty() && seen.write_failed.is_some());
}

#[test]
fn reused_token_is_reported_by_a_reader_and_recorded_by_a_writer() {
    let mut fixture = Fixture::new();
    let others = [fixture.session(Kind::Web, Some("bob")), fixture.session(Kind::Web, Some("eve"))];
    let web = fixture.session(Kind::Web, Some("bob"));
    let rotated = fixture.run(|b| crate::ops::rotate::rotate(b, &web.token(), Duration::ZERO)).unwrap();
    assert!(matches!(rotated, crate::ops::rotate::Outcome::Rotated(_)));
    let seen = ask(&mut fixture, web.text(), reading());
    assert!(seen.wants_reuse_report && matches!(seen.verdict, Verdict::RotatedAway(_)));
    assert_eq!(fixture.state(web.id), State::Active);
    fixture.factory.set_full(true);
    let failed = ask(&mut fixture, web.text(), writing());
    assert!(failed.write_failed.is_some() && failed.verdict.word() == "revoked");
    fixture.factory.set_full(false);
    assert!(!ask(&mut fixture, web.text(), writing()).wants_reuse_report);
    assert_eq!(fixture.get(web.id).revoke_reason.as_deref(), Some(REUSED));
    assert!(others.iter().all(|other| fixture.state(other.id) == State::Active), "others fell with it");
    // Of the dead session it is recorded again, but not without limit.
    for (hours, recorded) in [(0, 1), (0, 1), (1, 2), (0, 2)] {
        fixture.later(hours * 60 * 60 + 1);
        assert_eq!(fixture.word(web.text()), "revoked");
        let reuses = fixture.actions().iter().filter(|action| *action == "token.reused").count();
        assert_eq!(reuses, recorded, "{hours}");
    }
}

#[test]
fn verify_refuses_a_clock_that_went_back() {
    let mut fixture = Fixture::new();
    let web = fixture.session(Kind::Web, Some("bob"));
    fixture.clock.set(fixture.now().minus(Duration::from_secs(301)));
    let steps = fixture.run(|b| verify(b, &web.token(), &reading()));
    assert!(matches!(steps, Err(OpsError::Store(StoreError::ClockBehind { .. }))));
    assert!(fixture.store.latest_event_at().unwrap().is_some());
}

#[test]
fn steps_never_hold_the_token() {
    let mut fixture = Fixture::new();
    let web = fixture.session(Kind::Web, Some("bob"));
    assert_eq!(fixture.word(web.text()), "active");
    let steps = serde_json::to_string(&fixture.steps.0).unwrap();
    assert!(steps.contains("token_looked_up"), "{steps}");
    for part in [web.as_str(), &web.as_str()[..8], &web.as_str()[32..40]] {
        assert!(!steps.contains(part));
    }
}

#[test]
fn verify_many_answers_in_order_with_any_number_of_helpers() {
    let mut fixture = Fixture::new();
    let live = fixture.session(Kind::Web, Some("bob"));
    let dead = fixture.session(Kind::Web, Some("bob"));
    fixture.later(29 * 60);
    ask(&mut fixture, live.text(), writing());
    fixture.later(60);
    let lines: Vec<Option<Token>> = (0..1000)
        .map(|number| match number % 3 {
            0 => Token::parse(live.text()),
            1 => Token::parse(dead.text()),
            _ => Token::parse(b"no token"),
        })
        .collect();
    let policy = fixture.store.policy().unwrap();
    for helpers in 0..4 {
        for many in [0, 1, 127, 128, 129, 1000] {
            let mut helpers: Vec<Box<dyn Store>> = (0..helpers)
                .map(|_| Box::new(fixture.factory.open_memory(Access::Read).unwrap()) as Box<dyn Store>)
                .collect();
            // Where a tracer wants the steps, one thread answers all; here none does.
            let answers = fixture.run(|b| {
                let tracer = &mut crate::ops::NoTrace;
                let quiet = &mut OpContext { store: b.store, tracer, random: b.random, ..*b };
                verify_many(quiet, &mut helpers, &policy, &lines[..many], &reading())
            });
            let words: Vec<_> = answers.iter().map(|a| a.as_ref().unwrap().verdict.word()).collect();
            let expected: Vec<_> = ["active", "expired", "unknown"].into_iter().cycle().take(many).collect();
            assert_eq!(words, expected);
        }
    }
}
