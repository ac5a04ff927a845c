//! What happens when many do it at once, when it is killed in the middle, when nobody listens, and whether
//! anything secret is left lying about.

#[path = "../cli/harness/mod.rs"]
#[expect(dead_code, reason = "each test program uses its part of the harness")]
mod harness;
#[path = "../resilience/report.rs"]
mod report;

mod cores;
mod kills;
mod late;
mod leaks;
mod pipes;
mod races;
mod search;
