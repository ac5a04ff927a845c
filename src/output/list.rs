//! A list of records while it is being written. It borrows standard output only, so that messages, traces and acts
//! go on meanwhile. The format was chosen by whoever began the list.

use std::io;
use std::marker::PhantomData;

use super::record::Record;
use super::stdout::Stdout;
use super::writer::RecordWriter;

/// A list that is being written: begun by [`Results::list`](super::Results::list), ended by [`List::finish`].
pub struct List<'a> {
    out: Stdout,
    writer: Box<dyn RecordWriter>,
    results: PhantomData<&'a mut Stdout>,
}

/// What a list could not hold, so that the caller can report it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unprinted {
    /// The cursor of the next page, where the format has no place for it.
    pub next: Option<String>,
    /// The columns with values that the width had no room for.
    pub left_out: Vec<&'static str>,
    /// The columns of which some values were cut.
    pub cut: Vec<&'static str>,
}

impl<'a> List<'a> {
    pub(super) fn begin(out: &'a mut Stdout, writer: Box<dyn RecordWriter>) -> io::Result<Self> {
        Self::detached(out, writer)
    }

    /// A list that does not keep other results out: its caller writes nothing else until it is finished.
    pub(super) fn detached(out: &Stdout, mut writer: Box<dyn RecordWriter>) -> io::Result<Self> {
        let out = out.clone();
        out.append(|out| writer.begin(out))?;
        Ok(List { out, writer, results: PhantomData })
    }

    /// Adds a record. It may be written later: a table measures its first rows before it writes any.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn push(&mut self, record: Record) -> io::Result<()> {
        self.out.append(|out| self.writer.row(out, record))
    }

    /// Passes on what has been written so far. A table may keep its first records back.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Passes on every record so far, for a reader that waits for each. A table lays itself out by those of the first
    /// time.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn catch_up(&mut self) -> io::Result<()> {
        self.out.append(|out| self.writer.catch_up(out))?;
        self.out.flush()
    }

    /// Ends the list. `next` is the cursor of the next page, if more records follow.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn finish(mut self, next: Option<String>) -> io::Result<Unprinted> {
        self.out.append(|out| self.writer.end(out, next.as_deref()))?;
        let next = next.filter(|_| !self.writer.holds_cursor());
        let (left_out, cut) = (self.writer.left_out().to_vec(), self.writer.cut().to_vec());
        Ok(Unprinted { next, left_out, cut })
    }
}
