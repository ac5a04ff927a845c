//! The promises of README and SECURITY.md under attack from outside: files beside the database, wrong clocks, pasted
//! text, names used twice, edits by SQL. Each test is one fault that was found once, with its variants; `README.md` here
//! names the tests of each fault.

#![expect(clippy::unwrap_used, reason = "a failing test reports its place")]

#[path = "../cli/harness/mod.rs"]
#[expect(dead_code, reason = "each test program uses its part of the harness")]
mod harness;

mod audit;
mod clocks;
mod cookies;
mod edits;
mod files;
mod folders;
mod journals;
mod jwt;
mod lockout;
mod names;
mod posix_locks;
mod replaced;
mod restore;
mod secrets_at_rest;
mod sidecars;
mod token_forms;
mod tokens_in_text;
mod unusable_copies;
