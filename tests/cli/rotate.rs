//! `rotate`: a new token for the same session.

use crate::harness::TestEnv;

#[test]
fn rotate_replaces_the_token_of_the_same_session() {
    let env = TestEnv::with_users(&["alice"]);
    let old = env.login("alice");
    let id = env.id_of(&old);
    let new = env.run_with_stdin(&["rotate", "-"], &old).ok().stdout();
    assert_ne!(new, old);
    assert_eq!(env.id_of(&new), id);
    assert_eq!(env.verdict(&new), "active");
}

#[test]
fn rotated_out_token_revokes_the_session() {
    let env = TestEnv::with_users(&["alice"]);
    let old = env.login("alice");
    let id = env.id_of(&old);
    let new = env.run_with_stdin(&["rotate", "-"], &old).ok().stdout();
    assert_eq!(env.verdict(&old), "revoked");
    assert_eq!(env.verdict(&new), "revoked", "thief or owner is still logged in");
    let log = env.run(&["log", "--action", "token.reused", "--format", "jsonl"]).ok();
    assert_eq!(log.jsonl().len(), 1, "{log:?}");
    assert_eq!(log.jsonl()[0]["detail"], "token reused: session revoked");
    assert_eq!(env.field(&id, "state"), "revoked");
    // Who revoked it, and what else was revoked, is one question.
    let ends = ["log", "--action", "session.revoked,token.reused", "--user", "alice", "--format", "count"];
    assert_eq!(env.run(&ends).ok().stdout(), "1");
    let output = env.run_with_stdin(&["logout", "-"], &old).code(5);
    assert!(output.stderr().contains("already revoked"), "{output:?}");
}

#[test]
fn rotate_grace_accepts_the_old_token_for_a_while() {
    let env = TestEnv::sandbox();
    env.add_user("alice");
    let old = env.login("alice");
    let new = env.run_with_stdin(&["rotate", "-", "--grace", "30s"], &old).ok().stdout();
    assert_eq!(env.verdict_with(&old, &["--now", "+1s"]), "active");
    assert_eq!(env.verdict_with(&new, &["--now", "+2s"]), "active");
    assert_eq!(env.verdict_with(&old, &["--now", "+60s"]), "revoked");
    assert_eq!(env.verdict_with(&new, &["--now", "+61s"]), "revoked");
    let token = env.login_with("alice", &["--now", "+70s"]);
    env.run_with_stdin(&["rotate", "-", "--grace", "31s", "--now", "+71s"], &token).fails_with(2);
}

#[test]
fn rotate_refuses_ended_and_unknown_tokens() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.run_with_stdin(&["logout", "-"], &token).ok();
    env.run_with_stdin(&["rotate", "-"], &token).fails_with(5);
    env.run_with_stdin(&["rotate", "-"], &"0".repeat(64)).fails_with(3);
    let expired = env.login("alice");
    env.run(&["expire", &env.id_of(&expired), "--yes"]).ok();
    env.run_with_stdin(&["rotate", "-"], &expired).fails_with(4);
}

#[test]
fn rotate_without_delivery_revokes_the_session() {
    let env = TestEnv::with_users(&["alice"]);
    let old = env.login("alice");
    let id = env.id_of(&old);
    env.cmd(&["rotate", "-"]).stdin(&old).stdout_to("/dev/full").run_with_redirected_stdout().code(1);
    assert_eq!(env.field(&id, "state"), "revoked", "a session is active whose token nobody has");
}

#[test]
fn rotate_keeps_the_absolute_limit() {
    let env = TestEnv::sandbox();
    env.add_user("alice");
    let old = env.login("alice");
    let id = env.id_of(&old);
    let limit = env.field(&id, "absolute_expires_at");
    env.run_with_stdin(&["rotate", "-", "--now", "+10m"], &old).ok();
    assert_eq!(env.field(&id, "absolute_expires_at"), limit);
}

/// Every command that acts for the holder of a token refuses a rotated-out token, not only `verify`.
#[test]
fn rotated_out_token_is_refused_by_every_command() {
    for args in [
        &["data", "get", "-", "cart"][..],
        &["data", "list", "-"],
        &["data", "set", "-", "cart", "1"],
        &["data", "unset", "-", "cart"],
        &["jwt", "issue", "-", "--audience", "shop"],
        &["generate", "--under", "-"],
    ] {
        let env = TestEnv::with_users(&["alice"]);
        let old = env.login_with("alice", &["--sso"]);
        env.run_with_stdin(&["data", "set", "-", "cart", "[]"], &old).ok();
        let new = env.run_with_stdin(&["rotate", "-"], &old).ok().stdout();
        env.run_with_stdin(args, &old).code(5).stderr_contains("a sign of theft");
        assert_eq!(env.verdict(&new), "revoked", "{args:?}: the theft had no effect");
        env.run_with_stdin(args, &new).code(5);
    }
}
