//! `kill -9` in the middle: what was acknowledged is done, what was not can be done again.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Read as _};

use crate::harness::Place;

const SESSIONS: usize = 20_000;

/// Starts a call, kills it after so many lines of output, and gives all whole lines that it wrote. A pipe holds
/// less than the output, so that the call cannot have ended by then.
fn killed(place: &Place, args: &[&str], after: usize) -> Vec<String> {
    let mut child = place.call(args).start();
    let mut reader = BufReader::with_capacity(512, child.stdout.take().expect("a pipe"));
    let mut text = String::new();
    for _ in 0..after {
        assert_ne!(reader.read_line(&mut text).expect("a line"), 0, "it ended by itself");
    }
    child.kill().expect("it can be killed");
    assert_eq!(child.wait().expect("it ends").code(), None, "it ended by itself");
    reader.read_to_string(&mut text).expect("the rest");
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    text[..whole].lines().map(str::to_owned).collect()
}

#[test]
fn every_acknowledged_revocation_holds_and_a_rerun_finishes() {
    let place = Place::new();
    place.generate_many(SESSIONS);
    let args = ["revoke", "--all", "--state", "active", "--yes", "--format", "jsonl"];
    let mut acknowledged = HashSet::new();
    for after in [1, 1500] {
        for line in killed(&place, &args, after) {
            let result: serde_json::Value = serde_json::from_str(&line).unwrap();
            assert_eq!(result["result"], "revoked");
            assert!(acknowledged.insert(result["id"].to_string()), "told twice: {line}");
        }
        let revoked: HashSet<String> = place.ids(&["--state", "revoked"]).into_iter().collect();
        assert!(acknowledged.is_subset(&revoked), "an acknowledged revocation was lost");
        assert!(revoked.len() < SESSIONS, "it was not killed in the middle");
        place.run(&["db", "check"]).ok();
        place.run(&["log", "verify"]).ok();
    }
    assert!(acknowledged.len() > 1500);
    place.run(&args).ok();
    assert_eq!(place.run(&["list", "--format", "count"]).ok().out(), "0");
    assert_eq!(place.ids(&["--state", "revoked"]).len(), SESSIONS);
    place.run(&["log", "verify"]).ok();
}

#[test]
fn every_token_that_was_handed_out_is_on_disk() {
    let place = Place::new();
    let number = SESSIONS.to_string();
    let mut tokens = killed(&place, &["generate", "--kind", "anonymous", "-n", &number], 10);
    place.run(&["db", "check"]).ok();
    place.run(&["log", "verify"]).ok();
    tokens.truncate(2000);
    let answers = place.feed(&["verify", "--batch"], &tokens.join("\n")).ok().out();
    assert_eq!(answers.lines().count(), tokens.len());
    assert!(answers.lines().all(|answer| answer == "active"), "a token was handed out that nobody knows");
}

#[test]
fn a_killed_prune_leaves_a_whole_database() {
    let place = Place::new();
    place.generate_many(SESSIONS);
    place.run(&["revoke", "--all", "--yes", "--format", "count"]).ok();
    let args = ["prune", "--older-than", "0s", "--yes", "--format", "jsonl"];
    let gone: HashSet<String> = killed(&place, &args, 1)
        .iter()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].to_string())
        .collect();
    let left: HashSet<String> = place.ids(&["--all"]).into_iter().collect();
    assert!(gone.is_disjoint(&left) && !left.is_empty());
    place.run(&["db", "check"]).ok();
    place.run(&["prune", "--older-than", "0s", "--yes", "--format", "count"]).ok();
    assert_eq!(place.run(&["list", "--all", "--format", "count"]).ok().out(), "0");
}
