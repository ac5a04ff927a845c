//! `rotate`: a new token for the same session.

use crate::harness::TestEnv;

#[test]
fn the_session_stays_and_the_token_is_another() {
    let place = TestEnv::with_users(&["alice"]);
    let old = place.login("alice");
    let id = place.id_of(&old);
    let new = place.feed(&["rotate", "-"], &old).ok().out();
    assert_ne!(new, old);
    assert_eq!(place.id_of(&new), id);
    assert_eq!(place.verdict(&new), "active");
}

#[test]
fn an_old_token_shown_again_is_theft() {
    let place = TestEnv::with_users(&["alice"]);
    let old = place.login("alice");
    let id = place.id_of(&old);
    let new = place.feed(&["rotate", "-"], &old).ok().out();
    assert_eq!(place.verdict(&old), "revoked");
    assert_eq!(place.verdict(&new), "revoked", "the thief or the owner is still in");
    let log = place.run(&["log", "--action", "token.reused", "--format", "jsonl"]).ok();
    assert_eq!(log.jsonl().len(), 1, "{log:?}");
    assert_eq!(place.field(&id, "state"), "revoked");
}

#[test]
fn within_its_grace_the_old_token_is_honoured() {
    let place = TestEnv::sandbox();
    place.add("alice");
    let old = place.login("alice");
    let new = place.feed(&["rotate", "-", "--grace", "20s"], &old).ok().out();
    assert_eq!(place.verdict_with(&old, &["--now", "+5s"]), "active");
    assert_eq!(place.verdict_with(&new, &["--now", "+10s"]), "active");
    assert_eq!(place.verdict_with(&old, &["--now", "+40s"]), "revoked");
    assert_eq!(place.verdict_with(&new, &["--now", "+41s"]), "revoked");
    let token = place.login_with("alice", &["--now", "+50s"]);
    place.feed(&["rotate", "-", "--grace", "31s", "--now", "+51s"], &token).refused(2);
}

#[test]
fn the_dead_are_not_rotated() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    place.feed(&["logout", "-"], &token).ok();
    place.feed(&["rotate", "-"], &token).refused(5);
    place.feed(&["rotate", "-"], &"0".repeat(64)).refused(3);
    let expired = place.login("alice");
    place.run(&["expire", &place.id_of(&expired), "--yes"]).ok();
    place.feed(&["rotate", "-"], &expired).refused(4);
}

#[test]
fn a_new_token_that_cannot_be_delivered_ends_its_session() {
    let place = TestEnv::with_users(&["alice"]);
    let old = place.login("alice");
    let id = place.id_of(&old);
    place.call(&["rotate", "-"]).stdin(&old).stdout_to("/dev/full").run_unheard().code(1);
    assert_eq!(place.field(&id, "state"), "revoked", "a session lives whose token nobody has");
}

#[test]
fn rotation_does_not_prolong_the_absolute_limit() {
    let place = TestEnv::sandbox();
    place.add("alice");
    let old = place.login("alice");
    let id = place.id_of(&old);
    let limit = place.field(&id, "absolute_expires_at");
    place.feed(&["rotate", "-", "--now", "+10m"], &old).ok();
    assert_eq!(place.field(&id, "absolute_expires_at"), limit);
}

/// Not only `verify`: whatever acts for the holder of a token, acts for the holder of a good one.
#[test]
fn an_old_token_opens_nothing_else_either() {
    for args in [
        &["data", "get", "-", "cart"][..],
        &["data", "list", "-"],
        &["data", "set", "-", "cart", "1"],
        &["data", "unset", "-", "cart"],
        &["jwt", "issue", "-"],
        &["generate", "--under", "-"],
    ] {
        let place = TestEnv::with_users(&["alice"]);
        let old = place.login_with("alice", &["--sso"]);
        place.feed(&["data", "set", "-", "cart", "[]"], &old).ok();
        let new = place.feed(&["rotate", "-"], &old).ok().out();
        place.feed(args, &old).code(5).says("a sign of theft");
        assert_eq!(place.verdict(&new), "revoked", "{args:?}: the theft went unanswered");
        place.feed(args, &new).code(5);
    }
}
