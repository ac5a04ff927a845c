//! What the formats have in common. Rows are put into the gathered output itself, so that a million of them
//! cost no text of their own; writing it, and failing to, is the buffered_stdout's matter.

use super::Record;

/// Writes many records in one format.
pub(super) trait RecordWriter {
    /// What stands before the first record.
    fn begin(&mut self, _out: &mut Vec<u8>) {}

    /// One record.
    fn row(&mut self, out: &mut Vec<u8>, record: Record);

    /// What stands after the last, with where to go on if there are more.
    fn end(&mut self, _out: &mut Vec<u8>, _next: Option<&str>) {}
}
