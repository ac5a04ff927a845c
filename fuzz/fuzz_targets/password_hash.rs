#![no_main]

use libfuzzer_sys::fuzz_target;
use sessionctl::domain::password::check;
use sessionctl::domain::policy::Policy;
use sessionctl::ops::password::needs_rehash;

fuzz_target!(|bytes: &[u8]| {
    let _ = check(bytes, "alice");
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = needs_rehash(text, &Policy::default());
    }
});
