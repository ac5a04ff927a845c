//! Tokens and passwords: how they are read, and that no output shows them.

use crate::harness::{PASSWORD, TestEnv};

const UNKNOWN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

#[test]
fn token_from_stdin_file_or_environment_gives_no_warning() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.write_file("token", format!("{token}\r\n"));
    for output in [
        env.run_with_stdin(&["verify", "-", "-v"], &token),
        env.run_with_stdin(&["verify", "-", "-v"], &format!("{token}\n")),
        env.run(&["verify", "@token", "-v"]),
        env.cmd(&["verify", "-v"]).env("SESSIONCTL_TOKEN", &token).run(),
    ] {
        let output = output.ok();
        assert!(!output.stderr().contains("warning"), "{output:?}");
    }
}

#[test]
fn token_argument_gives_one_warning() {
    let env = TestEnv::with_users(&["alice"]);
    let (one, two) = (env.login("alice"), env.login("alice"));
    for args in [&["verify", &one][..], &["inspect", &one], &["inspect", &one, &two], &["data", "list", &one]]
    {
        let output = env.run(args).ok();
        let warnings = output.stderr().lines().filter(|line| line.starts_with("warning:")).count();
        assert_eq!(warnings, 1, "{output:?}");
        assert!(!output.stdout_and_stderr().contains(&one), "{output:?}");
        let quiet = env.run(&[args, &["-q"]].concat()).ok();
        assert!(!quiet.stderr().contains("warning"), "{quiet:?}");
    }
    let by_id = env.run(&["inspect", &env.id_of(&one)]).ok();
    assert!(!by_id.stderr().contains("warning"), "{by_id:?}");
}

#[test]
fn errors_never_echo_a_token() {
    let env = TestEnv::with_users(&["alice"]);
    for args in [
        &["verify", UNKNOWN][..],
        &["inspect", UNKNOWN],
        &["revoke", UNKNOWN, "--yes"],
        &["expire", UNKNOWN, "--yes"],
        &["logout", UNKNOWN],
        &["rotate", UNKNOWN],
        &["list", UNKNOWN],
        &["list", "--except", UNKNOWN, "--all"],
        &["list", "--under", UNKNOWN],
        &["list", "--after", UNKNOWN],
        &["list", "--format", UNKNOWN],
        &["list", "--fields", UNKNOWN],
        &["list", "--kind", UNKNOWN],
        &["list", "--user", UNKNOWN],
        &["list", "--state", UNKNOWN],
        &["list", "--now", UNKNOWN],
        &["list", "--created-before", UNKNOWN],
        &["list", "--ip", UNKNOWN],
        &["list", "--limit", UNKNOWN],
        &["tree", UNKNOWN],
        &["data", "get", UNKNOWN, "cart"],
        &["jwt", "issue", UNKNOWN],
        &["jwt", "verify", UNKNOWN],
        &["user", "show", UNKNOWN],
        &["db", "policy", UNKNOWN],
        &["db", "policy", "web.idle", UNKNOWN],
        &["verify", "@a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2"],
        &[UNKNOWN],
        &["verify", "--token", UNKNOWN],
        &[&format!("--{UNKNOWN}")],
        &["verify", "-", "extra", UNKNOWN],
    ] {
        let output = env.run_with_stdin(args, PASSWORD);
        assert!(!output.stdout_and_stderr().contains(UNKNOWN), "{output:?}");
        assert!(!output.stdout_and_stderr().contains(&UNKNOWN[8..40]), "{output:?}");
        assert_ne!(output.exit_code(), 0, "{output:?}");
    }
}

#[test]
fn password_argument_is_refused_and_not_echoed() {
    let env = TestEnv::with_users(&["alice"]);
    for args in [
        &["login", "alice", "--password", PASSWORD][..],
        &["login", "alice", PASSWORD],
        &["login", "alice", &format!("--password={PASSWORD}")],
        &["user", "add", "bob", PASSWORD],
    ] {
        let output = env.run(args).code(2);
        assert!(!output.stdout_and_stderr().contains(PASSWORD), "{output:?}");
    }
}

#[test]
fn explain_prints_no_password_and_no_token() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let new = env.run_with_stdin(&["rotate", "-", "--explain", "-v"], &token).ok();
    assert!(!new.stderr().contains(&token) && !new.stderr().contains(&new.stdout()), "{new:?}");
    let login = env.run_with_stdin(&["login", "alice", "--password-stdin", "--explain", "-v"], PASSWORD).ok();
    assert!(!login.stderr().contains(PASSWORD) && !login.stderr().contains(&login.stdout()), "{login:?}");
    let wrong = env.run_with_stdin(
        &["login", "alice", "--password-stdin", "--explain", "-v"],
        "hunter2-hunter2-hunter2",
    );
    assert!(!wrong.stdout_and_stderr().contains("hunter2"), "{wrong:?}");
}

#[test]
fn database_stores_the_sha256_digest() {
    use sha2::{Digest as _, Sha256};
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let bytes = env.stored();
    let digest = Sha256::digest(token.as_bytes());
    assert!(
        bytes.windows(32).any(|window| window == digest.as_slice()),
        "the stored value is not the digest"
    );
}
