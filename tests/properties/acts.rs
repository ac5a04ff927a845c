//! Operations on sessions, read from bytes: two bytes an operation, and any bytes are a sequence.

/// One operation. A number names one of the sessions created so far.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// Create an anonymous session.
    Create,
    /// Create a parent session.
    CreateParent,
    /// Create a session under the parent that a number selects.
    CreateChild(usize),
    Verify(usize),
    /// Rotate; the old token is accepted for this many seconds.
    Rotate(usize, u64),
    /// Present a rotated-out token.
    Reuse(usize),
    Revoke(usize),
    /// Expire this many seconds from now.
    ExpireIn(usize, i64),
    Wait(i64),
    Prune,
    /// Disable the user of all families, or enable it again.
    Disable,
    Enable,
}

/// The operations that the bytes encode, at most 64: longer sequences find nothing more and take longer.
pub(crate) fn read(bytes: &[u8]) -> Vec<Act> {
    bytes.chunks_exact(2).take(64).map(|pair| act(pair[0], pair[1])).collect()
}

fn act(what: u8, how: u8) -> Act {
    let (which, high) = (usize::from(how & 15), i64::from(how >> 4));
    match what % 32 {
        0..=2 => Act::Create,
        3 | 4 => Act::CreateParent,
        5..=7 => Act::CreateChild(which),
        8..=13 => Act::Verify(which),
        14..=16 => Act::Rotate(which, if high < 8 { 0 } else { 30 }),
        17 => Act::Reuse(which),
        18 | 19 => Act::Revoke(which),
        20..=22 => Act::ExpireIn(which, high * 130),
        23..=28 => Act::Wait(i64::from(how) * 4),
        29 => Act::Prune,
        30 => Act::Disable,
        _ => Act::Enable,
    }
}
