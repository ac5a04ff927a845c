//! Concurrent commands, late commands, closed outputs, and secrets that are left behind. Commands that are
//! killed in the middle are in `tests/resilience`.

#[path = "../cli/harness/mod.rs"]
#[expect(dead_code, reason = "each test program uses its part of the harness")]
mod harness;
#[path = "../resilience/report.rs"]
mod report;

mod cores;
mod late;
mod leaks;
mod pipes;
mod races;
mod search;
