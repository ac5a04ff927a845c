//! `prune`: deletes what has long been dead, and nothing else.

use crate::harness::TestEnv;

fn aged() -> TestEnv {
    let place = TestEnv::sandbox();
    place.add("alice");
    place.login("alice");
    place.login("alice");
    place.run(&["revoke", "1", "--yes"]).ok();
    place.login_with("alice", &["--now", "+20d"]);
    place.generate(&["--kind", "api", "--user", "alice", "--scope", "x", "--now", "+20d"]);
    place
}

#[test]
fn only_what_was_dead_so_long_goes() {
    let place = aged();
    place.run(&["prune", "--yes", "--now", "+29d"]).ok();
    assert_eq!(place.ids(&["--all", "--now", "+29d"]).len(), 4);
    place.run(&["prune", "--yes", "--now", "+31d"]).ok();
    assert_eq!(place.ids(&["--all", "--now", "+31d"]), ["4", "3"]);
    place.run(&["prune", "--yes", "--older-than", "1d", "--now", "+31d"]).ok();
    assert_eq!(place.ids(&["--all", "--now", "+31d"]), ["4"]);
    place.run(&["db", "check"]).ok();
    place.run(&["log", "verify"]).ok();
}

#[test]
fn the_living_are_never_pruned() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    place.run(&["prune", "--older-than", "0s", "--yes"]).any_code(&[0, 3]);
    place.run(&["prune", "--state", "active", "--yes"]).refused(2);
    place.run(&["prune", "--all", "--older-than", "0s", "--yes"]).any_code(&[0, 3]);
    assert_eq!(place.verdict(&token), "active");
}

#[test]
fn nothing_to_delete_is_done() {
    TestEnv::new().run(&["prune", "--yes"]).ok();
}

#[test]
fn a_dry_run_says_what_would_go_and_a_selector_narrows_it() {
    let place = aged();
    let dry = place.run(&["prune", "--dry-run", "--format", "ids", "--now", "+40d"]).ok().out();
    assert_eq!(dry, "2\n1");
    let dry =
        place.run(&["prune", "--state", "revoked", "--dry-run", "--format", "ids", "--now", "+40d"]).ok();
    assert_eq!(dry.out(), "1");
    place.run(&["prune", "--state", "revoked", "--yes", "--now", "+40d"]).ok();
    assert_eq!(place.ids(&["--all", "--now", "+40d"]), ["4", "3", "2"]);
}

#[test]
fn an_id_is_never_used_again() {
    let place = TestEnv::new();
    place.generate_many(3);
    place.run(&["revoke", "--all", "--yes"]).ok();
    let ran = place.run(&["prune", "--older-than", "0s", "--yes"]);
    ran.any_code(&[0]);
    let next: i64 = place.id_of(&place.generate(&["--kind", "anonymous"])).parse().unwrap();
    assert!(next > 3, "id {next} was given again");
}
