//! A JWT that these keys did not sign is refused.

use sessionctl_wire::jwt::{Expectations, SigningKey, decode_untrusted, looks_like_jwt, verify};

pub(crate) fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let keys = [
        SigningKey::from_seed([7; 32]).verifying_key(),
        SigningKey::from_shared_secret([8; 32], [9; 16]).verifying_key(),
    ];
    let expected = Expectations::new("sessionctl", "app", 1_800_000_000);
    // These keys never signed anything.
    assert!(verify(text, &keys, &expected).is_err());
    let _ = (decode_untrusted(text), looks_like_jwt(text));
}
