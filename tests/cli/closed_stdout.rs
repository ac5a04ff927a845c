//! Standard streams that the caller closed (`>&-`, `<&-`, `2>&-`). A stream that fails later belongs to `formats`.

use crate::harness::{PASSWORD, TestEnv};

/// The events in the audit log.
fn events(env: &TestEnv) -> String {
    env.run(&["log", "--format", "count"]).ok().stdout()
}

#[test]
fn closed_stdout_is_refused_before_anything_is_written() {
    let env = TestEnv::with_users(&["ann"]);
    let token = env.login("ann");
    env.write_file("token", &token);
    env.write_file("password", PASSWORD);
    env.run(&["jwt", "keys", "new"]).ok();
    let before = events(&env);
    for line in [
        "login ann --password-stdin < password",
        "login ann --password-stdin --as set-cookie < password",
        "generate --kind anonymous",
        "generate --kind anonymous -n 3 --format jsonl",
        "generate --no-store",
        "rotate @token",
        "verify @token",
        "verify --batch < token",
        "jwt issue @token --audience shop",
        "jwt keys new",
        "list",
        "list --format json",
        "inspect 1",
        "stats",
        "tree",
        "log",
        "log head",
        "log --follow",
        "log verify",
        "user list",
        "user show ann",
        "data list 1 --format json",
        "cookie format @token",
        "db info",
        "db policy",
        "layout list",
        "tour",
        "completions bash",
        "man",
        "help verify",
        "list --help",
        "--version",
    ] {
        let output = env.bash(&format!("sessionctl {line} >&-")).run().fails_with(1);
        assert!(output.stderr().contains("error: standard output is closed\n"), "{line}: {output:?}");
    }
    assert_eq!(events(&env), before, "a refused command has written an event");
    assert_eq!(env.verdict(&token), "active");
}

/// A session ends although its result cannot be read.
#[test]
fn closed_stdout_does_not_keep_sessions_active() {
    for line in [
        "revoke 1 --yes",
        "revoke --user ann --yes --format json",
        "revoke --stdin --yes < token",
        "expire 1 --yes",
        "logout @token --format csv",
        "user disable ann --yes --format json",
        "user remove ann --yes --format csv",
    ] {
        let env = TestEnv::with_users(&["ann"]);
        let token = env.login("ann");
        env.write_file("token", &token);
        let output = env.bash(&format!("sessionctl {line} >&-")).run().fails_with(1);
        assert!(output.stderr().contains("standard output is closed"), "{line}: {output:?}");
        assert_ne!(env.verdict(&token), "active", "{line}");
    }
}

/// More sessions than the first batch holds, so that the output fails while work is left.
const SESSIONS_OF_SEVERAL_BATCHES: usize = 3_000;

#[test]
fn bulk_work_that_was_begun_is_finished_without_a_reader() {
    let count = SESSIONS_OF_SEVERAL_BATCHES.to_string();
    let env_with_sessions = || {
        let env = TestEnv::new();
        env.write_file("tokens", env.run(&["generate", "--kind", "anonymous", "-n", &count]).ok().stdout());
        env
    };
    let assert_all_ended = |env: &TestEnv, stderr: &str, done: &str| {
        assert!(stderr.contains(&format!("{count} {done}")), "{stderr}");
        assert_eq!(env.run(&["list", "--format", "count"]).ok().stdout(), "0", "{stderr}");
    };
    for (line, done) in [
        ("revoke --anonymous --yes --format jsonl >/dev/full", "revoked"),
        ("revoke --stdin --yes < tokens >/dev/full", "revoked"),
        ("revoke --stdin --yes --expect 3000 < tokens >&-", "revoked"),
    ] {
        let env = env_with_sessions();
        let output = env.bash(&format!("sessionctl {line}")).run().fails_with(1);
        assert_all_ended(&env, &output.stderr(), done);
    }
    for (command, done) in [("revoke", "revoked"), ("expire", "expired")] {
        let env = env_with_sessions();
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let child = env.cmd(&[command, "--anonymous", "--yes", "--format", "csv"]).spawn_printing_to(writer);
        let output = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("error: the reader of standard output has gone"), "{stderr}");
        assert_all_ended(&env, &stderr, done);
    }
}

#[test]
fn closed_stdout_does_not_fail_what_prints_nothing_there() {
    let env = TestEnv::with_users(&["ann", "bob"]);
    let token = env.login("ann");
    env.write_file("token", &token);
    for line in ["data set @token cart 1", "logout @token", "user disable bob --yes", "db backup copy.db"] {
        env.bash(&format!("sessionctl {line} >&-")).run().ok();
    }
    assert_eq!(env.verdict(&token), "revoked");
    env.bash("sessionctl list > /dev/null").run().ok();
    env.bash("sessionctl list <> /dev/null >&0").run().ok();
}

#[test]
fn closed_stdin_is_an_empty_one_and_closed_stderr_fails_nothing() {
    let env = TestEnv::with_users(&["ann"]);
    env.bash("sessionctl verify - <&-").run().fails_with(2);
    env.bash("sessionctl revoke --stdin --yes <&-").run().code(3);
    let token = env.generate(&["--user", "ann"]);
    env.write_file("token", &token);
    assert_eq!(env.bash("sessionctl verify @token 2>&-").run().ok().stdout(), "active");
    assert_eq!(env.bash("sessionctl generate --user ann 2>&- <&-").run().ok().stdout().len(), 64);
    env.bash("sessionctl list --no-such 2>&-").run().code(2);
    env.bash("sessionctl --version >&- 2>&-").run().code(1);
}

/// The database must never be opened in the place of a closed stream: a message would be written into it.
#[test]
fn closed_streams_keep_messages_out_of_the_database() {
    let env = TestEnv::with_users(&["ann"]);
    env.write_file("token", env.login("ann"));
    env.write_file("password", PASSWORD);
    for streams in [">&-", "<&-", "2>&-", ">&- <&-", ">&- 2>&-", "<&- 2>&-", "<&- >&- 2>&-"] {
        for line in [
            "generate --user ann --explain",
            "login ann --password-stdin",
            "login nobody --password-stdin",
            "verify @token --explain",
            "inspect 1",
            "list --explain",
            "list --no-such",
            "revoke 999 --yes",
            "revoke --stdin --yes",
            "expire 2 --yes",
            "data set 1 key 7",
            "user add bob --no-password",
            "user rename bob bill",
            "user remove bill --yes",
            "jwt issue @token --audience shop",
            "log verify",
            "db check",
            "prune --yes",
        ] {
            let output = env.bash(&format!("sessionctl {line} {streams}")).run();
            assert!(output.exit_code() <= 7, "{line} {streams}: {output:?}");
        }
        env.run(&["db", "check"]).ok();
        let stored = String::from_utf8_lossy(&env.stored()).into_owned();
        for text in ["error:", "warning:", "hint:", "look up", "ann web"] {
            assert!(!stored.contains(text), "the database holds '{text}' after {streams}");
        }
    }
}
