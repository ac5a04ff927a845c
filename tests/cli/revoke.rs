//! `revoke`: withdrawn for good, at once.

use crate::harness::TestEnv;

#[test]
fn all_of_a_user_but_one_and_nobody_elses() {
    let place = TestEnv::with_users(&["alice", "bob"]);
    let (keep, lose, other) = (place.login("alice"), place.login("alice"), place.login("bob"));
    place.run(&["revoke", "--user", "alice", "--except", &place.id_of(&keep), "--yes"]).ok();
    assert_eq!(place.verdict(&keep), "active");
    assert_eq!(place.verdict(&lose), "revoked");
    assert_eq!(place.verdict(&other), "active");
}

#[test]
fn repeating_it_changes_nothing() {
    let place = TestEnv::with_users(&["alice"]);
    let id = place.id_of(&place.login("alice"));
    place.run(&["revoke", &id, "--reason", "first", "--yes"]).ok();
    let before = place.run(&["inspect", &id, "--format", "json", "--events", "0"]).any_code(&[0, 5]).json();
    place.run(&["revoke", &id, "--reason", "second", "--yes"]).ok();
    let after = place.run(&["inspect", &id, "--format", "json", "--events", "0"]).any_code(&[0, 5]).json();
    assert_eq!((&before["ended_at"], &before["end_reason"]), (&after["ended_at"], &after["end_reason"]));
    assert_eq!(after["end_reason"], "first");
}

#[test]
fn it_must_be_meant() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    place.run(&["revoke"]).refused(2);
    place.run(&["revoke", "--yes"]).refused(2);
    place.run(&["revoke", "--user", "alice"]).refused(2).says("--yes");
    place.run(&["revoke", "--all", "--no-input"]).refused(2);
    let dry = place.run(&["revoke", "--all", "--dry-run", "--format", "ids"]).ok();
    assert_eq!(dry.out(), place.id_of(&token));
    place.run(&["revoke", "--all", "--expect", "2", "--yes"]).any_code(&[1, 2, 3, 6]);
    assert_eq!(place.verdict(&token), "active");
    place.run(&["revoke", "--all", "--expect", "1", "--yes"]).ok();
    assert_eq!(place.verdict(&token), "revoked");
}

#[test]
fn unknown_ids_are_reported_and_the_known_are_revoked() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let ran = place.run(&["revoke", "998", &place.id_of(&token), "999", "--yes"]).code(3);
    assert!(ran.all().contains("998") && ran.all().contains("999"), "{ran:?}");
    assert_eq!(place.verdict(&token), "revoked");
    place.run(&["revoke", "--ip", "192.0.2.0/24", "--yes"]).code(3);
}

#[test]
fn a_family_falls_with_its_head_and_only_then() {
    let place = TestEnv::with_users(&["alice"]);
    let head = place.login_with("alice", &["--sso"]);
    let id = place.id_of(&head);
    let (wiki, mail) = (place.generate(&["--under", &id]), place.generate(&["--under", &id]));
    place.run(&["revoke", &place.id_of(&wiki), "--yes"]).ok();
    assert_eq!((place.verdict(&head), place.verdict(&mail)), ("active".into(), "active".into()));
    place.run(&["revoke", &id, "--yes"]).ok();
    assert_eq!((place.verdict(&head), place.verdict(&mail)), ("revoked".into(), "revoked".into()));
}

#[test]
fn tokens_in_a_paste_are_found_and_ended() {
    let place = TestEnv::with_users(&["alice"]);
    let (logged, named, safe) = (place.login("alice"), place.login("alice"), place.login("alice"));
    let api = place.generate(&["--kind", "api", "--user", "alice", "--scope", "x"]);
    let text = format!(
        "GET /orders?session={logged} 200\nnothing here\n{}\nAuthorization: Bearer {api}\nhash {}{}\n",
        place.id_of(&named),
        "a".repeat(64),
        safe,
    );
    let ran = place.feed(&["revoke", "--stdin", "--yes", "--format", "jsonl"], &text);
    for secret in [&logged, &api, &safe] {
        assert!(!ran.all().contains(secret.as_str()), "{ran:?}");
    }
    let ended = ran.jsonl().iter().filter(|line| line["result"] == "revoked").count();
    assert_eq!(ended, 3, "{ran:?}");
    assert_eq!([&logged, &named, &api].map(|token| place.verdict(token)), ["revoked", "revoked", "revoked"]);
    assert_eq!(place.verdict(&safe), "active", "128 digits are no token");
}

#[test]
fn a_result_a_line_says_what_became_of_each() {
    let place = TestEnv::new();
    place.generate_many(3);
    let results = place.run(&["revoke", "--all", "--yes", "--format", "jsonl"]).ok().jsonl();
    let mut ids: Vec<i64> = results.iter().map(|line| line["id"].as_i64().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 2, 3]);
    assert!(results.iter().all(|line| line["result"] == "revoked"), "{results:?}");
}
