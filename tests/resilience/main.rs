//! The promise under test: a revoked session stays revoked, acknowledged work is kept, and nobody else gets
//! in, whatever breaks. The short form runs with all tests; `tests/resilience/run --long` runs the long form
//! and prints what was tried and what was lost.
#![expect(clippy::unwrap_used, reason = "a failing test reports its place")]

#[path = "../cli/harness/mod.rs"]
#[expect(dead_code, reason = "each test program uses its part of the harness")]
mod harness;
#[path = "../properties/mod.rs"]
#[expect(dead_code, reason = "`tests/fuzzed.rs` uses the others")]
mod properties;

mod clock;
mod contention;
mod corruption;
mod crowd;
mod damage;
mod deadline;
mod disk;
mod disk_full;
mod folder;
mod foreign;
mod guessing;
mod hostile;
mod inject;
mod kill_anytime;
mod killed;
mod limits;
mod memory;
mod migration;
mod model;
mod planted;
mod races;
mod report;
mod restore;
mod retry;
mod scene;
mod template;
mod verdict_after;
