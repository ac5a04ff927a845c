//! A program that dies with secrets in its memory leaves no core file, and nobody but root reads its memory while it
//! lives: what attaches to it (gdb, gcore) is refused by the kernel.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{PASSWORD, PROGRAM, TestEnv};
use crate::report::tell;

/// Waits until a process has the limit on core files that the program sets first of all, or has had its time.
fn hardened(pid: u32) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap_or_default();
        let core = limits.lines().find(|line| line.starts_with("Max core file size"));
        if core.is_some_and(|line| line.split_whitespace().filter(|word| *word == "0").count() == 2) {
            return true;
        }
        sleep(Duration::from_millis(2));
    }
    false
}

fn cores(env: &TestEnv) -> usize {
    let names =
        fs::read_dir(env.path("")).expect("the folder").map(|entry| entry.expect("an entry").file_name());
    names.filter(|name| name.to_string_lossy().starts_with("core")).count()
}

/// Ends a process by a signal, once what it was given has reached it. The first SIGSEGV or SIGBUS that no fault
/// brought is swallowed by the handler with which Rust tells a stack overflow; the next one kills.
fn ended_by(mut child: Child, signal: Signal) -> ExitStatus {
    for _ in 0..50 {
        sleep(Duration::from_millis(60));
        kill_process(Pid::from_child(&child), signal).expect("it is there");
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
    }
    child.kill().expect("it lives");
    panic!("{signal:?} does not end it");
}

#[test]
fn killed_process_leaves_no_core_file() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let allowed = "ulimit -c unlimited 2>/dev/null || true";
    // That this machine writes cores at all; elsewhere only the limit itself can be looked at.
    let (control, stdin) = env.bash(&format!("{allowed}; exec sleep 60")).spawn_with_open_stdin();
    let status = ended_by(control, Signal::ABORT);
    drop(stdin);
    let dumps = status.core_dumped();
    let before = cores(&env);
    for signal in [Signal::ABORT, Signal::SEGV, Signal::QUIT, Signal::BUS, Signal::ILL] {
        for (args, given) in [("verify -", token.as_str()), ("login alice --password-stdin", PASSWORD)] {
            let script = format!("{allowed}; exec sessionctl {args}");
            let (child, mut stdin) = env.bash(&script).spawn_with_open_stdin();
            // No line break: it has the secret, and waits for more.
            std::io::Write::write_all(&mut stdin, given.as_bytes()).expect("it listens");
            assert!(hardened(child.id()), "{args}: core files are not forbidden");
            let status = ended_by(child, signal);
            assert_eq!(status.signal(), Some(signal.as_raw()), "{args}");
            assert!(!status.core_dumped(), "{args}: a core was written at {signal:?}");
        }
    }
    assert_eq!(cores(&env), before, "a core file was left");
    let how =
        if dumps { "where another program left one" } else { "this machine writes none: the limit was 0" };
    tell("killed with a secret in memory", 10, format!("no core file, {how}"));
}

/// An account other than root, for which the kernel's rules hold; none where the tests do not run as root: then they
/// hold for the account that runs them.
fn ordinary(command: &mut Command) {
    if rustix::process::geteuid().is_root() {
        command.uid(65_534).gid(65_534);
    }
}

fn can_read_memory(pid: u32) -> bool {
    let mut command = Command::new("head");
    ordinary(&mut command);
    let read = command.args(["-c", "1", &format!("/proc/{pid}/maps")]).stderr(Stdio::null()).output();
    read.is_ok_and(|output| output.status.success() && !output.stdout.is_empty())
}

#[test]
fn process_memory_is_unreadable_to_the_same_account() {
    let env = TestEnv::empty();
    if rustix::process::geteuid().is_root() {
        chown(env.path(""), Some(65_534), Some(65_534)).expect("root may");
    }
    let start = |program: &str, args: &[&str]| {
        let mut command = Command::new(program);
        ordinary(&mut command);
        command.args(args).current_dir(env.path("")).env("HOME", env.path(""));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn()
    };
    let mut control = start("sleep", &["60"]).expect("sleep starts");
    sleep(Duration::from_millis(50));
    let readable = can_read_memory(control.id());
    control.kill().expect("it lives");
    control.wait().expect("it ends");
    assert!(
        readable,
        "an ordinary program is not readable to its account either: this would hold of nothing"
    );
    // Where the program lies in a folder that others cannot enter, it cannot be started by them.
    let Ok(mut child) = start(PROGRAM, &["login", "alice", "--password-stdin"]) else { return };
    let hard = hardened(child.id());
    let readable = can_read_memory(child.id());
    child.kill().expect("it lives");
    child.wait().expect("it ends");
    assert!(hard && !readable, "its memory can be read");
}
