//! Questions at a terminal: passwords, confirmations, the picker and what waits. How the terminal is played is in
//! `terminal`.

use crate::harness::{PASSWORD, TestEnv};
use crate::terminal::Session;

#[test]
fn password_prompt_hides_the_password_and_logs_in() {
    let env = TestEnv::with_users(&["alice"]);
    let mut session = Session::start(&env, &["login", "alice"], "xterm");
    session.wait_for("Password of alice: ");
    session.wait_until("the terminal still echoes", |session| !session.echoes());
    session.type_keys(format!("{PASSWORD}\r").as_bytes());
    let (code, shown) = session.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("horse"), "{shown}");
    assert_eq!(env.ids(&["--user", "alice"]).len(), 1);
}

#[test]
fn ctrl_c_at_a_password_prompt_restores_the_terminal_and_exits_130() {
    let env = TestEnv::with_users(&["alice"]);
    for key in [b"\x03", b"\x1b", b"\x04"] {
        let mut session = Session::start(&env, &["login", "alice"], "xterm");
        session.wait_for("Password of alice: ");
        session.wait_until("the terminal still echoes", |session| !session.echoes());
        session.type_keys(if key == b"\x03" { b"half" } else { b"" });
        session.type_keys(key);

        let (code, shown) = session.end();
        assert_eq!(code, Some(130), "{shown}");
        assert!(shown.contains("interrupted; nothing was changed") && !shown.contains("half"), "{shown}");
        assert!(session.is_as_before(), "{key:?}");
    }
    assert!(env.ids(&[]).is_empty());
}

#[test]
fn password_that_was_mistyped_twice_is_asked_for_again() {
    let env = TestEnv::new();
    let mut session = Session::start(&env, &["user", "add", "alice"], "xterm");
    for typed in [PASSWORD, "something else", PASSWORD, PASSWORD] {
        session.wait_until("the terminal still echoes", |session| !session.echoes());
        session.forget_shown();
        session.type_keys(format!("{typed}\r").as_bytes());
        session.wait_for("\n");
        if typed == "something else" {
            session.wait_for("the passwords do not match");
        }
    }
    let (code, shown) = session.end();
    assert_eq!(code, Some(0), "{shown}");
    env.run_with_stdin(&["login", "alice", "--password-stdin"], PASSWORD).ok();
}

#[test]
fn dumb_terminal_is_asked_without_escape_sequences() {
    let env = TestEnv::with_users(&["alice"]);
    env.login("alice");
    env.login("alice");
    for term in ["dumb", ""] {
        let mut session = Session::start(&env, &["revoke"], term);
        session.wait_for("or an empty line for none: ");
        session.type_keys(b"7\n");
        session.wait_for("that is not one of the numbers");
        session.type_keys(b"\n");
        let (code, shown) = session.end();
        assert!(code != Some(0) && !shown.contains('\u{1b}'), "{code:?} {shown:?}");
    }
    assert_eq!(env.ids(&[]).len(), 2);
    let mut session = Session::start(&env, &["revoke"], "dumb");
    session.wait_for("or an empty line for none: ");
    session.type_keys(b"1\n");
    session.wait_for("[y/N]: ");
    session.type_keys(b"yes\n");
    let (code, shown) = session.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    assert_eq!(env.ids(&[]), ["1"]);
}

#[test]
fn picker_filters_while_typing_and_marks_one_at_a_time() {
    let env = TestEnv::with_users(&["alice", "albert"]);
    env.login("alice");
    env.login("albert");
    let mut session = Session::start(&env, &["revoke"], "xterm");
    session.wait_for("2 web albert");
    // `a` once marked every session.
    session.type_keys(b"alice");
    session.wait_for("Filter: alice_");
    session.type_keys(b"\t");
    session.wait_for("(1 marked)");
    session.type_keys(b"\r");
    session.wait_for("[y/N]");
    session.type_keys(b"y\r");
    let (code, shown) = session.end();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(env.ids(&[]), ["2"]);

    for (keys, expected) in [(b"\x1b", 1), (b"\x04", 1), (b"\x03", 130)] {
        let mut session = Session::start(&env, &["revoke"], "xterm");
        session.wait_for("2 web albert");
        session.type_keys(keys);
        let (code, shown) = session.end();
        assert_eq!(code, Some(expected), "{keys:?} {shown}");
        assert_eq!(env.ids(&[]), ["2"]);
    }
}

#[test]
fn picker_shows_the_user_agent_and_finds_a_session_by_it() {
    let env = TestEnv::with_users(&["alice"]);
    let agents =
        ["curl/8.11", "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0", "Chrome/143"];
    for agent in agents {
        env.login_with("alice", &["--user-agent", agent]);
    }
    env.login("alice");
    env.login("alice");
    let arguments = ["inspect", "--fields", "id"];
    let mut session = Session::start(&env, &arguments, "xterm");
    // The line is wider than the terminal.
    session.wait_for("Gecko/20100101 Firefox/147.0");
    session.type_keys(b"firefox");
    session.wait_for("1 of 5.");
    session.type_keys(b"\r");
    let (code, shown) = session.end();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(session.results(), "2\n");
}

#[test]
fn log_follow_shows_at_a_terminal_that_it_waits() {
    let env = TestEnv::new();
    for line in [&["log", "--follow"][..], &["log", "--follow", "--since", "1h"]] {
        let mut session = Session::start(&env, line, "xterm");
        session.wait_for("waiting for new events; Ctrl-C ends");
        session.signal(rustix::process::Signal::INT);
        let (code, shown) = session.end();
        assert_eq!(code, Some(130), "{shown}");
    }
}

#[test]
fn confirmation_ends_with_ctrl_d_and_is_no_by_default() {
    let env = TestEnv::with_users(&["alice"]);
    env.login("alice");
    for (keys, expected) in [(&b"\x04"[..], 130), (b"\r", 1), (b"n\r", 1), (b"yes\r", 0)] {
        let mut session = Session::start(&env, &["revoke", "1"], "xterm");
        session.wait_for("[y/N]: ");
        session.type_keys(keys);
        let (code, shown) = session.end();
        assert_eq!(code, Some(expected), "{keys:?} {shown}");
    }
    assert!(env.ids(&[]).is_empty());
}
