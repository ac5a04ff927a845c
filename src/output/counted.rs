//! A number with what it counts, in the singular or the plural.

use std::fmt::Display;

/// `1 row was`, `2 rows were`: the number, and the words for one or for any other number.
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
