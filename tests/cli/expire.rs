//! `expire`: sessions that end now or at a given time, as if their time had run out.

use crate::harness::TestEnv;

#[test]
fn expire_now_yields_expired_not_revoked() {
    let env = TestEnv::with_users(&["alice"]);
    let (one, other) = (env.login("alice"), env.login("alice"));
    env.run(&["expire", &env.id_of(&one), "--yes"]).ok();
    assert_eq!(env.verdict(&one), "expired");
    assert_eq!(env.verdict(&other), "active");
}

#[test]
fn expire_in_stays_within_the_absolute_limit() {
    let env = TestEnv::sandbox();
    env.add_user("alice");
    let token = env.login("alice");
    let id = env.id_of(&token);
    let (limit, before) = (env.field(&id, "absolute_expires_at"), env.field(&id, "expires_at"));
    assert!(before < limit);
    env.run(&["expire", &id, "--in", "5m", "--yes"]).ok();
    assert!(env.field(&id, "expires_at") < before);
    assert_eq!(env.verdict_with(&token, &["--now", "+6m", "--no-touch"]), "expired");
    env.run(&["expire", &id, "--in", "4h", "--yes"]).ok();
    assert!(env.field(&id, "expires_at") > before);
    env.run(&["expire", &id, "--in", "30d", "--yes"]).ok();
    assert_eq!(env.field(&id, "expires_at"), limit);
    env.run(&["expire", &id, "--at", &limit, "--yes"]).ok();
    assert_eq!(env.verdict_with(&token, &["--now", &limit]), "expired", "at the limit itself it is expired");
}

#[test]
fn expire_does_not_revive_ended_sessions() {
    let env = TestEnv::with_users(&["alice"]);
    let (revoked, expired) = (env.login("alice"), env.login("alice"));
    let (revoked_id, expired_id) = (env.id_of(&revoked), env.id_of(&expired));
    env.run_with_stdin(&["logout", "-"], &revoked).ok();
    env.run(&["expire", &expired_id, "--yes"]).ok();
    env.run(&["expire", &revoked_id, &expired_id, "--in", "2h", "--yes"]);
    assert_eq!((env.verdict(&revoked), env.verdict(&expired)), ("revoked".into(), "expired".into()));
}

#[test]
fn expire_refuses_empty_selector_and_past_time() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.run(&["expire", "--yes"]).fails_with(2);
    env.run(&["expire", "--user", "alice"]).fails_with(2);
    let output = env.run(&["expire", "--all", "--at", "2001-01-01T00:00:00Z", "--yes"]);
    assert_eq!(output.stdout(), "");
    output.code(2);
    env.run(&["expire", "--all", "--in", "1h", "--at", "2031-01-01", "--yes"]).code(2);
    assert_eq!(env.verdict(&token), "active");
    env.run(&["expire", "--all", "--yes"]).ok();
    assert_eq!(env.verdict(&token), "expired");
}

#[test]
fn expire_of_parent_ends_its_children() {
    let env = TestEnv::with_users(&["alice"]);
    let head = env.login_with("alice", &["--sso"]);
    let app = env.generate(&["--under", &env.id_of(&head)]);
    env.run(&["expire", &env.id_of(&head), "--yes"]).ok();
    assert_eq!((env.verdict(&head), env.verdict(&app)), ("expired".into(), "expired".into()));
}

#[test]
fn expire_dry_run_shows_the_new_deadline_and_refuses_what_the_run_refuses() {
    let env = TestEnv::new();
    env.generate(&["--kind", "anonymous"]);
    let planned = env.run(&["expire", "1", "--in", "2d", "--dry-run", "--format", "json"]).ok().json();
    let session = &planned["sessions"][0];
    assert_eq!(session["new_expires_at"], session["absolute_expires_at"], "{planned}");
    assert_ne!(session["new_expires_at"], session["expires_at"], "{planned}");
    let past = ["expire", "1", "--at", "2020-01-01T00:00:00Z", "--yes"];
    let run = env.run(&past).exit_code();
    assert_eq!(env.run(&[&past[..], &["--dry-run"]].concat()).exit_code(), run);
    assert_ne!(run, 0);
}
