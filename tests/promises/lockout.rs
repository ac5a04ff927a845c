//! Who cannot log in, and why: shown, undone by an administrator, and never caused by the machine.

use crate::harness::{PASSWORD, TestEnv};

const WRONG: &str = "not the right password";

fn login(env: &TestEnv, name: &str, password: &str) -> i32 {
    env.run_with_stdin(&["login", name, "--password-stdin"], password).exit_code()
}

fn show(env: &TestEnv, name: &str) -> serde_json::Value {
    env.run(&["user", "show", name, "--format", "json"]).ok().json()
}

#[test]
fn locked_password_is_shown_and_unlocked_without_ending_sessions() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.run(&["db", "policy", "throttle.disable_at", "2"]).ok();
    for _ in 0..2 {
        assert_eq!(login(&env, "alice", WRONG), 6);
    }
    assert_eq!(login(&env, "alice", PASSWORD), 6);
    let shown = show(&env, "alice");
    assert!(shown["locked_at"].is_string() && shown["can_log_in"] == false, "{shown}");
    env.run(&["user", "unlock", "alice"]).ok();
    let shown = show(&env, "alice");
    assert!(shown["locked_at"].is_null() && shown["can_log_in"] == true, "{shown}");
    assert_eq!(login(&env, "alice", PASSWORD), 0);
    assert_eq!(env.verdict(&token), "active", "unlocking ended a session");
    env.run(&["user", "unlock", "nobody"]).code(3);
}

#[test]
fn throttled_user_is_shown_and_released() {
    // In a sandbox every command has the same time, so that no wait ends while the next command starts.
    const NOW: [&str; 2] = ["--now", "2099-01-01T00:00:00Z"];
    let env = TestEnv::sandbox();
    env.run_with_stdin(&["user", "add", "alice", "--password-stdin"], PASSWORD).ok();
    let login = |password: &str| {
        env.run_with_stdin(&[&["login", "alice", "--password-stdin"][..], &NOW].concat(), password)
            .exit_code()
    };
    for _ in 0..9 {
        assert_eq!(login(WRONG), 6);
    }
    assert_eq!(login(PASSWORD), 6);
    let show = [&["user", "show", "alice", "--format", "json"][..], &NOW].concat();
    let shown: serde_json::Value = env.run(&show).ok().json();
    assert!(shown["throttled_until"].is_string() && shown["can_log_in"] == false, "{shown}");
    env.run(&[&["user", "unlock", "alice"][..], &NOW].concat()).ok();
    assert_eq!(login(PASSWORD), 0);
}

#[test]
fn disabled_user_is_shown_as_unable_to_log_in() {
    let env = TestEnv::with_users(&["alice"]);
    assert_eq!(show(&env, "alice")["can_log_in"], true);
    env.run(&["user", "disable", "alice", "--yes"]).ok();
    assert_eq!(show(&env, "alice")["can_log_in"], false);
    env.run(&["user", "add", "bob", "--no-password"]).ok();
    assert_eq!(show(&env, "bob")["can_log_in"], false);
}

#[test]
fn login_that_lacked_memory_does_not_count_as_failure() {
    let env = TestEnv::empty();
    env.run_with_stdin(&["user", "add", "alice", "--password-stdin"], PASSWORD).ok();
    env.write_file("pw", PASSWORD);
    for _ in 0..8 {
        let script = "ulimit -v 70000; sessionctl login alice --password-stdin < pw";
        let output = env.bash(script).run();
        assert_ne!(output.exit_code(), 0, "there was memory enough: {output:?}");
        assert_ne!(output.exit_code(), 6, "the machine's failure was counted: {output:?}");
    }
    assert_eq!(login(&env, "alice", PASSWORD), 0);
}

#[test]
fn throttled_guesses_are_summed_in_the_log() {
    let env = TestEnv::with_users(&["alice"]);
    for _ in 0..40 {
        login(&env, "alice", WRONG);
    }
    let count = env.run(&["log", "--action", "login", "--format", "count"]).ok().stdout();
    assert!(count.parse::<u32>().unwrap() < 20, "{count} events for 40 guesses");
}

#[test]
fn prune_removes_stale_attempts_at_unknown_names() {
    let env = TestEnv::sandbox();
    for number in 0..5 {
        let name = format!("nobody-{number}");
        let args = ["login", &name, "--password-stdin", "--now", "2030-01-01T00:00:00Z"];
        env.run_with_stdin(&args, WRONG).code(6);
    }
    env.run(&["prune", "--yes", "--now", "2030-03-01T00:00:00Z"]).ok();
    let connection = rusqlite::Connection::open(env.db()).unwrap();
    let table: String = connection
        .query_row(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%attempt%'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let rows: i64 =
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 0, "attempts at names that nobody has stay for ever");
}

#[test]
fn generate_obeys_sessions_max_and_names_it() {
    let env = TestEnv::with_users(&["carol"]);
    env.run(&["db", "policy", "user.sessions_max", "3"]).ok();
    let output = env.run(&["generate", "--user", "carol", "-n", "4"]).code(6);
    assert!(output.stderr().contains("user.sessions_max"), "{output:?}");
    env.run(&["generate", "--user", "carol", "-n", "3"]).ok();
    let output = env.run(&["generate", "--user", "carol"]).code(6);
    assert!(output.stderr().contains("user.sessions_max"), "{output:?}");
}

#[test]
fn existing_user_is_refused_with_6_and_accepted_with_if_missing() {
    let env = TestEnv::with_users(&["alice"]);
    for name in ["alice", "ALICE"] {
        env.run(&["user", "add", name, "--no-password"]).fails_with(6);
        env.run(&["user", "add", name, "--no-password", "--if-missing"]).ok();
    }
    env.run(&["user", "add", "bob", "--no-password", "--if-missing"]).ok();
    assert_eq!(env.run(&["user", "list", "--format", "count"]).ok().stdout(), "2");
    env.login("alice");
}

#[test]
fn odd_client_details_do_not_prevent_a_login() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let agents: [&[u8]; 5] = [b"Caf\xe9/1.0", b"-Mozilla", b"\xff\xfe", b"", b"a\x01b"];
    for agent in agents {
        let env = TestEnv::with_users(&["bob"]);
        let args = ["login", "bob", "--password-stdin", "--user-agent"].map(OsStr::new);
        let args: Vec<&OsStr> = args.into_iter().chain([OsStr::from_bytes(agent)]).collect();
        let output = env.cmd(&args).stdin(PASSWORD).run();
        assert_eq!(output.exit_code(), 0, "{output:?}");
    }
    for ip in ["203.0.113.7:49152", "[2001:db8::1]:443", "fe80::1%eth0", "203.0.113.7, 10.0.0.1", "unknown"] {
        let env = TestEnv::with_users(&["bob"]);
        let output = env.run_with_stdin(&["login", "bob", "--password-stdin", "--ip", ip], PASSWORD);
        assert_eq!(output.exit_code(), 0, "{output:?}");
    }
}
