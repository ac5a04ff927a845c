//! The `sqlite3` shell opens and closes the file of a front that is at work, and the front opens its stores again: neither
//! drops a lock that keeps the write-ahead log.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::api::Api;
use crate::front::{Front, free_address};
use crate::long::{count, report};
use crate::programs::SQLITE3;

#[test]
fn shell_that_opens_and_closes_the_file_loses_nothing() {
    let Some(shell) = SQLITE3.find_or_leave_out() else { return };
    let address = free_address();
    let mut front = Front::start(&["--log", "off", "--api", &address.to_string()]);
    let api = Api::new(&front, address);
    let (times, done) = (count(1_000, 40), AtomicBool::new(false));
    let mut tokens: Vec<String> = thread::scope(|scope| {
        let clients: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut tokens = Vec::new();
                    while !done.load(Ordering::Relaxed) {
                        tokens.extend(api.anonymous());
                    }
                    tokens
                })
            })
            .collect();
        let mut failures = Vec::new();
        for time in 0..times {
            let mut command = Command::new(&shell);
            // The shell waits for a lock only with a timeout.
            command.args(["-cmd", ".timeout 60000"]).arg(front.db()).arg("SELECT count(*) FROM session");
            let output = command.stdin(Stdio::null()).output().expect("the shell");
            if !output.status.success() {
                failures.push(String::from_utf8_lossy(&output.stderr).into_owned());
            }
            if time % 20 == 0 {
                front.signal("-HUP");
                front.run(&["list", "--limit", "1", "-q"]);
            }
        }
        done.store(true, Ordering::Relaxed);
        assert!(failures.is_empty(), "{failures:?}");
        clients.into_iter().flat_map(|client| client.join().expect("a client")).collect()
    });
    // One more, behind the last close of the shell.
    tokens.extend(api.anonymous());
    front.kill();
    let presented = tokens.join("\n");
    let answers = front.try_run(&["verify", "--batch", "--no-touch"], &presented);
    let answers = String::from_utf8(answers.stdout).expect("text");
    assert_eq!(answers.lines().filter(|line| line.starts_with("active")).count(), tokens.len());
    assert!(tokens.len() > times / 4, "only {} sessions", tokens.len());
    front.run(&["db", "check"]);
    let more = format!("{} sessions created meanwhile, all there after SIGKILL", tokens.len());
    report("openings of a front's file by the sqlite3 shell", times, &more);
}
