//! Durations, times and cursors: each written value is read back unchanged.

use sessionctl_core::model::selector::Cursor;
use sessionctl_core::model::time::{Timestamp, When, Zone, format_duration, parse_duration};

pub(crate) fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(span) = parse_duration(text) {
        assert_eq!(parse_duration(&format_duration(span)), Ok(span));
    }
    if let Ok(when) = text.parse::<When>() {
        for now in [0, 1_800_000_000, i64::MAX] {
            let _ = when.resolve(Timestamp::from_unix(now), Zone::Fixed(-43_200)).to_string();
        }
    }
    if let Ok(cursor) = text.parse::<Cursor>() {
        assert_eq!(cursor.to_string().parse::<Cursor>().ok(), Some(cursor));
    }
}
