//! What happens when many do it at once, when a process comes late, when nobody listens, and whether anything
//! secret is left lying about. What is killed in the middle is in `tests/resilience`.

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
