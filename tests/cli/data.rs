//! `data`: values kept with a session.

use crate::harness::TestEnv;

fn cart() -> (TestEnv, String) {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    (env, token)
}

#[test]
fn data_value_is_set_read_replaced_and_unset() {
    let (env, token) = cart();
    for json in [r#"["laptop"]"#, r#"{"a":{"b":[1,2.5,null,true]}}"#, "\"text with \u{1F6D2}\"", "0", "null"]
    {
        env.run_with_stdin(&["data", "set", "-", "cart", json], &token).ok();
        let got: serde_json::Value =
            serde_json::from_str(&env.run_with_stdin(&["data", "get", "-", "cart"], &token).ok().stdout())
                .unwrap();
        assert_eq!(got, serde_json::from_str::<serde_json::Value>(json).unwrap());
    }
    env.run_with_stdin(&["data", "unset", "-", "cart"], &token).ok();
    env.run_with_stdin(&["data", "get", "-", "cart"], &token).fails_with(3);
}

#[test]
fn data_list_is_sorted_and_per_session() {
    let (env, token) = cart();
    let other = env.generate(&["--kind", "anonymous"]);
    env.run_with_stdin(&["data", "set", "-", "theme", "\"dark\""], &token).ok();
    env.run_with_stdin(&["data", "set", "-", "cart", "[]"], &token).ok();
    let list = env.run_with_stdin(&["data", "list", "-", "--format", "jsonl"], &token).ok().jsonl();
    let keys: Vec<_> = list.iter().map(|entry| entry["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["cart", "theme"]);
    let id = env.id_of(&token);
    assert_eq!(env.run(&["data", "get", &id, "theme"]).ok().stdout(), "\"dark\"");
    env.run_with_stdin(&["data", "get", "-", "theme"], &other).fails_with(3);
    assert_eq!(env.run_with_stdin(&["data", "list", "-", "--format", "count"], &other).ok().stdout(), "0");
}

#[test]
fn data_set_with_stale_version_is_refused() {
    let (env, token) = cart();
    env.run_with_stdin(&["data", "set", "-", "cart", "1", "--if-version", "0"], &token).ok();
    env.run_with_stdin(&["data", "set", "-", "cart", "2", "--if-version", "1"], &token).ok();
    let late = env.run_with_stdin(&["data", "set", "-", "cart", "3", "--if-version", "1"], &token);
    late.code_in(&[1, 6]);
    env.run_with_stdin(&["data", "set", "-", "cart", "3", "--if-version", "0"], &token).code_in(&[1, 6]);
    assert_eq!(env.run_with_stdin(&["data", "get", "-", "cart"], &token).ok().stdout(), "2");
}

#[test]
fn data_set_refuses_invalid_json_and_oversized_values() {
    let (env, token) = cart();
    for bad in ["laptop", "[1,", "{'a':1}", "", "1 2"] {
        env.run_with_stdin(&["data", "set", "-", "cart", bad], &token).fails_with(2);
    }
    let much = format!("\"{}\"", "x".repeat(70_000));
    env.run_with_stdin(&["data", "set", "-", "cart", &much], &token).code_in(&[1, 2, 6]);
    env.run_with_stdin(&["data", "set", "-", "", "1"], &token).fails_with(2);
    assert_eq!(env.run_with_stdin(&["data", "list", "-", "--format", "count"], &token).ok().stdout(), "0");
}

#[test]
fn data_set_on_ended_session_is_refused() {
    let (env, token) = cart();
    env.run_with_stdin(&["data", "set", "-", "cart", "1"], &token).ok();
    env.run_with_stdin(&["logout", "-"], &token).ok();
    env.run_with_stdin(&["data", "set", "-", "cart", "2"], &token).fails_with(5);
    env.run_with_stdin(&["data", "unset", "-", "cart"], &token).fails_with(5);
    env.run_with_stdin(&["data", "set", "-", "cart", "2"], &"0".repeat(64)).fails_with(3);
}

#[test]
fn data_value_is_in_no_event() {
    let (env, token) = cart();
    env.run_with_stdin(&["data", "set", "-", "cart", "\"a-secret-wish\""], &token).ok();
    let log = env.run(&["log", "--format", "jsonl"]).ok();
    assert!(log.stdout().contains("data.changed") && !log.stdout().contains("a-secret-wish"), "{log:?}");
}

/// Where `SESSIONCTL_TOKEN` is set, SESSION may be left out, as TOKEN may.
#[test]
fn data_takes_the_session_of_the_environment() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let run = |args: &[&str]| env.cmd(args).env("SESSIONCTL_TOKEN", &token).run();
    run(&["data", "set", "cart", "[1]"]).ok();
    assert_eq!(run(&["data", "get", "cart"]).ok().stdout(), "[1]");
    assert_eq!(run(&["data", "list", "--format", "ids"]).ok().stdout(), "cart");
    assert_eq!(
        run(&["data", "get", "1", "cart"]).ok().stdout(),
        "[1]",
        "SESSION goes first where it is given"
    );
    env.cmd(&["data", "set", "cart", "-"]).env("SESSIONCTL_TOKEN", &token).stdin("[2]").run().ok();
    run(&["data", "unset", "cart"]).ok();
    run(&["data", "get", "cart"]).code(3);
    run(&["jwt", "issue", "--audience", "a"]).ok();
    for args in [
        &["data", "get"][..],
        &["data", "set", "cart"],
        &["data", "set", &token, "1"],
        &["data", "get", &token],
        &["data", "get", "-"],
        &["data", "unset", "@token"],
    ] {
        let output = run(args).code(2);
        assert!(!output.stdout_and_stderr().contains(&token), "{output:?}");
    }
    for args in
        [&["data", "list"][..], &["data", "get", "cart"], &["data", "set", "cart", "1"], &["jwt", "issue"]]
    {
        env.run(args).fails_with(2);
    }
}
