//! Properties that hold for any bytes. The fuzz targets in `fuzz/fuzz_targets` and `tests/fuzzed.rs` call the
//! same functions. A property panics where it does not hold.

pub(crate) mod acts;
pub(crate) mod cookie;
pub(crate) mod escape;
#[cfg(feature = "serve")]
pub(crate) mod gate_request;
pub(crate) mod jwt;
pub(crate) mod log_text;
pub(crate) mod operations;
pub(crate) mod password_hash;
pub(crate) mod selector;
pub(crate) mod time;
pub(crate) mod token;
pub(crate) mod world;

/// Checks a property.
pub(crate) type Holds = fn(&[u8]);

/// Every property, under the name of its fuzz target.
pub(crate) const ALL: [(&str, Holds); 9] = [
    ("cookie", cookie::holds),
    ("escape", escape::holds),
    ("jwt", jwt::holds),
    ("log_text", log_text::holds),
    ("operations", operations::holds),
    ("password_hash", password_hash::holds),
    ("selector", selector::holds),
    ("time", time::holds),
    ("token", token::holds),
];
