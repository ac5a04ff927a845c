//! Many records on their way out, one after the other. Which format they take is decided once, by the [`Ui`].

use std::io;

use super::record::Record;
use super::ui::Ui;
use super::writer::RecordWriter;

/// A list that is being written; made by [`Ui::list`], closed by [`List::finish`].
pub struct List<'a> {
    ui: &'a mut Ui,
    writer: Box<dyn RecordWriter>,
}

impl<'a> List<'a> {
    pub(super) fn begin(ui: &'a mut Ui, mut writer: Box<dyn RecordWriter>) -> io::Result<Self> {
        writer.begin(ui.out.buffer());
        ui.out.flush_if_full()?;
        Ok(List { ui, writer })
    }

    /// Adds a record. It may be written only later: a table looks at its first rows before it writes any.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn push(&mut self, record: Record) -> io::Result<()> {
        self.writer.row(self.ui.out.buffer(), record);
        self.ui.out.flush_if_full()
    }

    /// Passes on what has been written so far, for a reader that waits for each record.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.ui.flush()
    }

    /// The way to say something while the list is being written.
    pub fn ui(&mut self) -> &mut Ui {
        self.ui
    }

    /// Ends the list. `next` is where to go on if there are more records; JSON holds it, otherwise it is said
    /// on standard error.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn finish(mut self, next: Option<String>) -> io::Result<()> {
        self.writer.end(self.ui.out.buffer(), next.as_deref());
        if let Some(cursor) = next.filter(|_| !self.ui.holds_cursor()) {
            self.ui.status(&format!("there are more: --after {cursor}"));
        }
        self.ui.out.flush_if_full()
    }
}
