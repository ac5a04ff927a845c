//! A stored PHC string and a password: a string that costs too much or is no hash is refused, not computed.

use sessionctl_core::model::password::check;
use sessionctl_core::model::policy::Policy;
use sessionctl_core::ops::password::{needs_rehash, verify};

pub(crate) fn holds(bytes: &[u8]) {
    let _ = check(bytes, "alice");
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let policy = Policy::default();
    let _ = needs_rehash(text, &policy);
    // Computing valid hashes would be too slow here. A string that is no hash must not be accepted as one.
    if !text.starts_with("$argon2id$v=19$m=") {
        assert!(verify(b"any", text, &policy).is_err(), "this is not a hash");
    }
}
