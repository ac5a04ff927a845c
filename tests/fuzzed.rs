//! The properties of the fuzz targets in short form: tried with every seed in `fuzz/seeds`, with altered
//! seeds, and with random bytes and text.
#![expect(clippy::unwrap_used, reason = "a failing test reports its place")]

#[path = "properties/mod.rs"]
mod properties;
#[path = "resilience/report.rs"]
mod report;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use properties::{ALL, Holds};
use report::{report, trials};

/// The number of inputs of each kind. A sequence of operations takes a thousand times as long as the others.
fn cases(name: &str) -> usize {
    if name == "operations" { trials(60, 5_000) } else { trials(2_000, 200_000) }
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
}

/// A seed with some bytes changed, or cut.
fn altered(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (prop::sample::select(seeds), changes, any::<prop::sample::Index>(), 0..4).prop_map(
        |(mut seed, changes, cut, whole)| {
            for (env, byte) in changes {
                if !seed.is_empty() {
                    let env = env.index(seed.len());
                    seed[env] = byte;
                }
            }
            if whole == 0 {
                seed.truncate(cut.index(seed.len() + 1));
            }
            seed
        },
    )
}

fn check(name: &str, holds: Holds) {
    let seeds = seeds(name);
    assert!(seeds.len() >= 3, "{name}: hardly a seed");
    seeds.iter().for_each(|seed| holds(seed));
    let config =
        || ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(name) as u32) };
    let run = |inputs: BoxedStrategy<Vec<u8>>| {
        let asked = TestRunner::new(config()).run(&inputs, |bytes| {
            holds(&bytes);
            Ok(())
        });
        asked.unwrap_or_else(|error| panic!("{name}: {error}"));
    };
    run(altered(seeds).boxed());
    run(proptest::collection::vec(any::<u8>(), 0..128).boxed());
    run("\\PC{0,40}".prop_map(String::into_bytes).boxed());
    report(
        &format!("inputs to the property {name}"),
        3 * cases(name),
        "seeds, altered seeds, bytes and text",
    );
}

#[test]
fn properties_hold_for_seeds_and_random_input() {
    for (name, holds) in ALL.iter().chain(FRONT).copied() {
        if name != "operations" {
            check(name, holds);
        }
    }
}

#[test]
fn model_holds_for_seeds_and_random_input() {
    check("operations", properties::operations::holds);
}

/// The property of the web front, where that is built.
#[cfg(feature = "serve")]
const FRONT: &[(&str, Holds)] = &[("gate_request", properties::gate_request::holds)];
#[cfg(not(feature = "serve"))]
const FRONT: &[(&str, Holds)] = &[];

/// A target whose property is in the crate that it fuzzes.
const OTHER_TARGETS: [&str; 1] = ["foreign"];

/// Each property needs its target, and each target its line in the manifest and in the README.
#[test]
fn every_property_has_a_fuzz_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let targets = ALL.iter().map(|(name, _)| *name).chain(OTHER_TARGETS).chain(["gate_request"]);
    for name in targets {
        let target = fs::read_to_string(root.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        let is_property = target.contains("properties") && target.contains(&format!("{name}::holds"));
        assert!(is_property || OTHER_TARGETS.contains(&name), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        assert!(readme.contains(&format!("| {name} |")), "{name}");
    }
    let targets = fs::read_dir(root.join("fuzz_targets")).unwrap().count();
    assert_eq!(targets, ALL.len() + OTHER_TARGETS.len() + 1, "a target without a property");
}
