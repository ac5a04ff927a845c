//! A search for every secret that was handed out or in: in every file, in all output, and in what the system shows of
//! each process to everybody, while it runs.

use std::collections::HashSet;
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::harness::{Cmd, TestEnv};
use crate::report::{tell, times};
use crate::search::Search;

/// What was said and shown, apart from the secrets' own delivery.
#[derive(Default)]
struct Heard {
    said: Vec<u8>,
    /// The lines that `/proc` showed of the processes, each once: thousands of looks see mostly the same.
    shown: HashSet<Vec<u8>>,
    processes: usize,
    looks: usize,
}

impl Heard {
    /// Runs a call, and looks all the while at what others can see of it. `/proc/PID/environ` is left out: only the
    /// owner reads it.
    fn run(&mut self, call: Cmd) -> Output {
        let child = call.spawn();
        let folder = format!("/proc/{}", child.id());
        self.processes += 1;
        let has_ended = AtomicBool::new(false);
        // Its output is read meanwhile: it would otherwise wait as soon as a pipe is full.
        thread::scope(|scope| {
            let look = || {
                while !has_ended.load(Ordering::Relaxed) {
                    self.look(&folder);
                    thread::sleep(Duration::from_micros(300));
                }
            };
            scope.spawn(look);
            let output = child.wait_with_output();
            has_ended.store(true, Ordering::Relaxed);
            output.expect("it ends")
        })
    }

    fn look(&mut self, folder: &str) {
        for name in ["cmdline", "comm", "status", "wchan"] {
            let bytes = std::fs::read(format!("{folder}/{name}")).unwrap_or_default();
            self.looks += usize::from(name == "cmdline" && bytes.len() > 20);
            self.shown.extend(bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec));
        }
    }

    fn secrets_shown(&self, search: &Search) -> usize {
        self.shown.iter().map(|line| search.count(line)).sum()
    }

    /// Runs a command that delivers a secret: what it prints beside that is kept.
    fn secret(&mut self, env: &TestEnv, args: &[&str], stdin: &str) -> String {
        let output = self.run(env.cmd(&[args, &["-v", "--explain"]].concat()).stdin(stdin));
        self.said.extend(&output.stderr);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
    }

    /// Runs a command that delivers none.
    fn open(&mut self, env: &TestEnv, args: &[&str], stdin: &str) -> i32 {
        let output = self.run(env.cmd(&[args, &["-v", "--explain"]].concat()).stdin(stdin));
        self.said.extend([output.stdout, output.stderr].concat());
        output.status.code().expect("it was not killed")
    }
}

#[test]
fn secrets_are_in_no_file_output_or_process_listing() {
    let (users, bulk, every) = (times(18, 250), times(50, 9_300), times(6, 400));
    let (env, mut heard, mut search) = (TestEnv::new(), Heard::default(), Search::default());
    let mut tokens = Vec::new();
    for user in 0..users {
        let name = format!("user-{user}");
        let password = format!("pass {user} phrase {} of its own", user * 7919);
        let wrong = format!("wrong {user} phrase {} of its own", user * 7907);
        assert_eq!(heard.open(&env, &["user", "add", &name, "--password-stdin"], &password), 0);
        tokens.push(heard.secret(&env, &["login", &name, "--password-stdin"], &password));
        assert_eq!(heard.open(&env, &["login", &name, "--password-stdin"], &wrong), 6);
        search.text(&password);
        search.text(&wrong);
    }
    // A password where the name belongs, which is logged as nobody's.
    search.text("my password is typed in the wrong place 1");
    heard.open(&env, &["login", "alice", "--password-stdin"], "my password is typed in the wrong place 1");
    let bulk = bulk.to_string();
    let made = heard.secret(&env, &["generate", "--kind", "anonymous", "-n", &bulk], "");
    tokens.extend(made.lines().map(str::to_owned));
    tokens.push(heard.secret(&env, &["generate", "--kind", "api", "--user", "user-0", "--scope", "x"], ""));
    for token in tokens.clone().iter().step_by(every) {
        for args in [&["verify", "-"][..], &["verify", "--batch", "--format", "jsonl"], &["inspect", "-"]] {
            assert_eq!(heard.open(&env, args, token), 0, "{args:?}");
        }
        heard.open(&env, &["data", "set", "-", "cart", "[1]"], token);
        heard.open(&env, &["revoke", "--stdin", "--dry-run", "--yes"], &format!("GET /?t={token} HTTP/1.1"));
        let new = heard.secret(&env, &["rotate", "-"], token);
        // The old one is shown again: theft, which is logged.
        if tokens.len().is_multiple_of(2) {
            assert_eq!(heard.open(&env, &["verify", "-"], token), 5);
        }
        heard.open(&env, &["logout", "-"], &new);
        tokens.push(new);
    }
    let jwt = heard.secret(&env, &["jwt", "issue", "-", "--audience", "app"], &tokens[1]);
    search.text(jwt.rsplit('.').next().expect("its signature"));
    heard.open(&env, &["jwt", "verify", "-", "--audience", "app"], &jwt);
    tokens.iter().for_each(|token| search.token(token));
    assert!(search.secrets() >= times(100, 10_000), "only {}", search.secrets());

    heard.open(&env, &["db", "backup", "copy.db"], "");
    for format in ["table", "json", "jsonl", "csv"] {
        for args in
            [&["log"][..], &["list", "--state", "any"], &["user", "list"], &["stats"], &["jwt", "keys"]]
        {
            heard.open(&env, &[args, &["--format", format]].concat(), "");
        }
    }
    heard.open(&env, &["tree"], "");
    search_all(&env, &heard, &search);
}

fn search_all(env: &TestEnv, heard: &Heard, search: &Search) {
    let (mut files, mut bytes) = (0, 0);
    for entry in std::fs::read_dir(env.path("")).expect("the folder") {
        let path = entry.expect("an entry").path();
        let content = std::fs::read(&path).expect("a file");
        assert_eq!(search.count(&content), 0, "secrets in {}", path.display());
        (files, bytes) = (files + 1, bytes + content.len());
    }
    assert!(files >= 3, "the database, its log or its copy was not searched");
    let text = String::from_utf8_lossy(&heard.said);
    assert_eq!(search.count(&heard.said), 0, "secrets in the output: {text}");
    assert_eq!(heard.secrets_shown(search), 0, "secrets in what /proc shows");
    assert!(heard.looks >= heard.processes / 2, "hardly a look: {} of {}", heard.looks, heard.processes);
    let bytes = (bytes + heard.said.len()) >> 20;
    let more = format!(
        "{bytes} MiB of {files} files and all output, and {} looks at {} processes",
        heard.looks, heard.processes
    );
    tell("tokens and passwords searched for", search.secrets(), more);
}

/// That a look would find what stands in an argument: otherwise the search holds of nothing.
#[test]
fn leak_search_finds_token_in_arguments() {
    let (env, mut heard, mut search) = (TestEnv::new(), Heard::default(), Search::default());
    let token = env.generate(&["--kind", "anonymous"]);
    search.token(&token);
    for _ in 0..20 {
        heard.run(env.cmd(&["verify", &token]));
    }
    assert!(heard.secrets_shown(&search) > 0, "{} looks", heard.looks);
}
