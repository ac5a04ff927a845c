#![no_main]

#[path = "../../tests/properties/mod.rs"]
#[expect(dead_code, reason = "each target checks one of the properties")]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::gate_request::holds(bytes));
