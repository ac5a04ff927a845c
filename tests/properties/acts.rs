//! What can be done to sessions, read from bytes: any bytes are some sequence of acts, two bytes an act.

/// One act. Numbers name a session among those that were made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// A session of nobody.
    Make,
    /// The head of a family.
    Head,
    /// A session under the head that a number leads to.
    Child(usize),
    Verify(usize),
    /// A new token; the old one is honoured for so many seconds.
    Rotate(usize, u64),
    /// A token that was rotated away is shown.
    Reuse(usize),
    Revoke(usize),
    /// The end is set to so many seconds from now.
    ExpireIn(usize, i64),
    Wait(i64),
    Prune,
    /// The user of all families is disabled, or enabled again.
    Disable,
    Enable,
}

/// The acts that bytes stand for, at most 64: more find nothing more, and take longer.
pub(crate) fn read(bytes: &[u8]) -> Vec<Act> {
    bytes.chunks_exact(2).take(64).map(|pair| act(pair[0], pair[1])).collect()
}

fn act(what: u8, how: u8) -> Act {
    let (which, high) = (usize::from(how & 15), i64::from(how >> 4));
    match what % 32 {
        0..=2 => Act::Make,
        3 | 4 => Act::Head,
        5..=7 => Act::Child(which),
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
