//! `logout`: the holder of a token ends its session.

use crate::harness::TestEnv;

#[test]
fn only_the_session_of_the_token_ends() {
    let place = TestEnv::with_users(&["alice"]);
    let (here, there) = (place.login("alice"), place.login("alice"));
    let id = place.id_of(&here);
    place.feed(&["logout", "-"], &here).ok();
    assert_eq!((place.verdict(&here), place.verdict(&there)), ("revoked".into(), "active".into()));
    assert_eq!(place.field(&id, "end_reason"), "logout");
}

#[test]
fn the_token_may_come_from_the_environment_or_a_file() {
    let place = TestEnv::with_users(&["alice"]);
    let (kept, filed) = (place.login("alice"), place.login("alice"));
    place.call(&["logout"]).env("SESSIONCTL_TOKEN", &kept).run().ok();
    place.file("token", format!("{filed}\n"));
    place.run(&["logout", "@token"]).ok();
    assert_eq!((place.verdict(&kept), place.verdict(&filed)), ("revoked".into(), "revoked".into()));
}

#[test]
fn a_dead_or_unknown_token_is_told() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    place.feed(&["logout", "-"], &token).ok();
    place.feed(&["logout", "-"], &token).any_code(&[0, 5]);
    place.feed(&["logout", "-"], &"0".repeat(64)).code(3);
    place.run(&["logout"]).refused(2);
}

#[test]
fn the_head_of_a_family_takes_it_along() {
    let place = TestEnv::with_users(&["alice"]);
    let head = place.login_with("alice", &["--sso"]);
    let app = place.generate(&["--under", &place.id_of(&head)]);
    place.feed(&["logout", "-"], &head).ok();
    assert_eq!(place.verdict(&app), "revoked");
}
