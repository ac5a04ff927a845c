//! `user`: who may log in.

use crate::harness::{PASSWORD, TestEnv};

const NEW: &str = "a quite different passphrase";

#[test]
fn a_user_is_added_shown_listed_and_removed() {
    let place = TestEnv::with_users(&["alice", "bob"]);
    let users = place.run(&["user", "list", "--format", "jsonl"]).ok().jsonl();
    let names: Vec<_> = users.iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&"alice".to_owned()) && names.contains(&"bob".to_owned()));
    let alice = place.run(&["user", "show", "alice", "--format", "json"]).ok();
    assert_eq!(alice.json()["name"], "alice");
    assert!(!alice.all().contains("argon2"), "a hash is shown: {alice:?}");

    let token = place.login("alice");
    place.run(&["user", "remove", "alice", "--yes"]).ok();
    assert_ne!(place.verdict(&token), "active");
    place.feed(&["login", "alice", "--password-stdin"], PASSWORD).refused(6);
    place.run(&["user", "show", "alice"]).refused(3);
    place.run(&["user", "show", "bob"]).ok();
}

#[test]
fn a_name_is_one_user_however_it_is_spelt() {
    let place = TestEnv::with_users(&["alice"]);
    let twice = place.feed(&["user", "add", "ALICE", "--password-stdin"], PASSWORD);
    assert_ne!(twice.out(), "alice");
    twice.any_code(&[1, 2, 6]);
    let token = place.login("Alice");
    assert_eq!(place.ids(&["--user", " aLiCe "]), [place.id_of(&token)]);
}

#[test]
fn a_new_password_ends_the_sessions_unless_they_are_kept() {
    let place = TestEnv::with_users(&["alice"]);
    let first = place.login("alice");
    place.feed(&["user", "passwd", "alice", "--password-stdin"], NEW).ok();
    assert_eq!(place.verdict(&first), "revoked");
    place.feed(&["login", "alice", "--password-stdin"], PASSWORD).refused(6);

    let login = place.feed(&["login", "alice", "--password-stdin"], NEW).ok().out();
    place.feed(&["user", "passwd", "alice", "--password-stdin", "--keep-sessions"], PASSWORD).ok();
    assert_eq!(place.verdict(&login), "active");
    place.login("alice");
}

#[test]
fn a_disabled_user_is_out_at_once_and_back_with_the_same_password() {
    let place = TestEnv::with_users(&["alice", "bob"]);
    let (alice, bob) = (place.login("alice"), place.login("bob"));
    place.run(&["user", "disable", "alice", "--yes"]).ok();
    assert_eq!(place.verdict(&alice), "revoked");
    assert_eq!(place.verdict(&bob), "active");
    place.feed(&["login", "alice", "--password-stdin"], PASSWORD).refused(6);
    place.run(&["user", "enable", "alice"]).ok();
    assert_eq!(place.verdict(&alice), "revoked", "a dead session came back");
    place.login("alice");
}

#[test]
fn weak_passwords_are_refused_without_being_repeated() {
    let place = TestEnv::new();
    for weak in ["short-pass", "password1234", "fourteen-bytes"] {
        let ran = place.feed(&["user", "add", "carol", "--password-stdin"], weak);
        assert!(!ran.all().contains(weak), "{ran:?}");
        ran.any_code(&[2, 6]);
    }
    place.run(&["user", "show", "carol"]).code(3);
    for long in [15, 1024] {
        let name = format!("user{long}");
        let words: String = (0..200).map(|number| format!("{} ", number * number * 7_919)).collect();
        place.feed(&["user", "add", &name, "--password-stdin"], &words[..long]).ok();
    }
    let ran = place.feed(&["user", "add", "dora", "--password-stdin"], &"x".repeat(1025));
    ran.any_code(&[2, 6]);
}

#[test]
fn who_is_unknown_is_code_3() {
    let place = TestEnv::with_users(&["alice"]);
    for verb in ["show", "disable", "enable", "remove"] {
        place.run(&["user", verb, "nobody", "--yes"]).refused(3);
    }
    place.feed(&["user", "passwd", "nobody", "--password-stdin"], NEW).refused(3);
    assert_eq!(place.run(&["user", "list", "--format", "count"]).ok().out(), "1");
}

#[test]
fn without_a_terminal_or_a_flag_no_password_is_awaited() {
    let place = TestEnv::new();
    place.feed(&["user", "add", "alice", "--no-input"], PASSWORD).refused(2);
    place.feed(&["user", "add", "alice"], PASSWORD).refused(2);
    place.run(&["user", "show", "alice"]).code(3);
}
