//! A process that is killed with secrets in its memory leaves no core file, and no process but root's reads
//! its memory: the kernel refuses gdb and gcore.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{PASSWORD, PROGRAM, TestEnv};
use crate::report::report;

/// For what a process does, on a machine that has other work.
const PATIENCE: Duration = Duration::from_secs(180);

/// Waits until a process has set its limit on core files to 0, which is the first thing it does; false where it does
/// not.
fn hardened(pid: u32) -> bool {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
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

/// Ends a process by a signal, after its input has reached it. Rust's stack overflow handler swallows the
/// first SIGSEGV or SIGBUS that no fault caused; the next one kills.
fn ended_by(mut child: Child, signal: Signal) -> ExitStatus {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        sleep(Duration::from_millis(60));
        kill_process(Pid::from_child(&child), signal).expect("it is there");
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
    }
    child.kill().expect("it is running");
    panic!("{signal:?} does not end it");
}

#[test]
fn killed_process_leaves_no_core_file() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let allowed = "ulimit -c unlimited 2>/dev/null || true";
    // A control that this machine writes core files at all. Elsewhere only the limit can be checked.
    let (control, stdin) = env.bash(&format!("{allowed}; exec sleep 60")).spawn_with_open_stdin();
    let status = ended_by(control, Signal::ABORT);
    drop(stdin);
    let dumps = status.core_dumped();
    let before = cores(&env);
    for signal in [Signal::ABORT, Signal::SEGV, Signal::QUIT, Signal::BUS, Signal::ILL] {
        for (args, given) in [("verify -", token.as_str()), ("login alice --password-stdin", PASSWORD)] {
            // A job in the background of a shell without job control inherits that SIGQUIT is ignored.
            let script = format!("{allowed}; exec env --default-signal sessionctl {args}");
            let (child, mut stdin) = env.bash(&script).spawn_with_open_stdin();
            // Without a line break the program has the secret and waits for more.
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
    report("killed with a secret in memory", 10, format!("no core file, {how}"));
}

/// Runs the command under an ordinary account, for which the kernel's rules hold. Without root, the tests
/// already do.
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
    control.kill().expect("it is running");
    control.wait().expect("it ends");
    assert!(
        readable,
        "an ordinary process is not readable to its account either: the test would prove nothing"
    );
    // The program cannot be started by others where they cannot enter its folder.
    let Ok(mut child) = start(PROGRAM, &["login", "alice", "--password-stdin"]) else { return };
    let hard = hardened(child.id());
    let readable = can_read_memory(child.id());
    child.kill().expect("it is running");
    child.wait().expect("it ends");
    assert!(hard && !readable, "its memory can be read");
}
