//! Any sequence of acts, against a model of a few lines. The model stands in `tests/properties`, and is the one of
//! the fuzz target `operations`.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::properties::operations;
use crate::report::{tell, times};

#[test]
fn random_operations_match_the_model() {
    let cases = times(60, 20_000);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases as u32) };
    let sequences = proptest::collection::vec(any::<u8>(), 2..128);
    let checked = TestRunner::new(config).run(&sequences, |bytes| {
        operations::holds(&bytes);
        Ok(())
    });
    checked.unwrap();
    tell("sequences of acts against a model", cases, "revoked never revives, expired never verifies");
}
