//! Rows on a terminal that was resized: most break what was printed again at the new width. What is drawn does not belong
//! here.

/// The rows that lines of these widths take on a terminal of `columns` columns.
pub(super) fn rows(widths: impl IntoIterator<Item = usize>, columns: usize) -> usize {
    widths.into_iter().map(|width| width.div_ceil(columns.max(1)).max(1)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_count_what_is_wider_than_the_terminal_again() {
        assert_eq!(rows([0, 80, 81, 10], 80), 5);
        assert_eq!(rows([80, 80], 40), 4);
        assert_eq!(rows([80, 80], 100), 2);
    }
}
