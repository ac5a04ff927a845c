//! A number drawn as a bar, for statistics. What is counted does not belong here.

/// Eighths of a character cell, from one to seven.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// Draws a bar of at most `width` columns, to the scale of `max`: nothing for zero, and at least the smallest piece for
/// anything more. It is not padded with spaces.
#[must_use]
pub fn bar(value: u64, max: u64, width: usize, unicode: bool) -> String {
    if value == 0 || max == 0 {
        return String::new();
    }
    let pieces = if unicode { 8 } else { 1 };
    let full = width as u128 * pieces;
    let length = (u128::from(value.min(max)) * full / u128::from(max)).max(1).min(full);
    // At most `width`, which is a `usize`.
    let whole = usize::try_from(length / pieces).unwrap_or(width);
    let rest = usize::try_from(length % pieces).unwrap_or(0);
    let mut bar = if unicode { "█" } else { "#" }.repeat(whole);
    if rest > 0 {
        bar.push(EIGHTHS[rest - 1]);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bar_is_drawn_to_scale() {
        for (value, max, unicode, expected) in [
            (0, 10, true, ""),
            (5, 0, true, ""),
            (10, 10, true, "██████████"),
            (99, 10, true, "██████████"),
            (5, 10, true, "█████"),
            (1, 1_000_000, true, "▏"),
            (37, 100, true, "███▋"),
            (37, 100, false, "###"),
            (1, 1_000_000, false, "#"),
            (u64::MAX, u64::MAX, false, "##########"),
        ] {
            assert_eq!(bar(value, max, 10, unicode), expected, "{value} of {max}");
        }
        assert_eq!(bar(1, 1, 0, true), "");
    }
}
