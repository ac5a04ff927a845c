//! What an administrator reads when there was nothing to do, or when a word was meant otherwise.

use crate::harness::TestEnv;

#[test]
fn user_unlock_names_what_still_refuses_the_login() {
    let env = TestEnv::with_users(&["dave", "ann"]);
    env.run(&["user", "unlock", "ann"]).ok().stderr_contains("ann is already unlocked");
    assert!(!env.run(&["user", "unlock", "ann"]).ok().stderr().contains("but"));
    env.run(&["user", "disable", "dave", "--yes"]).ok();
    env.run(&["user", "unlock", "dave"])
        .ok()
        .stderr_contains("but the user is disabled: `sessionctl user enable dave`");
    env.run(&["user", "add", "erin", "--no-password"]).ok();
    for verb in ["unlock", "enable"] {
        env.run(&["user", verb, "erin"])
            .ok()
            .stderr_contains("but no password is set: `sessionctl user passwd erin`");
    }
}

#[test]
fn policy_with_the_value_that_it_has_writes_no_event() {
    let env = TestEnv::new();
    let set = ["db", "policy", "user.sessions_max", "5000"];
    let events = || env.run(&["log", "--action", "policy.changed", "--format", "count"]).ok().stdout();
    env.run(&set).ok();
    let before = events();
    env.run(&set).ok().stderr_contains("user.sessions_max is 5000 already");
    assert_eq!(events(), before);
}

#[test]
fn man_with_the_name_of_a_command_is_refused_and_writes_nothing() {
    let env = TestEnv::empty();
    for (name, page) in [("list", "help list"), ("user-add", "help user add"), ("sessionctl-log", "help log")]
    {
        let shown = format!("`sessionctl {page}`; to write the pages there: ./{name}");
        env.run(&["man", name]).fails_with(2).stderr_contains(&shown);
        assert!(!env.path(name).exists());
    }
    env.run(&["man", "./list"]).ok();
    assert!(env.path("list").join("sessionctl.1").exists());
    env.run(&["man", "list"]).ok();
}

#[test]
fn head_of_the_log_is_read_from_the_value_itself() {
    let env = TestEnv::new();
    let head = env.run(&["log", "head"]).ok().stdout();
    env.run(&["log", "verify", "--head", &head]).ok().stderr_contains("the kept head is event");
    let other = head.replacen(&head[..4], if head.starts_with("0000") { "1111" } else { "0000" }, 1);
    env.run(&["log", "verify", "--head", &other]).code(1).stderr_contains("the head is of another database");
    env.write_file("kept", &head);
    env.run(&["log", "verify", "--head", "@kept"]).ok().stderr_contains("the kept head is event");
    env.run(&["log", "verify", "--head", "no-such-file"]).code(1).stderr_contains("no-such-file");
}

#[test]
fn time_of_a_log_selects_what_was_active_then() {
    let env = TestEnv::new();
    env.generate(&["--kind", "anonymous"]);
    let count =
        |at: &str| env.run(&["list", "--active-at", at, "--format", "count"]).code_in(&[0, 3]).stdout();
    for past in ["25/Nov/2020:03:12:00 +0000", "[25/Nov/2020:03:12:00 +0000]"] {
        assert_eq!(count(past), "0", "{past}");
    }
    env.run(&["list", "--active-at", "Nov 31 03:12"]).fails_with(2).stderr_contains("date");
}
