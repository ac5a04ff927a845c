//! `jwt`: a signed statement about a session, and what revocation means for it.

use crate::harness::TestEnv;

fn issued() -> (TestEnv, String, String) {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let jwt = env.run_with_stdin(&["jwt", "issue", "-", "--audience", "shop"], &token).ok().stdout();
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
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop"], &jwt).code(0);
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop", "--online"], &jwt).code(0);
    env.run_with_stdin(&["logout", "-"], &token).ok();
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop"], &jwt).code(0);
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop", "--online"], &jwt).code(5);
}

#[test]
fn jwt_verify_refuses_expired() {
    let (env, _, jwt) = issued();
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop", "--now", "+2h"], &jwt).code(4);
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop", "--now", "-1d"], &jwt).fails_with(2);
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
        let output = env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop"], &forged);
        assert!(!output.stdout_and_stderr().contains(&forged), "{output:?}");
        output.code_in(&[1, 2, 3, 5, 6, 7]);
    }
    let other = issued();
    other.0.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop"], &jwt).code_in(&[1, 3, 5, 6, 7]);
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
    env.run_with_stdin(&["jwt", "issue", "-", "--audience", "shop"], &token).fails_with(5);
    env.run_with_stdin(&["jwt", "issue", "-", "--audience", "shop"], &"0".repeat(64)).fails_with(3);
    let anonymous = env.generate(&["--kind", "anonymous"]);
    env.run_with_stdin(&["jwt", "issue", "-", "--audience", "shop"], &anonymous).code_in(&[2, 6, 7]);
}

#[test]
fn jwt_audience_is_the_app_unless_one_is_given() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login_with("alice", &["--app", "forum"]);
    for (more, audience) in [(&[][..], "forum"), (&["--audience", "shop"], "shop")] {
        let jwt = env.run_with_stdin(&[&["jwt", "issue", "-"], more].concat(), &token).ok().stdout();
        let decoded = env.run_with_stdin(&["jwt", "decode", "-", "--format", "json"], &jwt).ok().json();
        assert_eq!(decoded["claims"]["aud"], audience);
    }
    let plain = env.login("alice");
    env.run_with_stdin(&["jwt", "issue", "-"], &plain).fails_with(2).stderr_contains("--audience");
    env.run_with_stdin(&["jwt", "issue", "-", "--audience", ""], &plain).fails_with(2);
}

#[test]
fn jwt_verify_needs_an_audience() {
    let (env, _, jwt) = issued();
    env.run_with_stdin(&["jwt", "verify", "-"], &jwt).fails_with(2).stderr_contains("--audience");
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "forum"], &jwt).code(3);
}

#[test]
fn jwt_commands_answer_in_every_format() {
    let (env, token, jwt) = issued();
    let verify = |more: &[&str]| {
        env.run_with_stdin(&[&["jwt", "verify", "-", "--audience", "shop"], more].concat(), &jwt).ok()
    };
    let json = verify(&["--format", "json"]).json();
    assert_eq!((&json["result"], &json["user"]), (&"valid".into(), &"alice".into()));
    assert_eq!(json["reason"], serde_json::Value::Null);
    let json = verify(&["--format", "json", "--online"]).json();
    assert_eq!((&json["result"], &json["session"]), (&"active".into(), &1.into()));
    assert_eq!(verify(&["--fields", "result"]).stdout(), "valid");
    let issue = ["jwt", "issue", "-", "--audience", "shop", "--format", "json"];
    let record = env.run_with_stdin(&issue, &token).ok().json();
    let again = record["jwt"].as_str().unwrap();
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop"], again).ok();
    env.run_with_stdin(&["jwt", "issue", "-", "--audience", "shop", "--format", "count"], &token)
        .fails_with(2);
    let key = env.run(&["jwt", "keys", "new", "--format", "json"]).ok().json();
    assert_eq!((&key["algorithm"], &key["retired_at"]), (&"EdDSA".into(), &serde_json::Value::Null));
    let kid = key["kid"].as_str().unwrap();
    let retired = env.run(&["jwt", "keys", "retire", kid, "--format", "json"]).ok().json();
    assert!(retired["retired_at"].is_string(), "{retired}");
    env.run(&["jwt", "keys", "retire", kid]).ok().stderr_contains("already retired");
    env.run(&["jwt", "keys", "retire", "none"]).code(3);
    assert_eq!(env.run(&["jwt", "keys", "export", "--format", "jsonl"]).ok().jsonl().len(), 2);
}

#[test]
fn jwt_keys_reports_that_there_is_no_key() {
    let env = TestEnv::new();
    env.run(&["jwt", "keys"]).ok().stderr_contains("no signing keys");
    assert_eq!(env.run(&["jwt", "keys", "--format", "json"]).ok().json()["keys"], serde_json::json!([]));
}

#[test]
fn jwt_decode_shows_times_as_dates() {
    let (env, _, jwt) = issued();
    let decoded = env.run_with_stdin(&["jwt", "decode", "-", "--format", "json"], &jwt).ok().json();
    for (time, claim) in [("issued_at", "iat"), ("not_before", "nbf"), ("expires_at", "exp")] {
        let seconds = decoded["claims"][claim].as_i64().unwrap();
        assert_eq!(decoded[time], rfc3339(seconds), "{time}");
    }
    let none =
        env.run_with_stdin(&["jwt", "decode", "-", "--format", "json"], "eyJhbGciOiJub25lIn0.e30.").ok();
    assert_eq!(none.json()["expires_at"], serde_json::Value::Null);
}

fn rfc3339(seconds: i64) -> String {
    let time = chrono::DateTime::from_timestamp(seconds, 0).expect("a match");
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

#[test]
fn jwt_is_read_in_every_form_of_the_web() {
    let (env, token, jwt) = issued();
    for text in [
        format!("  \"{jwt}\"\r\n"),
        format!("Bearer {jwt}"),
        format!("Authorization: Bearer {jwt}\r\n"),
        format!("{{\"access_token\":\"{jwt}\",\"token_type\":\"Bearer\"}}"),
    ] {
        env.run_with_stdin(&["jwt", "decode", "-"], &text).ok();
        env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop"], &text).ok();
    }
    for command in [&["jwt", "decode", "-"][..], &["jwt", "verify", "-", "--audience", "shop"]] {
        env.run_with_stdin(command, &token).fails_with(2).stderr_contains("session token, not a JWT");
    }
}

#[test]
fn jwks_verifies_without_a_database_and_knows_retired_keys() {
    let (env, token, jwt) = issued();
    let kid = env.run(&["jwt", "keys", "--format", "ids"]).ok().stdout();
    let offline = |jwt: &str| {
        let args = ["jwt", "verify", "-", "--audience", "shop", "--jwks", "jwks.json", "--db", "none.db"];
        env.run_with_stdin(&args, jwt)
    };
    let export = || env.write_file("jwks.json", env.run(&["jwt", "keys", "export"]).ok().stdout());
    export();
    offline(&jwt).ok();
    env.run(&["jwt", "keys", "retire", &kid]).ok();
    export();
    offline(&jwt).ok();
    let next = env.run_with_stdin(&["jwt", "issue", "-", "--audience", "shop"], &token).ok().stdout();
    offline(&next).code(3);
    export();
    offline(&next).ok();
}

#[test]
fn jwt_keys_revoke_ends_a_key_and_all_that_it_signed() {
    let (env, token, jwt) = issued();
    let kid = env.run(&["jwt", "keys", "--format", "ids"]).ok().stdout();
    env.run(&["jwt", "keys", "retire", &kid]).ok();
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop"], &jwt).ok();
    let revoked = env.run(&["jwt", "keys", "revoke", &kid, "--format", "json"]).ok().json();
    assert!(revoked["revoked_at"].is_string(), "{revoked}");
    for more in [&[][..], &["--online"]] {
        let args = [&["jwt", "verify", "-", "--audience", "shop"][..], more].concat();
        env.run_with_stdin(&args, &jwt).code(3).stderr_contains("a key that was revoked");
    }
    env.run(&["jwt", "keys", "revoke", &kid]).ok().stderr_contains("already revoked");
    env.run(&["jwt", "keys", "revoke", "none"]).code(3);
    let jwks = env.run(&["jwt", "keys", "export"]).ok().json();
    assert_eq!(jwks["keys"], serde_json::json!([]), "a revoked key is not published");
    let next = env.run_with_stdin(&["jwt", "issue", "-", "--audience", "shop"], &token).ok().stdout();
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop", "--online"], &next).ok();
}

#[test]
fn jwt_keys_revoke_deletes_the_secret_from_the_files() {
    let env = TestEnv::new();
    let kid = env.run(&["jwt", "keys", "new", "--algorithm", "HS256"]).ok().stdout();
    let secret: Vec<u8> = {
        let database = rusqlite::Connection::open(env.db()).unwrap();
        database.query_row("SELECT secret FROM jwt_key", [], |row| row.get(0)).unwrap()
    };
    let is_stored = || {
        let files = std::fs::read_dir(env.db().parent().unwrap()).unwrap();
        files
            .map(|file| std::fs::read(file.unwrap().path()).unwrap_or_default())
            .any(|bytes| bytes.windows(32).any(|window| window == &secret[1..33]))
    };
    assert!(is_stored(), "the search finds a stored secret");
    env.run(&["jwt", "keys", "revoke", &kid]).ok();
    assert!(!is_stored(), "the secret of a revoked key is still in a file");
    env.run(&["db", "check"]).ok();
}

#[test]
fn jwt_verify_is_no_count_and_has_null_for_no_scope() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let jwt = env.run_with_stdin(&["jwt", "issue", "--audience", "shop", "-"], &token).ok().stdout();
    let line = ["jwt", "verify", "--audience", "shop", "-", "--format"];
    env.run_with_stdin(&[&line[..], &["count"]].concat(), &jwt).fails_with(2);
    env.cmd(&line[..5]).env("SESSIONCTL_FORMAT", "count").stdin(&jwt).run().ok();
    let answer = env.run_with_stdin(&[&line[..], &["json"]].concat(), &jwt).ok().json();
    assert!(answer["scope"].is_null(), "{answer}");
}

#[test]
fn jwt_key_that_is_revoked_keeps_the_time_of_its_retirement() {
    let env = TestEnv::sandbox();
    let kid = env.run(&["jwt", "keys", "new"]).ok().stdout();
    env.run(&["--now", "+5h", "jwt", "keys", "retire", "--", &kid]).ok();
    let field = |now: &str, name: &str| {
        let keys = env.run(&["--now", now, "jwt", "keys", "list", "--format", "jsonl"]).ok().jsonl();
        keys[0][name].as_str().map(str::to_owned)
    };
    let retired_at = field("+5h", "retired_at");
    env.run(&["--now", "+6h", "jwt", "keys", "revoke", "--yes", "--", &kid]).ok();
    assert_eq!(field("+6h", "retired_at"), retired_at);
    assert_ne!(field("+6h", "revoked_at"), retired_at);
    env.run(&["--now", "+6h", "db", "check"]).ok();
}
