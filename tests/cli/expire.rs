//! `expire`: an end as time would make it.

use crate::harness::TestEnv;

#[test]
fn now_means_expired_and_not_revoked() {
    let place = TestEnv::with_users(&["alice"]);
    let (one, other) = (place.login("alice"), place.login("alice"));
    place.run(&["expire", &place.id_of(&one), "--yes"]).ok();
    assert_eq!(place.verdict(&one), "expired");
    assert_eq!(place.verdict(&other), "active");
}

#[test]
fn an_end_can_be_set_earlier_and_later_but_not_past_the_absolute_limit() {
    let place = TestEnv::sandbox();
    place.add("alice");
    let token = place.login("alice");
    let id = place.id_of(&token);
    let (limit, before) = (place.field(&id, "absolute_expires_at"), place.field(&id, "expires_at"));
    assert!(before < limit);
    place.run(&["expire", &id, "--in", "5m", "--yes"]).ok();
    assert!(place.field(&id, "expires_at") < before);
    assert_eq!(place.verdict_with(&token, &["--now", "+6m", "--no-touch"]), "expired");
    place.run(&["expire", &id, "--in", "4h", "--yes"]).ok();
    assert!(place.field(&id, "expires_at") > before);
    place.run(&["expire", &id, "--in", "30d", "--yes"]).ok();
    assert_eq!(place.field(&id, "expires_at"), limit);
    place.run(&["expire", &id, "--at", &limit, "--yes"]).ok();
    assert_eq!(place.verdict_with(&token, &["--now", &limit]), "expired", "at the limit itself it is dead");
}

#[test]
fn the_dead_stay_dead() {
    let place = TestEnv::with_users(&["alice"]);
    let (revoked, expired) = (place.login("alice"), place.login("alice"));
    let (revoked_id, expired_id) = (place.id_of(&revoked), place.id_of(&expired));
    place.feed(&["logout", "-"], &revoked).ok();
    place.run(&["expire", &expired_id, "--yes"]).ok();
    place.run(&["expire", &revoked_id, &expired_id, "--in", "2h", "--yes"]);
    assert_eq!((place.verdict(&revoked), place.verdict(&expired)), ("revoked".into(), "expired".into()));
}

#[test]
fn nothing_selected_is_an_error_and_an_end_in_the_past_too() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    place.run(&["expire", "--yes"]).refused(2);
    place.run(&["expire", "--user", "alice"]).refused(2);
    let ran = place.run(&["expire", "--all", "--at", "2001-01-01T00:00:00Z", "--yes"]);
    assert_eq!(ran.out(), "");
    ran.code(2);
    place.run(&["expire", "--all", "--in", "1h", "--at", "2031-01-01", "--yes"]).code(2);
    assert_eq!(place.verdict(&token), "active");
    place.run(&["expire", "--all", "--yes"]).ok();
    assert_eq!(place.verdict(&token), "expired");
}

#[test]
fn a_family_ends_with_its_head() {
    let place = TestEnv::with_users(&["alice"]);
    let head = place.login_with("alice", &["--sso"]);
    let app = place.generate(&["--under", &place.id_of(&head)]);
    place.run(&["expire", &place.id_of(&head), "--yes"]).ok();
    assert_eq!((place.verdict(&head), place.verdict(&app)), ("expired".into(), "expired".into()));
}
