//! The words of `result`: what a command prints is in its help, and what its help lists is printed by it.

use std::collections::BTreeSet;

use crate::harness::TestEnv;

/// The words that the help of a command lists.
fn listed(env: &TestEnv, command: &str) -> BTreeSet<String> {
    let words: Vec<&str> = [&["help"][..], &command.split(' ').collect::<Vec<_>>()].concat();
    let help = env.run(&words).ok().stdout();
    let lists = help.lines().filter_map(|line| line.trim().strip_prefix("result is one of: "));
    lists.flat_map(|list| list.split(", ").map(str::to_owned)).collect()
}

/// The words that a command prints for these arguments, each behind `|` with its standard input.
fn printed(env: &TestEnv, command: &str, runs: &[(&str, &str)]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for (arguments, stdin) in runs {
        let line = format!("{command} {arguments} --format jsonl");
        let line: Vec<&str> = line.split_whitespace().collect();
        let output = env.run_with_stdin(&line, stdin);
        let records = output.jsonl();
        assert!(!records.is_empty(), "{output:?}");
        words.extend(records.iter().map(|record| record["result"].as_str().unwrap_or("null").to_owned()));
    }
    words
}

fn check(env: &TestEnv, command: &str, runs: &[(&str, &str)]) {
    let listed = listed(env, command);
    assert!(!listed.is_empty(), "the help of {command} lists no words");
    assert_eq!(printed(env, command, runs), listed, "{command}");
}

const PASSWORD: &str = "a password of several words\n";

#[test]
fn help_of_a_bulk_command_lists_the_words_that_it_prints() {
    let env = TestEnv::sandbox();
    env.add_user("bob");
    let tokens: Vec<String> = (0..6).map(|_| env.generate(&["--user", "bob"])).collect();
    let text = format!("{}\nnothing\n99\n{}\n", tokens[3], tokens[0]);
    check(&env, "revoke", &[("1 99 --yes", ""), ("1 --yes", ""), ("--stdin --yes", text.as_str())]);
    check(&env, "expire", &[("2 --yes", ""), ("3 99 --in 5m --yes", ""), ("2 --yes", "")]);
    env.generate(&["--user", "bob", "--kind", "sso"]);
    env.generate(&["--user", "bob", "--under", "7"]);
    env.run(&["revoke", "7", "--yes"]).ok();
    check(&env, "prune", &[("1 7 99 --older-than 0s --yes", "")]);
}

#[test]
fn help_of_a_command_on_a_token_lists_the_words_that_it_prints() {
    let env = TestEnv::sandbox();
    env.add_user("bob");
    let tokens: Vec<String> = (0..4).map(|_| env.generate(&["--user", "bob"])).collect();
    env.run(&["revoke", "1", "--yes"]).ok();
    env.run(&["expire", "2", "--yes"]).ok();
    let [revoked, expired, active, other] = [0, 1, 2, 3].map(|place| tokens[place].as_str());
    let unknown = "a1".repeat(32);
    check(
        &env,
        "verify",
        &[("-", revoked), ("-", expired), ("-", active), ("- --app shop", active), ("-", &unknown)],
    );
    check(&env, "logout", &[("-", revoked), ("-", expired), ("-", other), ("-", &unknown)]);
}

#[test]
fn help_of_a_command_on_a_user_lists_the_words_that_it_prints() {
    let env = TestEnv::new();
    check(&env, "user add", &[("bob --no-password", ""), ("bob --no-password --if-missing", "")]);
    check(&env, "user rename", &[("bob robert", ""), ("robert robert", "")]);
    check(&env, "user passwd", &[("robert --dry-run", ""), ("robert --password-stdin", PASSWORD)]);
    let disable = [("robert --dry-run", ""), ("robert --yes", ""), ("robert --yes", "")];
    check(&env, "user disable", &disable);
    check(&env, "user enable", &[("robert", ""), ("robert", "")]);
    env.run_with_stdin(&["login", "robert", "--password-stdin"], "another password of several words\n")
        .fails_with(6);
    check(&env, "user unlock", &[("robert", ""), ("robert", "")]);
    check(&env, "user remove", &[("robert --dry-run", ""), ("robert --yes", "")]);
    let line = |name: &str| format!("{{\"name\":\"{name}\",\"password\":\"a password of several words\"}}\n");
    let (ann, eve) = (line("ann"), line("eve"));
    let faulty = format!("{eve}{{}}\n");
    check(
        &env,
        "user import",
        &[("-", ann.as_str()), ("- --if-missing", &ann), ("- --dry-run", &eve), ("-", &faulty)],
    );
}

#[test]
fn help_of_a_command_on_the_database_lists_the_words_that_it_prints() {
    let env = TestEnv::empty();
    if env.is_on_server() {
        return;
    }
    check(&env, "db init", &[("", ""), ("", "")]);
    env.run(&["db", "backup", "copy.db"]).ok();
    check(&env, "db restore", &[("copy.db --dry-run", ""), ("copy.db --yes", "")]);
}
