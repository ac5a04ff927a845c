//! Tests of the crate on databases that they make themselves, and on those of real frameworks where such are at
//! hand. One binary, so that the engine is linked once.
#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod codecs;
mod detect;
mod doubts;
mod exact;
mod fixture;
mod harmless;
mod hostile;
mod layouts;
mod limits;
mod partial;
mod records;
mod revoke;
mod truth;
mod window;
