//! `revoke`: ends sessions immediately and permanently.

use std::io::{BufRead as _, BufReader, Write as _};

use crate::harness::TestEnv;

#[test]
fn session_that_is_named_again_later_has_the_same_result() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let (mut child, mut stdin) = env
        .cmd(&["revoke", "--stdin", "--yes", "--format", "csv", "--fields", "line,result,before"])
        .spawn_with_open_stdin();
    let mut results = BufReader::new(child.stdout.take().unwrap()).lines();
    // Each line is answered before the next one is written.
    for number in 1..=3 {
        stdin.write_all(format!("{token}\n").as_bytes()).unwrap();
        if number == 1 {
            assert_eq!(results.next().unwrap().unwrap(), "line,result,before");
        }
        assert_eq!(results.next().unwrap().unwrap(), format!("{number},revoked,active"));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn revoke_by_user_except_one_spares_others() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    let (keep, lose, other) = (env.login("alice"), env.login("alice"), env.login("bob"));
    env.run(&["revoke", "--user", "alice", "--except", &env.id_of(&keep), "--yes"]).ok();
    assert_eq!(env.verdict(&keep), "active");
    assert_eq!(env.verdict(&lose), "revoked");
    assert_eq!(env.verdict(&other), "active");
}

#[test]
fn revoke_again_keeps_first_time_and_reason() {
    let env = TestEnv::with_users(&["alice"]);
    let id = env.id_of(&env.login("alice"));
    env.run(&["revoke", &id, "--reason", "first", "--yes"]).ok();
    let before = env.run(&["inspect", &id, "--format", "json", "--events", "0"]).code_in(&[0, 5]).json();
    env.run(&["revoke", &id, "--reason", "second", "--yes"]).ok();
    let after = env.run(&["inspect", &id, "--format", "json", "--events", "0"]).code_in(&[0, 5]).json();
    assert_eq!((&before["ended_at"], &before["end_reason"]), (&after["ended_at"], &after["end_reason"]));
    assert_eq!(after["end_reason"], "first");
}

#[test]
fn revoke_needs_selector_confirmation_and_expected_count() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.run(&["revoke"]).fails_with(2);
    env.run(&["revoke", "--yes"]).fails_with(2);
    env.run(&["revoke", "--user", "alice"]).fails_with(2).stderr_contains("--yes");
    env.run(&["revoke", "--all", "--no-input"]).fails_with(2);
    let dry = env.run(&["revoke", "--all", "--dry-run", "--format", "ids"]).ok();
    assert_eq!(dry.stdout(), env.id_of(&token));
    env.run(&["revoke", "--all", "--expect", "2", "--yes"]).code_in(&[1, 2, 3, 6]);
    assert_eq!(env.verdict(&token), "active");
    env.run(&["revoke", "--all", "--expect", "1", "--yes"]).ok();
    assert_eq!(env.verdict(&token), "revoked");
}

#[test]
fn revoke_reports_unknown_ids_and_revokes_the_rest() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let output = env.run(&["revoke", "998", &env.id_of(&token), "999", "--yes"]).code(3);
    assert!(
        output.stdout_and_stderr().contains("998") && output.stdout_and_stderr().contains("999"),
        "{output:?}"
    );
    assert_eq!(env.verdict(&token), "revoked");
    env.run(&["revoke", "--ip", "192.0.2.0/24", "--yes"]).code(3);
}

#[test]
fn revoke_of_parent_cascades_and_of_child_does_not() {
    let env = TestEnv::with_users(&["alice"]);
    let head = env.login_with("alice", &["--sso"]);
    let id = env.id_of(&head);
    let (wiki, mail) = (env.generate(&["--under", &id]), env.generate(&["--under", &id]));
    env.run(&["revoke", &env.id_of(&wiki), "--yes"]).ok();
    assert_eq!((env.verdict(&head), env.verdict(&mail)), ("active".into(), "active".into()));
    env.run(&["revoke", &id, "--yes"]).ok();
    assert_eq!((env.verdict(&head), env.verdict(&mail)), ("revoked".into(), "revoked".into()));
}

#[test]
fn revoke_stdin_finds_tokens_in_text() {
    let env = TestEnv::with_users(&["alice"]);
    let (logged, named, glued) = (env.login("alice"), env.login("alice"), env.login("alice"));
    let api = env.generate(&["--kind", "api", "--user", "alice", "--scope", "x"]);
    let text = format!(
        "GET /orders?session={logged} 200\nnothing here\n{}\nAuthorization: Bearer {api}\nhash {}{}\n",
        env.id_of(&named),
        "a".repeat(64),
        glued,
    );
    let output = env.run_with_stdin(&["revoke", "--stdin", "--yes", "--format", "jsonl"], &text);
    for secret in [&logged, &api, &glued] {
        assert!(!output.stdout_and_stderr().contains(secret.as_str()), "{output:?}");
    }
    let ended = output.jsonl().iter().filter(|line| line["result"] == "revoked").count();
    assert_eq!(ended, 4, "{output:?}");
    assert_eq!([&logged, &named, &api].map(|token| env.verdict(token)), ["revoked", "revoked", "revoked"]);
    assert_eq!(env.verdict(&glued), "revoked", "a token is found inside other digits");
}

#[test]
fn revoke_jsonl_reports_each_session() {
    let env = TestEnv::new();
    env.generate_many(3);
    let results = env.run(&["revoke", "--all", "--yes", "--format", "jsonl"]).ok().jsonl();
    let mut ids: Vec<i64> = results.iter().map(|line| line["id"].as_i64().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 2, 3]);
    assert!(results.iter().all(|line| line["result"] == "revoked"), "{results:?}");
}
