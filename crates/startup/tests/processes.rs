//! What a real process finds out about its standard output. `main` of a Rust program cannot: by then the standard
//! library has put `/dev/null` in its place.

use std::env;
use std::fs;
use std::process::Command;

use sessionctl_startup::stdout_was_closed;

/// Where the process that is looked at writes its answer: it has no standard output.
const ANSWER: &str = "SESSIONCTL_STARTUP_ANSWER";

/// The process that is looked at. Without the variable there is nothing to answer.
#[test]
fn answer() {
    if let Some(path) = env::var_os(ANSWER) {
        fs::write(path, stdout_was_closed().to_string()).unwrap();
    }
}

/// What a process that a shell started with this redirection answers.
fn answer_with(redirection: &str) -> String {
    let path = env::temp_dir().join(format!("sessionctl-startup-{}", std::process::id()));
    let script = format!("exec \"$0\" --exact answer {redirection}");
    let process = Command::new("sh")
        .arg("-c")
        .arg(script)
        .arg(env::current_exe().expect("the path of this test"))
        .env(ANSWER, &path)
        .output();
    let process = process.expect("sh");
    let answer = fs::read_to_string(&path);
    let _ = fs::remove_file(&path);
    answer.unwrap_or_else(|error| panic!("{redirection}: {error}, {process:?}"))
}

#[test]
fn stdout_is_closed_for_a_process_whose_caller_closed_it() {
    for redirection in [">&-", ">&- 2>&-", ">&- <&-", "<&- >&- 2>&-"] {
        assert_eq!(answer_with(redirection), "true", "{redirection}");
    }
    for redirection in ["", "> /dev/null", "2>&-", "<&-", "<&- 2>&-", "<> /dev/null >&0", "| cat"] {
        assert_eq!(answer_with(redirection), "false", "{redirection}");
    }
}
