//! What the formats have in common. A row is written into the output buffer itself, so that a million rows need no
//! text of their own; passing the buffer on does not belong here.

use super::Record;

/// Writes many records in one format.
pub(super) trait RecordWriter {
    /// What comes before the first record.
    fn begin(&mut self, _out: &mut Vec<u8>) {}

    /// One record.
    fn row(&mut self, out: &mut Vec<u8>, record: Record);

    /// Writes the records that were kept back to be laid out together, for a reader that waits for them.
    fn catch_up(&mut self, _out: &mut Vec<u8>) {}

    /// What comes after the last record, with the cursor of the next page if more records follow.
    fn end(&mut self, _out: &mut Vec<u8>, _next: Option<&str>) {}

    /// The columns with values that the width had no room for.
    fn left_out(&self) -> &[&'static str] {
        &[]
    }

    /// The columns of which the width had no room for every value in full.
    fn cut(&self) -> &[&'static str] {
        &[]
    }

    /// Whether the format has a place for the cursor of the next page.
    fn holds_cursor(&self) -> bool {
        false
    }
}
