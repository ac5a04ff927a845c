//! A number with what it counts, in the singular or the plural: the one place that decides between the two, for the
//! errors, messages and pages of every front. It is in the lowest crate, so that each crate uses it. Other rules of
//! language do not belong here.

use std::fmt::Display;

/// Returns `1 row was` or `2 rows were`: the number, with the words for one or for any other number.
///
/// ```
/// use sessionctl_wire::counted;
///
/// assert_eq!(counted(1_u64, "row was", "rows were"), "1 row was");
/// assert_eq!(counted(0_usize, "row", "rows"), "0 rows");
/// ```
#[must_use]
pub fn counted<N: Display + PartialEq + From<u8>>(number: N, one: &str, many: &str) -> String {
    let words = if number == N::from(1) { one } else { many };
    format!("{number} {words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_one_is_singular_and_zero_plural() {
        assert_eq!(counted(1_u64, "row was", "rows were"), "1 row was");
        assert_eq!(counted(0_usize, "row", "rows"), "0 rows");
        assert_eq!(counted(21_u64, "row", "rows"), "21 rows");
    }
}
