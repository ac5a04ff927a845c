//! Tokens and passwords: how they come in, and that they come out nowhere.

use crate::harness::{PASSWORD, TestEnv};

const UNKNOWN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

#[test]
fn a_token_comes_from_standard_input_a_file_or_the_environment_without_a_word() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    place.file("token", format!("{token}\r\n"));
    for ran in [
        place.feed(&["verify", "-", "-v"], &token),
        place.feed(&["verify", "-", "-v"], &format!("{token}\n")),
        place.run(&["verify", "@token", "-v"]),
        place.call(&["verify", "-v"]).env("SESSIONCTL_TOKEN", &token).run(),
    ] {
        let ran = ran.ok();
        assert!(!ran.err().contains("warning"), "{ran:?}");
    }
}

#[test]
fn a_token_in_the_arguments_works_and_is_warned_about_once() {
    let place = TestEnv::with_users(&["alice"]);
    let (one, two) = (place.login("alice"), place.login("alice"));
    for args in [&["verify", &one][..], &["inspect", &one], &["inspect", &one, &two], &["data", "list", &one]]
    {
        let ran = place.run(args).ok();
        let warnings = ran.err().lines().filter(|line| line.starts_with("warning:")).count();
        assert_eq!(warnings, 1, "{ran:?}");
        assert!(!ran.all().contains(&one), "{ran:?}");
        let quiet = place.run(&[args, &["-q"]].concat()).ok();
        assert!(!quiet.err().contains("warning"), "{quiet:?}");
    }
    let by_id = place.run(&["inspect", &place.id_of(&one)]).ok();
    assert!(!by_id.err().contains("warning"), "{by_id:?}");
}

#[test]
fn no_error_repeats_what_may_be_a_secret() {
    let place = TestEnv::with_users(&["alice"]);
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
        let ran = place.feed(args, PASSWORD);
        assert!(!ran.all().contains(UNKNOWN), "{ran:?}");
        assert!(!ran.all().contains(&UNKNOWN[8..40]), "{ran:?}");
        assert_ne!(ran.code_of(), 0, "{ran:?}");
    }
}

#[test]
fn a_password_is_no_flag_and_no_argument() {
    let place = TestEnv::with_users(&["alice"]);
    for args in [
        &["login", "alice", "--password", PASSWORD][..],
        &["login", "alice", PASSWORD],
        &["login", "alice", &format!("--password={PASSWORD}")],
        &["user", "add", "bob", PASSWORD],
    ] {
        let ran = place.run(args).code(2);
        assert!(!ran.all().contains(PASSWORD), "{ran:?}");
    }
}

#[test]
fn neither_words_nor_numbers_of_a_password_are_in_any_output() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let new = place.feed(&["rotate", "-", "--explain", "-v"], &token).ok();
    assert!(!new.err().contains(&token) && !new.err().contains(&new.out()), "{new:?}");
    let login = place.feed(&["login", "alice", "--password-stdin", "--explain", "-v"], PASSWORD).ok();
    assert!(!login.err().contains(PASSWORD) && !login.err().contains(&login.out()), "{login:?}");
    let wrong =
        place.feed(&["login", "alice", "--password-stdin", "--explain", "-v"], "hunter2-hunter2-hunter2");
    assert!(!wrong.all().contains("hunter2"), "{wrong:?}");
}

#[test]
fn only_the_digest_is_stored() {
    use sha2::{Digest as _, Sha256};
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    place.run(&["db", "backup", "copy.db"]).ok();
    let bytes = std::fs::read(place.path("copy.db")).unwrap();
    let digest = Sha256::digest(token.as_bytes());
    assert!(
        bytes.windows(32).any(|window| window == digest.as_slice()),
        "what is stored is not what is said"
    );
}
