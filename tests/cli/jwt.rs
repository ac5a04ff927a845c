//! `jwt`: a signed statement about a session, and what revocation means for it.

use crate::harness::TestEnv;

fn issued() -> (TestEnv, String, String) {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let jwt = env.run_with_stdin(&["jwt", "issue", "-"], &token).ok().stdout();
    (env, token, jwt)
}

#[test]
fn jwt_has_three_parts_and_no_token() {
    let (env, token, jwt) = issued();
    assert_eq!(jwt.split('.').count(), 3, "{jwt}");
    let output = env.run_with_stdin(&["jwt", "decode", "-", "--format", "json"], &jwt).ok();
    assert!(output.stdout().contains("alice") && !output.stdout().contains(&token), "{output:?}");
    assert!(!output.stdout_and_stderr().contains(&jwt), "{output:?}");
}

#[test]
fn jwt_after_logout_verifies_offline_only() {
    let (env, token, jwt) = issued();
    env.run_with_stdin(&["jwt", "verify", "-"], &jwt).code(0);
    env.run_with_stdin(&["jwt", "verify", "-", "--online"], &jwt).code(0);
    env.run_with_stdin(&["logout", "-"], &token).ok();
    env.run_with_stdin(&["jwt", "verify", "-"], &jwt).code(0);
    env.run_with_stdin(&["jwt", "verify", "-", "--online"], &jwt).code(5);
}

#[test]
fn jwt_verify_refuses_expired() {
    let (env, _, jwt) = issued();
    env.run_with_stdin(&["jwt", "verify", "-", "--now", "+2h"], &jwt).code(4);
    env.run_with_stdin(&["jwt", "verify", "-", "--now", "-1d"], &jwt).code_in(&[1, 3, 4, 5, 6, 7]);
}

#[test]
fn jwt_verify_refuses_altered_and_unsigned() {
    let (env, _, jwt) = issued();
    let parts: Vec<&str> = jwt.split('.').collect();
    let mut middle = parts[1].to_owned();
    let flipped = if middle.as_bytes()[10] == b'A' { "B" } else { "A" };
    middle.replace_range(10..11, flipped);
    for forged in [
        format!("{}.{middle}.{}", parts[0], parts[2]),
        format!("eyJhbGciOiJub25lIn0.{}.", parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], parts[2].chars().rev().collect::<String>()),
        format!("{}.{}.", parts[0], parts[1]),
    ] {
        let output = env.run_with_stdin(&["jwt", "verify", "-"], &forged);
        assert!(!output.stdout_and_stderr().contains(&forged), "{output:?}");
        output.code_in(&[1, 2, 3, 5, 6, 7]);
    }
    let other = issued();
    other.0.run_with_stdin(&["jwt", "verify", "-"], &jwt).code_in(&[1, 3, 5, 6, 7]);
}

#[test]
fn jwt_keys_show_public_parts_only() {
    let (env, ..) = issued();
    let output = env.run(&["jwt", "keys", "--format", "json"]).ok();
    let text = output.stdout();
    assert!(!text.contains("\"d\""), "a private key is shown: {output:?}");
    assert!(text.contains("EdDSA"), "{output:?}");
}

#[test]
fn jwt_issue_refuses_ended_and_anonymous_sessions() {
    let (env, token, _) = issued();
    env.run_with_stdin(&["logout", "-"], &token).ok();
    env.run_with_stdin(&["jwt", "issue", "-"], &token).fails_with(5);
    env.run_with_stdin(&["jwt", "issue", "-"], &"0".repeat(64)).fails_with(3);
    let anonymous = env.generate(&["--kind", "anonymous"]);
    env.run_with_stdin(&["jwt", "issue", "-"], &anonymous).code_in(&[2, 6, 7]);
}
