//! Random operations against the model in `tests/properties`, which the fuzz target `operations` uses too.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::properties::operations;
use crate::report::{report, trials};

#[test]
fn random_operations_match_the_model() {
    let cases = trials(60, 20_000);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases as u32) };
    let sequences = proptest::collection::vec(any::<u8>(), 2..128);
    let checked = TestRunner::new(config).run(&sequences, |bytes| {
        operations::holds(&bytes);
        Ok(())
    });
    checked.unwrap();
    report("sequences of acts against a model", cases, "revoked never revives, expired never verifies");
}
