//! `tour` at a terminal: what a reader types is judged by what it did, and neither ends the tour nor spoils a later step.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use sessionctl::host::process::is_ignored;

use crate::harness::{PROGRAM, TestEnv};
use crate::terminal::Session;

/// What the tour draws before it reads a command.
pub(crate) const PROMPT: &str = "\u{1b}[0J$ ";
pub(crate) const RIGHT: &str = "That is it.";
/// A chapter fits the screen.
const SCREEN: (u16, u16) = (100, 400);

/// The tour, at the first task of a chapter.
pub(crate) fn at_task(env: &TestEnv, chapter: &str) -> Session {
    let scratch = env.path("scratch");
    fs::create_dir_all(&scratch).expect("a folder");
    let variables = [("TMPDIR", scratch.to_str().expect("UTF-8"))];
    let mut session = Session::on_screen(env, &["tour", "--only", chapter], SCREEN, &variables);
    session.wait_for_last("q leaves the tour.", PROMPT);
    session
}

/// Types a command, and waits for an answer of the tour and the next prompt or the end.
pub(crate) fn types(session: &mut Session, command: &str, answer: &str) {
    session.forget_shown();
    session.type_keys(format!("{command}\r").as_bytes());
    session.wait_for_text(answer);
}

pub(crate) fn types_wrongly(session: &mut Session, command: &str, answer: &str) {
    types(session, command, answer);
    session.wait_for_last(answer.split(' ').next().unwrap_or_default(), PROMPT);
}

/// Types a command that is no try: it is shown what it printed, and no more.
pub(crate) fn looks_around(session: &mut Session, command: &str) {
    // What is waited for is in the output alone, and not in what was typed.
    types(session, &format!("echo as''ide; {command}"), "aside");
    session.wait_for_last("aside", PROMPT);
    let shown = session.shown();
    assert!(!shown.contains(" left.") && !shown.contains("Hint: "), "{command}: {shown}");
}

/// Asks for one way to do the task: Enter alone does not give it away.
pub(crate) fn gives_up(session: &mut Session) {
    session.forget_shown();
    session.type_keys(b"\r");
    session.wait_for_last("Enter once more shows one way to do it.", PROMPT);
    assert!(!session.shown().contains("One way to do it:"), "{}", session.shown());
    session.type_keys(b"\r");
    session.wait_for_text("One way to do it:");
}

/// Answers the questions of a chapter, and waits for the end.
pub(crate) fn ends_well(session: &mut Session, questions: usize) {
    const KEYS: &str = "Enter answers, Escape shows the answer";
    for question in 0..questions {
        // A letter draws the question again.
        match question {
            0 => session.wait_for(KEYS),
            _ => session.wait_for_last("You said: ", KEYS),
        }
        session.forget_shown();
        session.type_keys(b"a\r");
        session.wait_for_text("You said: ");
    }
    let (code, shown) = session.end();
    assert_eq!(code, Some(0), "{shown}");
}

#[test]
fn command_that_destroys_the_sandbox_is_undone() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "sso");
    types_wrongly(&mut session, "rm -rf \"$PWD\"", "What it changed is undone.");
    types_wrongly(
        &mut session,
        "for f in shop.db parent; do echo no > $f; done; chmod 500 .; sessionctl logout @cart",
        "Not yet. What it changed is undone. You have 2 tries left. Hint: sessionctl logout",
    );
    types(&mut session, "sessionctl logout @parent", RIGHT);
    ends_well(&mut session, 0);
}

#[test]
fn sandbox_that_a_step_cannot_use_is_set_up_again() {
    let env = TestEnv::empty();
    let mut session = Session::on_screen(&env, &["tour", "--from", "theft"], SCREEN, &[]);
    session.wait_for_last("q leaves the tour.", PROMPT);
    // A right answer, with an effect that only the next chapter meets: its logins are refused.
    types(&mut session, "sessionctl verify @stolen; sessionctl user disable alice --yes", RIGHT);
    session.wait_for("Enter begins the next chapter");
    session.type_keys(b"\r");
    session.wait_for_text("The sandbox is not as the next step needs it");
    session.wait_for_last("Your turn: revoke the laptop's session", PROMPT);
    types(&mut session, "sessionctl revoke --label laptop --reason 'stolen laptop' --yes", RIGHT);
    session.wait_for("Enter begins the next chapter");
    session.type_keys(b"q\r");
    assert_eq!(session.end().0, Some(0));
}

#[test]
fn hint_costs_no_try_and_ctrl_c_ends_the_command_only() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "sso");
    for _ in 0..4 {
        for word in ["?", "help"] {
            types_wrongly(&mut session, word, "Hint: sessionctl logout takes a file");
        }
    }
    session.forget_shown();
    session.type_keys(b"touch ../started; until [ -e ../never ]; do sleep 0.1; done\r");
    let started = env.path("scratch/started");
    session.wait_for_so("the command has started", || started.exists());
    session.signal(Signal::INT);
    session.wait_for_last("(ended by a signal)", PROMPT);
    types(&mut session, "sessionctl logout @parent", RIGHT);
    ends_well(&mut session, 0);
}

#[test]
fn process_in_the_background_does_not_stop_the_tour() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "sso");
    looks_around(&mut session, "(while [ -e parent ]; do sleep 0.1; done) &");
    types(&mut session, "sessionctl logout @parent", RIGHT);
    ends_well(&mut session, 0);
}

#[test]
fn command_wider_than_the_terminal_is_shown_once() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "cart");
    let command = format!("echo {} > /dev/null; echo as''ide", "word ".repeat(30));
    types_wrongly(&mut session, &command, "aside");
    let screen = session.screen(SCREEN.0);
    let shown: String = screen.concat();
    assert_eq!(shown.matches("$ echo word").count(), 1, "{screen:?}");
    assert_eq!(shown.matches("word ").count(), 30, "{screen:?}");
}

#[test]
fn command_at_a_stop_runs_and_is_undone() {
    let env = TestEnv::empty();
    let mut session = Session::on_screen(&env, &["tour"], (80, 24), &[]);
    session.wait_for("q leaves the tour: ");
    let mut typed = |keys: &[u8], shown: &str| {
        session.forget_shown();
        session.type_keys(keys);
        session.wait_for_last(shown, "q leaves the tour: ");
        session.shown().to_owned()
    };
    for keys in [&b"\x1b\r"[..], b"\x1b[A\r", b"yes\r", b"?\r"] {
        typed(keys, "any other line runs as a command");
    }
    let looked = typed(b"$ sessionctl list --state any --format count\r", "  1\r\n");
    assert!(!looked.contains("undone"), "{looked}");
    typed(b"sessionctl generate --kind anonymous -q > mine\r", "What it changed is undone:");
    typed(b"sessionctl list --state any --format count\r", "  1\r\n");
    typed(b"sessionctl verify @mine\r", "(exit code 3)");
    typed(b"nonsense\r", "(exit code 127)");
    session.type_keys(b"q\r");
    let (code, shown) = session.end();
    assert!(code == Some(0) && shown.contains(" tour --from cart"), "{shown}");
}

#[test]
fn keys_typed_before_a_question_are_no_answer_to_it() {
    let env = TestEnv::empty();
    let mut session = at_task(&env, "sso");
    session.forget_shown();
    // The command runs while the second line is typed.
    session.type_keys(b"echo st''arted; until [ -e ../typed ]; do sleep 0.05; done\r");
    session.wait_for_text("typed ]");
    session.wait_until_line_mode();
    session.type_keys(b"q\rq\r");
    fs::write(env.path("scratch/typed"), "").expect("an own folder");
    session.wait_for_last("started", PROMPT);
    types(&mut session, "sessionctl logout @parent", RIGHT);
    ends_well(&mut session, 0);
}

#[test]
fn leaving_a_kept_tour_says_what_is_kept_and_how_to_go_on() {
    for keys in [&b"q\r"[..], b"\x03", b"\x04"] {
        let env = TestEnv::empty();
        let keep = env.path("p 3");
        let args = ["tour", "--keep", keep.to_str().expect("UTF-8")];
        let mut session = Session::on_screen(&env, &args, (80, 24), &[]);
        session.wait_for("q leaves the tour: ");
        session.type_keys(keys);
        if keys == b"\x03" {
            session.signal_until(Signal::INT, "to continue here");
        }
        let (_, shown) = session.end();
        let shown = shown.replace("\r\n  ", " ");
        assert!(shown.contains("Everything is kept."), "{keys:?} {shown}");
        // Nothing is installed: the command has the program's path.
        let how = format!("to continue here: {PROGRAM} tour --from cart --keep '");
        assert!(shown.contains(&how), "{how}: {shown}");
        assert!(shown.contains("p 3-2'"), "{shown}");
        env.run(&["tour", "--only", "cart", "--keep", "p 3-2"]).ok();
    }
}

#[test]
fn signal_removes_the_folder_of_the_tour() {
    // Under `nohup`, the tests pass an ignored SIGHUP on.
    let heeded = [Signal::TERM, Signal::HUP].into_iter().filter(|signal| !is_ignored(signal.as_raw()));
    for signal in heeded {
        let env = TestEnv::empty();
        let mut session = at_task(&env, "cart");
        let scratch = env.path("scratch");
        let entries = |folder: &Path| fs::read_dir(folder).expect("a folder").count();
        assert_eq!(entries(&scratch), 1);
        let folder = fs::read_dir(&scratch).unwrap().next().unwrap().unwrap().path();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        // While keys are read.
        session.type_keys(b"echo a command that is not complete");
        session.signal(signal);
        let (code, shown) = session.end();
        assert!(code != Some(0), "{shown}");
        assert_eq!(entries(&scratch), 0, "{signal:?}");
        assert!(session.is_as_before(), "{signal:?}");
    }
}

/// The search path of a shell that writes down each command, and sends Ctrl-C to the tour before one that a condition
/// is true for; and where it writes.
fn interrupting_shell(env: &TestEnv, condition: &str) -> (String, PathBuf) {
    let (folder, commands) = (env.path("shell"), env.path("commands"));
    fs::create_dir_all(&folder).expect("a folder");
    let script = format!(
        "#!/bin/sh\ncd '{}'\nprintf '%s\\n' \"$2\" >> commands\nif {condition}; then kill -INT $PPID; fi\ncd \"$OLDPWD\"\nexec /bin/sh \"$@\"\n",
        env.path("").display()
    );
    let file = env.write_file("shell/sh", script);
    fs::set_permissions(file, fs::Permissions::from_mode(0o700)).expect("its mode");
    (format!("{}:/usr/bin:/bin", folder.display()), commands)
}

fn lines_of(file: &Path) -> Vec<String> {
    fs::read_to_string(file).expect("a file").lines().map(str::to_owned).collect()
}

#[test]
fn ctrl_c_while_the_earlier_chapters_run_ends_the_tour_at_once() {
    // The first command creates the database.
    for number in [1, 2, 11] {
        let env = TestEnv::empty();
        let condition = format!("[ \"$(grep -c '' commands)\" = {number} ]");
        let (path, commands) = interrupting_shell(&env, &condition);
        let scratch = env.path("scratch");
        fs::create_dir_all(&scratch).expect("a folder");
        let variables = [("PATH", path.as_str()), ("TMPDIR", scratch.to_str().expect("UTF-8"))];
        let mut session = Session::on_screen(&env, &["tour", "--from", "theft"], SCREEN, &variables);
        let (code, shown) = session.end();
        assert_eq!(code, Some(130), "{number}: {shown}");
        assert!(shown.contains("running the earlier chapters first"), "{number}: {shown}");
        assert!(shown.contains(" tour --from theft"), "{number}: {shown}");
        assert!(!shown.contains("$ sessionctl"), "{number}: {shown}");
        assert_eq!(lines_of(&commands).len(), number, "{shown}");
        assert_eq!(fs::read_dir(&scratch).expect("a folder").count(), 0, "{number}: {shown}");
    }
}

#[test]
fn ctrl_c_while_the_sandbox_is_set_up_again_ends_the_tour_at_once() {
    const CREATES: &str = "sessionctl db init --sandbox -q";
    let env = TestEnv::empty();
    let (path, commands) =
        interrupting_shell(&env, &format!("[ \"$2\" = '{CREATES}' ] && [ \"$(grep -c '' commands)\" != 1 ]"));
    let args = ["tour", "--from", "theft"];
    let mut session = Session::on_screen(&env, &args, SCREEN, &[("PATH", path.as_str())]);
    session.wait_for_last("q leaves the tour.", PROMPT);
    types(&mut session, "sessionctl verify @stolen; sessionctl user disable alice --yes", RIGHT);
    session.wait_for("Enter begins the next chapter");
    session.type_keys(b"\r");
    let (code, shown) = session.end();
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains(" tour --from revoke"), "{shown}");
    assert_eq!(lines_of(&commands).last().map(String::as_str), Some(CREATES), "{shown}");
}
