//! A search for every secret that was issued or entered: in every file, in all output, and in what the system
//! shows of each running process to every account.

use std::collections::HashSet;
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::harness::{Cmd, TestEnv};
use crate::report::{report, trials};
use crate::search::Search;

/// All output and process listings, except the delivery of the secrets themselves.
#[derive(Default)]
struct Observed {
    output: Vec<u8>,
    /// The distinct lines that `/proc` showed of the processes: thousands of samples are mostly the same.
    listed: HashSet<Vec<u8>>,
    processes: usize,
    samples: usize,
}

impl Observed {
    /// Runs a command and samples what others can see of it meanwhile. `/proc/PID/environ` is left out: only
    /// the owner can read it.
    fn run(&mut self, call: Cmd) -> Output {
        let child = call.spawn();
        let folder = format!("/proc/{}", child.id());
        self.processes += 1;
        let has_ended = AtomicBool::new(false);
        // The output is read meanwhile, because the process would wait for a full pipe.
        thread::scope(|scope| {
            let sample = || {
                while !has_ended.load(Ordering::Relaxed) {
                    self.sample(&folder);
                    thread::sleep(Duration::from_micros(300));
                }
            };
            scope.spawn(sample);
            let output = child.wait_with_output();
            has_ended.store(true, Ordering::Relaxed);
            output.expect("it ends")
        })
    }

    fn sample(&mut self, folder: &str) {
        for name in ["cmdline", "comm", "status", "wchan"] {
            let bytes = std::fs::read(format!("{folder}/{name}")).unwrap_or_default();
            self.samples += usize::from(name == "cmdline" && bytes.len() > 20);
            self.listed.extend(bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec));
        }
    }

    fn secrets_listed(&self, search: &Search) -> usize {
        self.listed.iter().map(|line| search.count(line)).sum()
    }

    /// Runs a command that delivers a secret on standard output, and keeps the rest.
    fn run_with_secret(&mut self, env: &TestEnv, args: &[&str], stdin: &str) -> String {
        let output = self.run(env.cmd(&[args, &["-v", "--explain"]].concat()).stdin(stdin));
        self.output.extend(&output.stderr);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
    }

    /// Runs a command that delivers no secret.
    fn run_without_secret(&mut self, env: &TestEnv, args: &[&str], stdin: &str) -> i32 {
        let output = self.run(env.cmd(&[args, &["-v", "--explain"]].concat()).stdin(stdin));
        self.output.extend([output.stdout, output.stderr].concat());
        output.status.code().expect("it was not killed")
    }
}

#[test]
fn secrets_are_in_no_file_output_or_process_listing() {
    let (users, bulk, every) = (trials(18, 250), trials(50, 9_300), trials(6, 400));
    let (env, mut observed, mut search) = (TestEnv::new(), Observed::default(), Search::default());
    let mut tokens = Vec::new();
    for user in 0..users {
        let name = format!("user-{user}");
        let password = format!("pass {user} phrase {} of its own", user * 7919);
        let wrong = format!("wrong {user} phrase {} of its own", user * 7907);
        assert_eq!(
            observed.run_without_secret(&env, &["user", "add", &name, "--password-stdin"], &password),
            0
        );
        tokens.push(observed.run_with_secret(&env, &["login", &name, "--password-stdin"], &password));
        assert_eq!(observed.run_without_secret(&env, &["login", &name, "--password-stdin"], &wrong), 6);
        search.text(&password);
        search.text(&wrong);
    }
    // A password typed in place of the name, which is logged without the name.
    search.text("my password is typed in the wrong place 1");
    observed.run_without_secret(
        &env,
        &["login", "alice", "--password-stdin"],
        "my password is typed in the wrong place 1",
    );
    let bulk = bulk.to_string();
    let made = observed.run_with_secret(&env, &["generate", "--kind", "anonymous", "-n", &bulk], "");
    tokens.extend(made.lines().map(str::to_owned));
    tokens.push(observed.run_with_secret(
        &env,
        &["generate", "--kind", "api", "--user", "user-0", "--scope", "x"],
        "",
    ));
    for token in tokens.clone().iter().step_by(every) {
        for args in [&["verify", "-"][..], &["verify", "--batch", "--format", "jsonl"], &["inspect", "-"]] {
            assert_eq!(observed.run_without_secret(&env, args, token), 0, "{args:?}");
        }
        observed.run_without_secret(&env, &["data", "set", "-", "cart", "[1]"], token);
        observed.run_without_secret(
            &env,
            &["revoke", "--stdin", "--dry-run", "--yes"],
            &format!("GET /?t={token} HTTP/1.1"),
        );
        let new = observed.run_with_secret(&env, &["rotate", "-"], token);
        // The old token is used again: a theft, which is logged.
        if tokens.len().is_multiple_of(2) {
            assert_eq!(observed.run_without_secret(&env, &["verify", "-"], token), 5);
        }
        observed.run_without_secret(&env, &["logout", "-"], &new);
        tokens.push(new);
    }
    let jwt = observed.run_with_secret(&env, &["jwt", "issue", "-", "--audience", "app"], &tokens[1]);
    search.text(jwt.rsplit('.').next().expect("its signature"));
    observed.run_without_secret(&env, &["jwt", "verify", "-", "--audience", "app"], &jwt);
    tokens.iter().for_each(|token| search.token(token));
    assert!(search.secrets() >= trials(100, 10_000), "only {}", search.secrets());

    observed.run_without_secret(&env, &["db", "backup", "copy.db"], "");
    for format in ["table", "json", "jsonl", "csv"] {
        for args in
            [&["log"][..], &["list", "--state", "any"], &["user", "list"], &["stats"], &["jwt", "keys"]]
        {
            observed.run_without_secret(&env, &[args, &["--format", format]].concat(), "");
        }
    }
    observed.run_without_secret(&env, &["tree"], "");
    search_all(&env, &observed, &search);
}

fn search_all(env: &TestEnv, observed: &Observed, search: &Search) {
    let (mut files, mut bytes) = (0, 0);
    for entry in std::fs::read_dir(env.path("")).expect("the folder") {
        let path = entry.expect("an entry").path();
        let content = std::fs::read(&path).expect("a file");
        assert_eq!(search.count(&content), 0, "secrets in {}", path.display());
        (files, bytes) = (files + 1, bytes + content.len());
    }
    assert!(files >= 3, "the database, its log or its copy was not searched");
    let text = String::from_utf8_lossy(&observed.output);
    assert_eq!(search.count(&observed.output), 0, "secrets in the output: {text}");
    assert_eq!(observed.secrets_listed(search), 0, "secrets in what /proc shows");
    assert!(
        observed.samples >= observed.processes / 2,
        "hardly a sample: {} of {}",
        observed.samples,
        observed.processes
    );
    let bytes = (bytes + observed.output.len()) >> 20;
    let more = format!(
        "{bytes} MiB of {files} files and all output, and {} samples of {} processes",
        observed.samples, observed.processes
    );
    report("tokens and passwords searched for", search.secrets(), more);
}

/// A control: sampling finds a token in an argument.
#[test]
fn leak_search_finds_token_in_arguments() {
    let (env, mut observed, mut search) = (TestEnv::new(), Observed::default(), Search::default());
    let token = env.generate(&["--kind", "anonymous"]);
    search.token(&token);
    for _ in 0..20 {
        observed.run(env.cmd(&["verify", &token]));
    }
    assert!(observed.secrets_listed(&search) > 0, "{} samples", observed.samples);
}
