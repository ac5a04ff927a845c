//! What a selector means in every command that takes one: what `list` shows with it is what the others act on, and a
//! selector that cannot select anything is refused.

use crate::harness::TestEnv;

/// A session that ended long ago, and one that is active and expires within the hour.
fn ended_and_active() -> TestEnv {
    let env = TestEnv::sandbox();
    env.generate(&["--kind", "anonymous"]);
    env.run(&["revoke", "1", "--yes"]).ok();
    env.generate(&["--kind", "anonymous", "--now", "+40d"]);
    env
}

#[test]
fn expiring_within_selects_no_ended_session() {
    let env = ended_and_active();
    let now = ["--now", "+40d"];
    assert_eq!(env.ids(&["--expiring-within", "60d", "--now", "+40d"]), ["2"]);
    for state in ["any", "expired", "revoked"] {
        for command in [&["list"][..], &["stats"], &["revoke", "--yes"], &["expire", "--yes"]] {
            let selector = ["--expiring-within", "60d", "--state", state];
            env.run(&[command, &selector, &now].concat()).fails_with(2);
        }
    }
    env.run(&["list", "--expiring-within", "60d", "--state", "active", "--now", "+40d"]).ok();
    for more in [&["--dry-run"][..], &["--yes"], &["--yes", "--all"]] {
        let prune = ["prune", "--expiring-within", "60d", "--older-than", "0s"];
        let output = env.run(&[&prune, more, &now].concat()).code(2);
        assert!(output.stderr().contains("prune deletes ended sessions"), "{output:?}");
    }
    assert_eq!(env.ids(&["--all", "--now", "+40d"]), ["2", "1"]);
}

#[test]
fn prune_of_a_short_age_needs_a_selector_that_limits_what_it_deletes() {
    let env = ended_and_active();
    for more in [&[][..], &["--state", "any"], &["--except", "2"]] {
        env.run(&[&["prune", "--older-than", "0s", "--yes", "--now", "+40d"], more].concat()).fails_with(2);
    }
    assert_eq!(env.ids(&["--all", "--now", "+40d"]), ["2", "1"]);
    env.run(&["prune", "--older-than", "0s", "--yes", "--state", "revoked", "--now", "+40d"]).ok();
    assert_eq!(env.ids(&["--all", "--now", "+40d"]), ["2"]);
}

/// In a sandbox, a session of a later time is there for no command: it does not exist yet.
#[test]
fn session_of_a_later_time_is_there_for_no_command() {
    let env = TestEnv::sandbox();
    env.generate(&["--kind", "anonymous"]);
    let later = env.generate(&["--kind", "anonymous", "--now", "+2h"]);
    env.write_file("token", &later);
    assert_eq!(env.ids(&["--all"]), ["1"]);
    assert_eq!(env.run(&["list", "--all", "--format", "count"]).ok().stdout(), "1");
    for by in [&[][..], &["--by", "state"], &["--by", "age"], &["--all"]] {
        let stats = env.run(&[&["stats", "--format", "csv"], by].concat()).ok().stdout();
        assert!(stats.lines().skip(1).all(|line| !line.contains(",2,")), "{stats}");
    }
    let explained = env.run(&["verify", "@token", "--explain"]).code(3);
    assert_eq!(explained.stdout(), "unknown");
    assert!(explained.stderr().contains("created after this time"), "{explained:?}");
    assert!(!explained.stderr().contains("is not stored"), "{explained:?}");
    let inspected = env.run(&["inspect", "2"]).code(3);
    assert!(inspected.stderr().contains("created after this time"), "{inspected:?}");
    for command in [
        &["data", "list", "2"][..],
        &["jwt", "issue", "2", "--audience", "a"],
        &["tree", "2"],
        &["list", "2"],
    ] {
        env.run(command).code(3);
    }
    for command in ["revoke", "expire"] {
        let dry = env.run(&[command, "--all", "--dry-run", "--format", "ids"]).ok();
        assert_eq!(dry.stdout(), "1", "{command}");
        env.run(&[command, "2", "--yes"]).code(3);
    }
    env.run(&["revoke", "--all", "--yes"]).ok();
    assert_eq!(env.ids(&["--now", "+2h"]), ["2"], "it is there at its own time");
}

#[test]
fn id_that_does_not_exist_is_reported_and_those_that_do_are_shown() {
    let env = TestEnv::new();
    env.generate_many(2);
    for (command, shown) in [
        (&["list", "1", "999", "--format", "ids"][..], "1"),
        (&["list", "1", "999", "--format", "count"], "1"),
        (&["list", "999", "--format", "json"], r#"{"sessions":[],"next":null}"#),
        (&["stats", "999", "--by", "kind", "--format", "count"], "0"),
    ] {
        let output = env.run(command).code(3);
        assert_eq!(output.stdout(), shown, "{output:?}");
        assert!(output.stderr().contains("no session 999"), "{output:?}");
    }
    for more in ["--yes", "--dry-run"] {
        let output = env.run(&["prune", "999", more]).code(3);
        assert!(output.stdout_and_stderr().contains("999"), "{output:?}");
        env.run(&["prune", "1", more]).ok();
    }
}

#[test]
fn id_is_written_as_it_is_printed() {
    let env = TestEnv::new();
    env.generate_many(1);
    for id in ["01", "+1", "0", "0x1", "1.0"] {
        for command in [&["list"][..], &["inspect"], &["revoke", "--yes"], &["data", "list"]] {
            env.run(&[command, &[id]].concat()).fails_with(2);
        }
    }
    assert_eq!(env.ids(&[]), ["1"]);
}

#[test]
fn value_that_is_empty_is_refused_in_every_list() {
    let env = TestEnv::new();
    for flag in ["user", "app", "kind", "scope", "ip", "last-ip"] {
        for text in ["", ",", "x,"] {
            for flag in [format!("--{flag}={text}"), format!("--not-{flag}={text}")] {
                env.run(&["list", &flag]).fails_with(2);
            }
        }
    }
    for flag in ["label", "not-label", "user-agent", "not-user-agent", "limit", "state"] {
        env.run(&["list", &format!("--{flag}=")]).fails_with(2);
    }
    env.run(&["list", "--limit", "0"]).fails_with(2);
}

#[test]
fn anonymous_narrows_what_other_flags_select() {
    let env = TestEnv::with_users(&["alice"]);
    env.login("alice");
    env.generate(&["--kind", "anonymous"]);
    for (selector, expected) in [
        (&["--anonymous"][..], &["2"][..]),
        (&["--anonymous", "--kind", "anonymous"], &["2"]),
        (&["--anonymous", "--kind", "api,sso"], &[]),
        (&["--anonymous", "--kind", "web,anonymous"], &["2"]),
        (&["--anonymous", "--user", "alice"], &[]),
        (&["--anonymous", "--not-kind", "anonymous"], &[]),
    ] {
        assert_eq!(env.ids(selector), expected, "{selector:?}");
    }
}

/// Texts compare in NFC, however they were typed when they were stored.
#[test]
fn app_compares_in_nfc() {
    let env = TestEnv::with_users(&["alice"]);
    let (decomposed, composed) = ("cafe\u{301}", "caf\u{e9}");
    let token = env.login_with("alice", &["--app", decomposed]);
    env.write_file("token", &token);
    assert_eq!(env.field("1", "app"), composed);
    for app in [decomposed, composed] {
        assert_eq!(env.ids(&["--app", app]), ["1"], "{app}");
        assert!(env.ids(&["--not-app", app]).is_empty(), "{app}");
        env.run(&["verify", "@token", "--app", app]).ok();
        let jwt = env.run(&["jwt", "issue", "1", "--audience", decomposed]).ok().stdout();
        env.write_file("jwt", &jwt);
        env.run(&["jwt", "verify", "@jwt", "--audience", app]).ok();
        let of_app = env.run(&["jwt", "issue", "1"]).ok().stdout();
        env.write_file("jwt", &of_app);
        env.run(&["jwt", "verify", "@jwt", "--audience", app]).ok();
    }
}

/// A comma separates scopes wherever they are written, and `\,` is one inside a scope.
#[test]
fn scopes_are_separated_by_commas_everywhere() {
    let env = TestEnv::with_users(&["alice"]);
    let token =
        env.generate(&["--kind", "api", "--user", "alice", "--scope", "read,write", "--scope", r"a\,b"]);
    env.write_file("token", &token);
    let scopes = env.run(&["inspect", "1", "--format", "json"]).ok().json()["scopes"].clone();
    assert_eq!(scopes, serde_json::json!(["read", "write", "a,b"]));
    for (scope, code) in
        [("read", 0), ("read,write", 0), ("write,admin", 7), (r"a\,b", 0), ("a,b", 7), (r"read,a\,b", 0)]
    {
        env.run(&["verify", "@token", "--scope", scope]).code(code);
    }
    assert_eq!(env.ids(&["--scope", "admin,write"]), ["1"]);
    assert_eq!(env.ids(&["--scope", r"a\,b"]), ["1"]);
    env.run(&["generate", "--kind", "api", "--user", "alice", "--scope", "read,"]).fails_with(2);
    env.run(&["verify", "@token", "--scope", ","]).fails_with(2);
}

#[test]
fn one_session_that_was_not_expected_is_named_in_the_singular() {
    let env = TestEnv::new();
    env.generate_many(1);
    let output = env.run(&["revoke", "1", "--expect", "2", "--yes"]).code(6);
    assert!(output.stderr().contains("1 session matches, not 2"), "{output:?}");
}
