//! Times in messages: what an act or an error words in UTC, shown as every other time of the answer. Results do not belong
//! here: their formats decide how they write times.

use std::borrow::Cow;

use sessionctl_core::model::time::{Timestamp, When};

/// The bytes of `2026-11-25T03:12:00Z`.
const BYTES: usize = 20;

/// Replaces each time in RFC 3339 and UTC by what `show` makes of it.
pub(super) fn replace_times<'a>(text: &'a str, show: impl Fn(Timestamp) -> String) -> Cow<'a, str> {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((at, moment)) = find(rest) {
        shown.push_str(&rest[..at]);
        shown.push_str(&show(moment));
        rest = &rest[at + BYTES..];
    }
    if shown.is_empty() && rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// The first time in a text, and where it begins.
fn find(text: &str) -> Option<(usize, Timestamp)> {
    // Most messages hold none.
    text.match_indices('Z').find_map(|(end, _)| {
        let at = (end + 1).checked_sub(BYTES)?;
        let candidate = text.get(at..=end)?;
        let digits = |byte: u8| byte.is_ascii_digit();
        let has_shape = candidate.bytes().zip(*b"0000-00-00T00:00:00Z").all(|(byte, shape)| match shape {
            b'0' => digits(byte),
            other => byte == other,
        });
        let is_part = at > 0 && text.as_bytes()[at - 1].is_ascii_alphanumeric();
        match candidate.parse::<When>() {
            Ok(When::At(moment)) if has_shape && !is_part => Some((at, moment)),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replace_times_finds_each_time_and_nothing_else() {
        let show = |moment: Timestamp| format!("<{}>", moment.unix());
        for (text, expected) in [
            ("valid until 2026-11-25T23:39:15Z; then not", "valid until <1795649955>; then not"),
            ("2026-11-25T23:39:15Z–2026-11-25T23:39:16Z", "<1795649955>–<1795649956>"),
            ("é 2026-13-25T23:39:15Z Z", "é 2026-13-25T23:39:15Z Z"),
            ("x2026-11-25T23:39:15Z", "x2026-11-25T23:39:15Z"),
            ("2026-11-25T23:39:15+01:00", "2026-11-25T23:39:15+01:00"),
            ("", ""),
        ] {
            assert_eq!(replace_times(text, show), expected);
        }
    }
}
