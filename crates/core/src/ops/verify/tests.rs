//! Verification rule by rule, and what it writes.

use std::time::Duration;

use super::*;
use crate::model::session::{Kind, State};
use crate::ops::testing::Bench;
use crate::store::{LogStore, Store};

fn ask(bench: &mut Bench, text: &[u8], requirements: Requirements) -> Verification {
    bench.run(|b| verify(b, text, &requirements)).unwrap()
}

fn reading() -> Requirements {
    Requirements::default()
}

fn writing() -> Requirements {
    Requirements { touch: true, ..Requirements::default() }
}

#[test]
fn the_word_follows_the_life_of_a_session() {
    let mut bench = Bench::new();
    let web = bench.session(Kind::Web, Some("bob"));
    assert_eq!(bench.word(web.text()), "active");
    bench.later(30 * 60 - 1);
    assert_eq!(ask(&mut bench, web.text(), reading()).verdict.word(), "active");
    bench.later(1);
    assert_eq!(bench.word(web.text()), "expired");
    bench.later(9_999_999);
    assert_eq!(bench.word(web.text()), "expired");
}

#[test]
fn what_is_no_token_of_this_database_is_unknown() {
    let mut bench = Bench::new();
    let web = bench.session(Kind::Web, Some("bob"));
    let upper = web.as_str().to_uppercase();
    let mut flipped = web.as_str().to_owned().into_bytes();
    flipped[63] ^= 1;
    let padded = format!("{} ", web.as_str());
    let prefixed = format!("sctl_{}", web.as_str());
    for text in [&b""[..], upper.as_bytes(), &flipped, padded.as_bytes(), prefixed.as_bytes(), &[b'a'; 64]] {
        assert_eq!(bench.word(text), "unknown");
    }
}

#[test]
fn a_member_of_a_family_is_never_more_alive_than_its_head() {
    let mut bench = Bench::new();
    let head = bench.session(Kind::Sso, Some("bob"));
    let child = bench.child(head.id);
    let (born, end) = (bench.now, bench.now.plus(Duration::from_secs(5)));
    let found = bench.find(child.text());
    let (row, alive) = (&found.session, found.head.clone().unwrap());
    let revoked = Session { revoked_at: Some(end), deadline: end, ..alive.clone() };
    let expired = Session { deadline: end, ..alive.clone() };
    assert_eq!(state_in_family(row, Some(&alive), end), State::Active);
    assert_eq!(state_in_family(row, Some(&revoked), end), State::Revoked);
    assert_eq!(state_in_family(row, Some(&expired), end), State::Expired);
    assert_eq!(state_in_family(row, Some(&expired), born), State::Active);
    assert_eq!(state_in_family(row, None, born), State::Revoked);
}

#[test]
fn scope_app_and_age_of_the_login_are_asked_in_this_order() {
    let mut bench = Bench::new();
    let api = bench.api("bob", &["read", "write"]);
    let lack = |bench: &mut Bench, scopes: &[&str], app: Option<&str>, age: Option<u64>| {
        let requirements = Requirements {
            scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
            app: app.map(str::to_owned),
            max_auth_age: age.map(Duration::from_secs),
            touch: false,
        };
        match ask(bench, api.text(), requirements).verdict {
            Verdict::Active(_) => None,
            Verdict::Insufficient(_, lack) => Some(lack),
            other => panic!("{}", other.word()),
        }
    };
    bench.later(60);
    assert_eq!(lack(&mut bench, &["read", "write"], Some("shop"), Some(60)), None);
    assert_eq!(lack(&mut bench, &["admin"], Some("bank"), Some(0)), Some(Shortfall::App));
    let missing = Shortfall::Scope("admin".to_owned());
    assert_eq!(lack(&mut bench, &["read", "admin"], None, Some(0)), Some(missing));
    let age = Shortfall::AuthAge(Some(Duration::from_secs(60)));
    assert_eq!(lack(&mut bench, &[], None, Some(59)), Some(age));
    let visitor = bench.session(Kind::Anonymous, None);
    let requirements = Requirements { max_auth_age: Some(Duration::MAX), ..reading() };
    let verdict = ask(&mut bench, visitor.text(), requirements).verdict;
    assert!(matches!(verdict, Verdict::Insufficient(_, Shortfall::AuthAge(None))));
}

#[test]
fn being_seen_is_written_once_a_minute_and_for_the_head_too() {
    let mut bench = Bench::new();
    let head = bench.session(Kind::Sso, Some("bob"));
    let child = bench.child(head.id);
    let born = bench.now;
    bench.later(59);
    assert!(!ask(&mut bench, child.text(), writing()).wants_touch);
    assert_eq!(bench.get(child.id).last_seen_at, born);
    bench.later(1);
    assert!(ask(&mut bench, child.text(), reading()).wants_touch);
    assert_eq!(bench.get(child.id).last_seen_at, born);
    assert!(!ask(&mut bench, child.text(), writing()).wants_touch);
    let now = bench.now;
    assert_eq!([child.id, head.id].map(|id| bench.get(id).last_seen_at), [now, now]);
    assert_eq!(bench.get(child.id).deadline, now.plus(Duration::from_secs(30 * 60)));
}

#[test]
fn a_full_disk_neither_hides_the_answer_nor_goes_unsaid() {
    let mut bench = Bench::new();
    let web = bench.session(Kind::Web, Some("bob"));
    bench.later(61);
    bench.store.full = true;
    let seen = ask(&mut bench, web.text(), writing());
    assert_eq!(seen.verdict.word(), "active");
    assert!(seen.wants_touch && seen.write_failed.is_some());
}

#[test]
fn a_reused_token_is_reported_by_a_reader_and_written_by_a_writer() {
    let mut bench = Bench::new();
    let others = [bench.session(Kind::Web, Some("bob")), bench.session(Kind::Web, Some("eve"))];
    let web = bench.session(Kind::Web, Some("bob"));
    let rotated = bench.run(|b| crate::ops::rotate::rotate(b, web.text(), Duration::ZERO)).unwrap();
    assert!(matches!(rotated, crate::ops::rotate::Outcome::Rotated(_)));
    let seen = ask(&mut bench, web.text(), reading());
    assert!(seen.wants_reuse_report && matches!(seen.verdict, Verdict::RotatedAway(_)));
    assert_eq!(bench.state(web.id), State::Active);
    bench.store.full = true;
    let failed = ask(&mut bench, web.text(), writing());
    assert!(failed.write_failed.is_some() && failed.verdict.word() == "revoked");
    bench.store.full = false;
    assert!(!ask(&mut bench, web.text(), writing()).wants_reuse_report);
    assert_eq!(bench.get(web.id).revoke_reason.as_deref(), Some(REUSED));
    assert!(others.iter().all(|other| bench.state(other.id) == State::Active), "others fell with it");
    // On the dead session only the event is written again.
    assert_eq!(bench.word(web.text()), "revoked");
    let reuses = bench.actions().iter().filter(|action| *action == "token.reused").count();
    assert_eq!(reuses, 2);
}

#[test]
fn a_clock_that_went_back_tells_nothing() {
    let mut bench = Bench::new();
    let web = bench.session(Kind::Web, Some("bob"));
    bench.now = bench.now.minus(Duration::from_secs(301));
    let told = bench.run(|b| verify(b, web.text(), &reading()));
    assert!(matches!(told, Err(OpsError::ClockBehind { .. })));
    assert!(bench.store.newest_event_at().unwrap().is_some());
}

#[test]
fn no_step_told_holds_the_token() {
    let mut bench = Bench::new();
    let web = bench.session(Kind::Web, Some("bob"));
    assert_eq!(bench.word(web.text()), "active");
    let told = bench.told.0.join("\n");
    assert!(told.contains("SHA-256 of the presented token"));
    for part in [web.as_str(), &web.as_str()[..8], &web.as_str()[32..40]] {
        assert!(!told.contains(part));
    }
}

#[test]
fn many_are_answered_in_order_by_as_many_as_help() {
    let mut bench = Bench::new();
    let live = bench.session(Kind::Web, Some("bob"));
    let dead = bench.session(Kind::Web, Some("bob"));
    bench.later(29 * 60);
    ask(&mut bench, live.text(), writing());
    bench.later(60);
    let lines: Vec<&[u8]> = (0..1000)
        .map(|number| match number % 3 {
            0 => live.text(),
            1 => dead.text(),
            _ => b"no token",
        })
        .collect();
    let policy = bench.store.policy.clone();
    for helpers in 0..4 {
        for many in [0, 1, 127, 128, 129, 1000] {
            let mut helpers: Vec<Box<dyn Store>> =
                (0..helpers).map(|_| Box::new(bench.store.snapshot()) as Box<dyn Store>).collect();
            // To one who listens the steps are told in one thread: nobody does here.
            let answers = bench.run(|b| {
                let narrator = &mut crate::ops::Quiet;
                let quiet = &mut Workbench { store: b.store, narrator, random: b.random, ..*b };
                verify_many(quiet, &mut helpers, &policy, &lines[..many], &reading())
            });
            let words: Vec<_> = answers.iter().map(|a| a.as_ref().unwrap().verdict.word()).collect();
            let expected: Vec<_> = ["active", "expired", "unknown"].into_iter().cycle().take(many).collect();
            assert_eq!(words, expected);
        }
    }
}
