//! `tour` and the habits of its readers: commands with effects elsewhere, another window, a terminal without escape
//! sequences, coming back later, `nohup`.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use unicode_width::UnicodeWidthStr as _;

use crate::harness::{PROGRAM, TestEnv};
use crate::terminal::Session;
use crate::tour_terminal::{PROMPT, RIGHT, at_task, ends_well, gives_up, types, types_wrongly};

#[test]
fn command_of_the_reader_runs_once() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "remember");
    let ran = |name: &str| fs::read_to_string(env.path("scratch").join(name)).unwrap_or_default();
    types_wrongly(&mut session, "echo once >> ../wrong; echo \"$LONG\" | sessionctl verify -", "Not yet.");
    assert_eq!(ran("wrong"), "once\n");
    types(&mut session, "echo once >> ../right; echo \"$LONG\" | sessionctl verify - --now +20d", RIGHT);
    ends_well(&mut session, 0);
    assert_eq!(ran("right"), "once\n");
}

#[test]
fn help_is_shown_and_costs_no_try() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "sso");
    for _ in 0..2 {
        for (command, shown) in [
            ("sessionctl logout --help", "End the session of a token"),
            ("sessionctl help logout", "End the session of a token"),
            ("clear", "Ctrl-L clears the screen."),
        ] {
            types(&mut session, command, shown);
            session.wait_for_last(shown, PROMPT);
            assert!(!session.shown().contains("Not yet."), "{}", session.shown());
        }
    }
    types(&mut session, "sessionctl logout @parent", RIGHT);
    ends_well(&mut session, 0);
}

#[test]
fn command_is_pasted_as_it_is_shown() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "sso");
    types(&mut session, "  $ sessionctl logout \\\r    @parent", RIGHT);
    ends_well(&mut session, 0);
}

#[test]
fn output_without_end_is_cut() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "sso");
    types_wrongly(&mut session, "yes", "more lines not shown)");
    assert_eq!(session.shown().matches("  y\r\n").count(), 100);
    types(&mut session, "sessionctl logout @parent", RIGHT);
    ends_well(&mut session, 0);
}

#[test]
fn text_follows_the_width_of_a_window_that_is_resized() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "sso");
    session.resize((50, 400));
    types_wrongly(&mut session, "echo \"$COLUMNS\"; sessionctl logout @cart", "Not yet.");
    let shown = console::strip_ansi_codes(session.shown()).into_owned();
    // Commands are indented on both sides.
    assert!(shown.contains("\n  46\r\n"), "{shown}");
    let (_, answer) = shown.split_once("Not yet.").expect("an answer");
    assert!(answer.lines().count() > 2 && answer.lines().all(|line| line.width() <= 50), "{answer}");
    types(&mut session, "sessionctl logout @parent", RIGHT);
    ends_well(&mut session, 0);
}

#[test]
fn ctrl_l_clears_the_screen_while_a_command_is_typed() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "sso");
    session.forget_shown();
    session.type_keys(b"sessionctl logout \x0c");
    session.wait_for_last("\u{1b}[2J", "$ sessionctl logout ");
    types(&mut session, "@parent", RIGHT);
    ends_well(&mut session, 0);
}

#[test]
fn ctrl_c_discards_a_half_typed_command_and_leaves_at_an_empty_line() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "sso");
    session.forget_shown();
    session.type_keys(b"sessionctl revoke --all\x03");
    session.wait_for_last("^C", PROMPT);
    types(&mut session, "sessionctl logout @parent", RIGHT);
    ends_well(&mut session, 0);
    let mut session = at_task(&env, "sso");
    session.type_keys(b"\x03");
    assert_eq!(session.end().0, Some(130));
}

#[test]
fn enter_alone_keeps_the_question_and_escape_shows_the_answer() {
    let env = TestEnv::empty();
    for (keys, said, right) in [(&b"c\r"[..], "You said: ", 1), (b"\x1b", "You gave no answer.", 0)] {
        let mut session = at_task(&env, "random");
        gives_up(&mut session);
        session.wait_for("Enter answers, Escape shows the answer");
        session.forget_shown();
        session.type_keys(b"\r\r");
        session.wait_for_last("First mark an answer", "Escape shows the answer");
        assert!(!session.shown().contains("You gave no answer."), "{}", session.shown());
        session.type_keys(keys);
        session.wait_for_text(said);
        session.wait_for_text(&format!("You answered {right} of 1 question right."));
        assert_eq!(session.end().0, Some(0));
    }
}

/// The visit of a right answer stays, and the next step shows it.
#[test]
fn right_answer_keeps_what_it_changed() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "requests");
    types(&mut session, "echo \"$TOKEN\" | sessionctl verify - --now +25m; echo $?", RIGHT);
    session.wait_for_text("absolute limit in");
    let shown = console::strip_ansi_codes(session.shown()).into_owned();
    let row = shown.lines().find(|line| line.contains("web ") && line.contains("alice")).expect("a row");
    // Half an hour behind the visit, and not behind the login.
    assert!(row.contains("in 54m") || row.contains("in 55m"), "{row}: {shown}");
    ends_well(&mut session, 0);
}

#[test]
fn answer_wider_than_the_window_is_wrapped() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "cookie");
    session.resize((40, 400));
    gives_up(&mut session);
    session.wait_for_text("Enter answers, Escape shows the answer");
    let shown = console::strip_ansi_codes(session.shown()).into_owned();
    let (_, answers) = shown.rsplit_once("Your answer").expect("a question");
    assert!(
        answers.contains("b) It goes on until it expires,") && !answers.contains("\u{2026} "),
        "{answers}"
    );
    assert!(answers.contains("\n     this browser"), "{answers}");
    session.resize((80, 400));
    session.forget_shown();
    session.type_keys(b"b\r");
    // Keys before the second question would be no answer to it.
    session.wait_for_last("You said: ", "Enter answers, Escape shows the answer");
    session.forget_shown();
    session.type_keys(b"b\r");
    session.wait_for_text("You said: ");
    assert_eq!(session.end().0, Some(0));
}

#[test]
fn terminal_without_escape_sequences_is_led_step_by_step() {
    let env = TestEnv::empty();
    for term in ["dumb", ""] {
        let mut session =
            Session::on_screen(&env, &["tour", "--only", "random"], (80, 24), &[("TERM", term)]);
        for _ in 0..2 {
            session.wait_for("q leaves the tour: ");
            session.forget_shown();
            session.type_keys(b"\r");
        }
        session.wait_for_last("q leaves the tour", "\n$ ");
        session.type_keys(b"printf %064d 7 | sessionctl verify -\r");
        session.wait_for_text(RIGHT);
        session.wait_for("Number, or ? to see the answer: ");
        session.forget_shown();
        session.type_keys(b"\r");
        session.wait_for_last("not one of the numbers", "Number, or ? to see the answer: ");
        session.type_keys(b"3\r");
        session.wait_for_text("Right. 64 bits would be the least");
        let (code, shown) = session.end();
        assert_eq!(code, Some(0), "{shown}");
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
    }
}

#[test]
fn reader_who_comes_back_continues_by_enter() {
    let env = TestEnv::empty();
    let state = env.path(".local/state/sessionctl");
    fs::create_dir_all(&state).expect("a folder");
    fs::write(state.join("tour"), "theft\n").expect("a file");
    const QUESTION: &str = "Enter continues there, 1 begins again, q leaves the tour: ";
    let start = || {
        let mut session = Session::on_screen(&env, &["tour"], (80, 24), &[]);
        session.wait_for(QUESTION);
        session.wait_for_text("You left the tour at chapter 10, \"A stolen token gives itself away\".");
        session.forget_shown();
        session
    };
    let mut session = start();
    session.type_keys(b"17\r");
    session.wait_for_last("no such chapter", QUESTION);
    session.type_keys(b"q\r");
    assert_eq!(session.end().0, Some(0));
    assert_eq!(fs::read_to_string(state.join("tour")).expect("the file"), "theft\n");
    for (keys, heading) in [(&b"\r"[..], "10/16  "), (b"12\r", "12/16  "), (b"1\r", "1/16  ")] {
        let mut session = start();
        session.type_keys(keys);
        session.wait_for(heading);
        session.wait_for("q leaves the tour");
        session.type_keys(b"q\r");
        assert_eq!(session.end().0, Some(0));
        fs::write(state.join("tour"), "theft\n").expect("a file");
    }
}

/// Where the system shows which signals are ignored.
#[cfg(target_os = "linux")]
#[test]
fn tour_under_nohup_outlives_its_terminal() {
    let env = TestEnv::empty();
    let scratch = env.path("scratch");
    fs::create_dir_all(&scratch).expect("a folder");
    let child = Command::new("sh")
        .args(["-c", &format!("trap '' HUP; exec '{PROGRAM}' tour")])
        .env("TMPDIR", &scratch)
        .env("HOME", env.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell");
    let entries = || fs::read_dir(&scratch).expect("a folder").count();
    let deadline = Instant::now() + Duration::from_secs(300);
    while entries() == 0 {
        assert!(Instant::now() < deadline, "the tour did not begin");
        std::thread::sleep(Duration::from_millis(2));
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).expect("it runs");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("16/16  "), "{output:?}");
    assert_eq!(entries(), 0);
}
