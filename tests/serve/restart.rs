//! A restart with the socket in the hands of another process, as systemd does it: nobody is refused.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::front::{Front, Process, free_address, wait_until};
use crate::http::get;
use crate::long::{count, report};
use crate::programs::SOCKET_ACTIVATE;

/// Holds the socket, and starts the front again whenever it ends. `$$` is the process that `exec` turns into the front.
const KEEPER: &str = "while sh -c 'echo $$ > front.pid; LISTEN_PID=$$ exec \"$0\" \"$@\"' \"$@\"; do :; done";

struct Activated {
    front: Front,
    address: std::net::SocketAddr,
    keeper: Process,
}

impl Activated {
    fn start() -> Option<Self> {
        let activate = SOCKET_ACTIVATE.find_or_leave_out()?;
        let (front, address) = (Front::start(&[]), free_address());
        let mut command = Command::new(activate);
        command.args([
            "-l",
            &address.to_string(),
            "-E",
            "SESSIONCTL_DB",
            "-E",
            "HOME",
            "sh",
            "-c",
            KEEPER,
            "keeper",
        ]);
        command.env("SESSIONCTL_DB", front.db()).env("HOME", front.path("")).current_dir(front.path(""));
        let origin = format!("shop=http://localhost:{}", front.site.port());
        command.args([env!("CARGO_BIN_EXE_sessionctl"), "serve", "--log", "off", "--app", &origin]);
        let keeper = Process::start(&mut command).wait_for(address);
        Some(Activated { front, address, keeper })
    }

    fn process_id(&self) -> Option<u32> {
        std::fs::read_to_string(self.front.path("front.pid")).ok()?.trim().parse().ok()
    }

    /// Stops the front, and waits for the next one.
    fn restart(&self) {
        let old = self.process_id().expect("it runs");
        let sent = Command::new("kill").args(["-TERM", &old.to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()));
        wait_until("another front runs", || self.process_id().is_some_and(|new| new != old));
    }
}

impl Drop for Activated {
    fn drop(&mut self) {
        let _ = self.keeper.child.kill();
        let last = self.process_id().map(|id| id.to_string());
        let _ = last.map(|id| Command::new("kill").args(["-KILL", &id]).status());
    }
}

#[test]
fn restart_behind_a_socket_of_systemd_refuses_no_request() {
    let Some(activated) = Activated::start() else { return };
    let cookie = activated.front.log_in_at(activated.front.address);
    let ask = get(activated.address, "/_session/auth/shop").with("Cookie", &cookie);
    assert_eq!(ask.send().status, 200);
    let (restarts, done) = (count(50, 3), AtomicBool::new(false));
    let asked = AtomicUsize::new(0);
    thread::scope(|scope| {
        let clients: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        let answer = ask.try_send();
                        let status = answer.as_ref().map(|answer| answer.status);
                        assert_eq!(status, Some(200), "request {asked:?}: {answer:?}");
                        asked.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for _ in 0..restarts {
            activated.restart();
            let before = asked.load(Ordering::Relaxed);
            let ended = || clients.iter().any(thread::ScopedJoinHandle::is_finished);
            wait_until("the new front answers", || ended() || asked.load(Ordering::Relaxed) > before + 3);
        }
        done.store(true, Ordering::Relaxed);
        clients.into_iter().for_each(|client| client.join().expect("a client"));
    });
    let asked = asked.into_inner();
    report(
        "restarts behind a socket of systemd under 3 clients",
        restarts,
        &format!("{asked} requests, none refused"),
    );
}
