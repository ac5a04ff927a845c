//! `--explain`: every command prints its steps and their reasons on standard error, and no secret.

use crate::harness::differences::REFUSED_ON_A_SERVER;
use crate::harness::{PASSWORD, TestEnv};

#[test]
fn explain_prints_steps_and_no_secret_for_every_command() {
    let env = TestEnv::sandbox();
    env.add_user("alice");
    let token = env.login_with("alice", &["--sso"]);
    env.write_file("t", &token);
    env.run_with_stdin(&["data", "set", "-", "cart", "\"a-secret-wish\""], &token).ok();
    let jwt = env.run_with_stdin(&["jwt", "issue", "-", "--audience", "shop"], &token).ok().stdout();
    env.write_file("j", &jwt);
    for (line, stdin) in [
        ("list", ""),
        ("list --all --format count", ""),
        ("inspect @t", ""),
        ("verify @t", ""),
        ("tree", ""),
        ("stats", ""),
        ("log --limit 3", ""),
        ("log verify", ""),
        ("data get @t cart", ""),
        ("data list @t", ""),
        ("data set @t theme 1", ""),
        ("user list", ""),
        ("user show alice", ""),
        ("user add bob --password-stdin", PASSWORD),
        ("user disable bob --yes", ""),
        ("cookie format @t", ""),
        ("cookie lint", "Set-Cookie: __Host-session=x; Path=/; Secure; HttpOnly; SameSite=Lax"),
        ("cookie parse", "Cookie: a=b"),
        ("jwt decode @j", ""),
        ("jwt verify @j --audience shop", ""),
        ("jwt keys", ""),
        ("jwt keys export", ""),
        ("db info", ""),
        ("db check", ""),
        ("db policy web.idle", ""),
        ("db backup copy.db", ""),
        ("generate --no-store", ""),
        ("generate --kind anonymous", ""),
        ("expire --all --state active --in 5m --yes", ""),
        ("prune --yes", ""),
        ("rotate @t", ""),
        ("revoke --all --yes", ""),
    ] {
        if env.is_on_server() && REFUSED_ON_A_SERVER.iter().any(|command| line.starts_with(command)) {
            continue;
        }
        let args: Vec<&str> = line.split(' ').chain(["--explain"]).collect();
        let output = env.run_with_stdin(&args, stdin).code_in(&[0]);
        let err = output.stderr();
        assert!(err.lines().any(|line| line.starts_with("· ")), "{line} explains nothing: {err}");
        for secret in [&token, &jwt, PASSWORD, "a-secret-wish"] {
            assert!(!err.contains(secret), "{line} prints a secret: {err}");
        }
    }
}

#[test]
fn explain_of_two_acts_gives_the_reason_of_the_clock_once() {
    let env = TestEnv::sandbox();
    env.add_user("alice");
    env.write_file("t", env.login_with("alice", &[]));
    let err = env.run(&["jwt", "issue", "@t", "--audience", "shop", "--explain"]).ok().stderr();
    assert_eq!(err.matches("expired sessions could become active again").count(), 1, "{err}");
    assert_eq!(err.matches("read the clock").count(), 2, "{err}");
}

#[test]
fn explain_names_the_database_that_cannot_be_opened() {
    let env = TestEnv::empty();
    env.write_file(
        "junk",
        "this is no database, but long enough to have had a header of one hundred bytes, which it has not",
    );
    for (line, step) in [
        ("--db nothing.db list", "open the session database nothing.db"),
        ("--db nothing.db verify @t", "open the session database nothing.db"),
        ("--db nothing.db db info", "open the session database nothing.db"),
        ("--db junk list", "open junk"),
    ] {
        env.write_file("t", "a".repeat(64));
        let words: Vec<&str> = line.split(' ').chain(["--explain"]).collect();
        let stderr = env.run(&words).fails_with(1).stderr();
        let (before, _) = stderr.split_once("error: ").unwrap();
        assert!(before.contains(step), "{line}: {stderr}");
        let silent = env.run(&words[..words.len() - 1]).fails_with(1).stderr();
        assert!(silent.starts_with("error: "), "{silent}");
    }
}
