//! What goes wrong between the program and a server, each against a real one, or against a program that only answers as
//! one where no real server does that: exit code 1 or 2, one line with the next step, nothing half done, and no answer of
//! `verify` without the server's.

mod access;
mod address;
mod clock;
mod crowd;
mod damage;
mod failover;
mod fake;
mod foreign_server;
mod former_primary;
mod full;
mod hostile;
mod interrupt;
mod replica;
mod retry;
mod silence;

use std::process::Output;

use sessionctl_postgres_fixture::PostgresServer;

use crate::program::{Program, stderr, stdout};

/// Asserts that a command failed with this code, printed no result, and reported these words, on one line with a hint.
pub(crate) fn assert_fault(output: &Output, code: i32, words: &[&str]) {
    let message = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{message}");
    assert_eq!(stdout(output), "", "{message}");
    for word in words {
        assert!(message.contains(word), "{word} is missing: {message}");
    }
    let errors: Vec<&str> = message.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{message}");
    assert!(!message.contains("panicked"), "{message}");
    let plain = message.chars().all(|character| !character.is_control() || character == '\n');
    assert!(plain, "control characters: {message:?}");
}

/// The same database by way of the same server, with something else in its URL.
pub(crate) fn with_url(program: &Program, from: &str, to: &str) -> Program {
    assert!(program.url.contains(from), "{from} is no part of the URL");
    Program { url: program.url.replace(from, to) }
}

/// The name of a program's database.
pub(crate) fn database(program: &Program) -> &str {
    program.url.rsplit('/').next().expect("the URL names one")
}

/// The folder of a server's socket as a URL names it.
pub(crate) fn socket(server: &PostgresServer) -> String {
    server.socket_folder().display().to_string().replace('/', "%2F")
}
