//! `logout`: ends the session of a token.

use crate::harness::TestEnv;

#[test]
fn logout_ends_only_that_session() {
    let env = TestEnv::with_users(&["alice"]);
    let (here, there) = (env.login("alice"), env.login("alice"));
    let id = env.id_of(&here);
    env.run_with_stdin(&["logout", "-"], &here).ok();
    assert_eq!((env.verdict(&here), env.verdict(&there)), ("revoked".into(), "active".into()));
    assert_eq!(env.field(&id, "end_reason"), "logout");
}

#[test]
fn logout_reads_token_from_environment_or_file() {
    let env = TestEnv::with_users(&["alice"]);
    let (kept, filed) = (env.login("alice"), env.login("alice"));
    env.cmd(&["logout"]).env("SESSIONCTL_TOKEN", &kept).run().ok();
    env.write_file("token", format!("{filed}\n"));
    env.run(&["logout", "@token"]).ok();
    assert_eq!((env.verdict(&kept), env.verdict(&filed)), ("revoked".into(), "revoked".into()));
}

#[test]
fn logout_reports_ended_and_unknown_tokens() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.run_with_stdin(&["logout", "-"], &token).ok();
    env.run_with_stdin(&["logout", "-"], &token).code_in(&[0, 5]);
    env.run_with_stdin(&["logout", "-"], &"0".repeat(64)).code(3);
    env.run(&["logout"]).fails_with(2);
}

#[test]
fn logout_of_parent_ends_its_children() {
    let env = TestEnv::with_users(&["alice"]);
    let head = env.login_with("alice", &["--sso"]);
    let app = env.generate(&["--under", &env.id_of(&head)]);
    env.run_with_stdin(&["logout", "-"], &head).ok();
    assert_eq!(env.verdict(&app), "revoked");
}
