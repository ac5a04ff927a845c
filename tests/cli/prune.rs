//! `prune`: deletes sessions that ended long ago, and nothing else.

use crate::harness::TestEnv;

fn aged() -> TestEnv {
    let env = TestEnv::sandbox();
    env.add_user("alice");
    env.login("alice");
    env.login("alice");
    env.run(&["revoke", "1", "--yes"]).ok();
    env.login_with("alice", &["--now", "+20d"]);
    env.generate(&["--kind", "api", "--user", "alice", "--scope", "x", "--now", "+20d"]);
    env
}

#[test]
fn prune_deletes_only_sessions_ended_long_enough() {
    let env = aged();
    env.run(&["prune", "--yes", "--now", "+29d"]).ok();
    assert_eq!(env.ids(&["--all", "--now", "+29d"]).len(), 4);
    env.run(&["prune", "--yes", "--now", "+31d"]).ok();
    assert_eq!(env.ids(&["--all", "--now", "+31d"]), ["4", "3"]);
    env.run(&["prune", "--all", "--yes", "--older-than", "1d", "--now", "+31d"]).ok();
    assert_eq!(env.ids(&["--all", "--now", "+31d"]), ["4"]);
    env.run(&["db", "check"]).ok();
    env.run(&["log", "verify"]).ok();
}

#[test]
fn prune_never_deletes_active_sessions() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.run(&["prune", "--all", "--older-than", "0s", "--yes"]).code_in(&[0, 3]);
    env.run(&["prune", "--state", "active", "--yes"]).fails_with(2);
    env.run(&["prune", "--all", "--older-than", "0s", "--yes"]).code_in(&[0, 3]);
    assert_eq!(env.verdict(&token), "active");
}

#[test]
fn prune_and_its_dry_run_say_what_is_kept() {
    let env = TestEnv::with_users(&["alice"]);
    env.generate(&["--user", "alice", "--kind", "sso"]);
    env.generate(&["--under", "1", "--app", "shop"]);
    env.run(&["revoke", "1", "--yes"]).ok();
    // Too young: only the age of the policy keeps them.
    for more in ["--dry-run", "--yes"] {
        env.run(&["prune", "--user", "alice", more])
            .ok()
            .stderr_contains("2 sessions that match ended less than 30d ago: kept");
    }
    let prune = |more: &str| env.run(&["prune", "--kind", "sso", "--older-than", "0s", more]).ok();
    prune("--dry-run")
        .stderr_contains("session 1 would be kept: sessions under it would stay: 2")
        .stderr_contains("1 session matches, 0 of them would be deleted");
    prune("--yes").stderr_contains("0 deleted, 1 kept for the sessions under them");
    let whole = env.run(&["prune", "--user", "alice", "--older-than", "0s", "--dry-run"]).ok();
    assert!(!whole.stderr().contains("kept"), "{whole:?}");
    env.run(&["prune", "--user", "alice", "--older-than", "0s", "--yes"]).ok().stderr_contains("2 deleted");
}

#[test]
fn prune_of_nothing_exits_with_0() {
    TestEnv::new().run(&["prune", "--yes"]).ok();
}

#[test]
fn prune_dry_run_lists_and_selector_narrows() {
    let env = aged();
    let dry = env.run(&["prune", "--dry-run", "--format", "ids", "--now", "+40d"]).ok().stdout();
    assert_eq!(dry, "2\n1");
    let dry = env.run(&["prune", "--state", "revoked", "--dry-run", "--format", "ids", "--now", "+40d"]).ok();
    assert_eq!(dry.stdout(), "1");
    env.run(&["prune", "--state", "revoked", "--yes", "--now", "+40d"]).ok();
    assert_eq!(env.ids(&["--all", "--now", "+40d"]), ["4", "3", "2"]);
}

#[test]
fn pruned_id_is_never_reused() {
    let env = TestEnv::new();
    env.generate_many(3);
    env.run(&["revoke", "--all", "--yes"]).ok();
    let output = env.run(&["prune", "--all", "--older-than", "0s", "--yes"]);
    output.code_in(&[0]);
    let next: i64 = env.id_of(&env.generate(&["--kind", "anonymous"])).parse().unwrap();
    assert!(next > 3, "id {next} was used again");
}
