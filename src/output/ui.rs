//! The one way out: results to standard output, words to standard error. It is told how by its options, and
//! reads no environment, no clock and no command line.

use std::io::{self, Write};

use super::buffered_stdout::BufferedStdout;
use super::cells::Present;
use super::escape::{escape_controls, escape_text};
use super::format::Format;
use super::json::{Document, Lines, Object};
use super::lines::{Count, Ids, bare};
use super::list::List;
use super::options::UiOptions;
use super::record::Record;
use super::table::{Look, Table, write_block};
use super::view::{Field, UnknownField, View};
use super::writer::RecordWriter;
use super::{csv::Csv, paint};

/// Prints results and says what happens. Results are gathered: [`Ui::flush`] must be called at the end, and
/// tells whether all of them arrived.
pub struct Ui {
    pub(super) out: BufferedStdout,
    err: Box<dyn Write>,
    options: UiOptions,
}

impl Ui {
    /// A way out through these two streams, neither of which has to be buffered.
    #[must_use]
    pub fn new(stdout: Box<dyn Write>, stderr: Box<dyn Write>, options: UiOptions) -> Self {
        Ui { out: BufferedStdout::new(stdout), err: stderr, options }
    }

    /// How this prints.
    #[must_use]
    pub fn options(&self) -> &UiOptions {
        &self.options
    }

    /// Refuses fields these records do not have; to be called before any work is done.
    ///
    /// # Errors
    /// [`UnknownField`], which lists the names there are.
    pub fn check_fields(&self, view: &View) -> Result<(), UnknownField> {
        self.options.fields.as_deref().map_or(Ok(()), |names| view.check(names))
    }

    /// Prints a single record; of a single field in a table, the bare value.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn record(&mut self, view: &View, record: Record) -> io::Result<()> {
        let fields = self.fields(view, view.fields);
        let look = self.look();
        let alone = self.options.fields.is_some() && fields.len() == 1;
        let out = self.out.buffer();
        match self.options.format {
            Format::Table if alone => {
                bare(out, record.at(fields[0].place, fields[0].name));
                out.push(b'\n');
            }
            Format::Table => write_block(out, &fields, &record, look),
            Format::Json => return self.json_record(view, &record),
            Format::Jsonl | Format::Csv | Format::Ids | Format::Count => {
                let mut writer = self.writer(view);
                let out = self.out.buffer();
                writer.begin(out);
                writer.row(out, record);
                writer.end(out, None);
            }
        }
        self.out.flush_if_full()
    }

    /// Prints a single record as JSON, whatever the format.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn json_record(&mut self, view: &View, record: &Record) -> io::Result<()> {
        let object = Object::new(&self.fields(view, view.fields));
        let pretty = self.options.stdout_terminal.is_some();
        let out = self.out.buffer();
        if pretty {
            object.write_pretty(out, record)
        } else {
            object.write(out, record)
        }
        out.push(b'\n');
        self.out.flush_if_full()
    }

    /// Begins a list of any number of records.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn list(&mut self, view: &View) -> io::Result<List<'_>> {
        let writer = self.writer(view);
        List::begin(self, writer)
    }

    /// Prints how many records there are, for a list that was only counted.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn list_count(&mut self, _view: &View, number: u64) -> io::Result<()> {
        writeln!(self.out.buffer(), "{number}")?;
        self.out.flush_if_full()
    }

    /// Prints one line, or several, as they are: a token, a word, a drawing. What a terminal would obey is
    /// shown escaped; line breaks, tabs and backslashes stay, so text from elsewhere goes through
    /// [`escape_text`] first.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn bare(&mut self, text: &str) -> io::Result<()> {
        let text = escape_controls(text);
        let out = self.out.buffer();
        out.extend_from_slice(text.as_bytes());
        out.push(b'\n');
        self.out.flush_if_full()
    }

    /// Prints JSON text as it was kept, on a line of its own; what a terminal would obey is escaped as JSON does.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn json_text(&mut self, json: &str) -> io::Result<()> {
        let out = self.out.buffer();
        super::json::text(out, json);
        out.push(b'\n');
        self.out.flush_if_full()
    }

    /// Prints bytes exactly as they are, such as a man page.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn write_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.buffer().extend_from_slice(bytes);
        self.out.flush_if_full()
    }

    /// Passes on all results.
    ///
    /// # Errors
    /// Standard output could not be written, now or at any time before.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Says what was done; nothing with `--quiet`. Like all that follow it takes one line, escapes it itself,
    /// and goes to standard error; that this cannot be written is told to nobody.
    pub fn status(&mut self, message: &str) {
        if !self.options.quiet {
            self.say("", "", message);
        }
    }

    /// Says more than is usually wanted; only with `--verbose`.
    pub fn detail(&mut self, message: &str) {
        if self.options.verbose && !self.options.quiet {
            self.say("", "", message);
        }
    }

    /// Warns; nothing with `--quiet`.
    pub fn warn(&mut self, message: &str) {
        if !self.options.quiet {
            self.say(paint::YELLOW, "warning: ", message);
        }
    }

    /// Says what could be done next; nothing with `--quiet`.
    pub fn hint(&mut self, message: &str) {
        if !self.options.quiet {
            self.say(paint::CYAN, "hint: ", message);
        }
    }

    /// Tells a step as it is taken; only with `--explain`.
    pub fn explain(&mut self, step: &str) {
        if self.options.explain {
            self.say("", if self.options.unicode { "· " } else { "- " }, step);
        }
    }

    /// Says what went wrong; nothing silences it.
    pub fn error(&mut self, message: &str) {
        self.say(paint::RED, "error: ", message);
    }

    fn say(&mut self, color: &str, prefix: &str, message: &str) {
        // On a terminal both streams are read together, so what was printed first must be there first. The
        // buffered_stdout remembers a failure.
        if self.options.stdout_terminal.is_some() {
            let _ = self.out.flush();
        }
        let message = escape_text(message);
        let line = if self.options.stderr_color && !color.is_empty() {
            format!("{color}{prefix}{}{message}\n", paint::PLAIN)
        } else {
            format!("{prefix}{message}\n")
        };
        let _ = self.err.write_all(line.as_bytes()).and_then(|()| self.err.flush());
    }

    /// Whether the format itself tells where a list goes on.
    pub(super) fn holds_cursor(&self) -> bool {
        self.options.format == Format::Json
    }

    /// The fields asked for, or else these.
    fn fields(&self, view: &View, usual: &[&str]) -> Vec<Field> {
        match &self.options.fields {
            Some(names) => view.select(names.iter().map(String::as_str)),
            None => view.select(usual.iter().copied()),
        }
    }

    fn look(&self) -> Look {
        Look {
            width: self.options.stdout_terminal.map(usize::from),
            color: self.options.color,
            present: Present {
                now: self.options.now,
                utc_offset: self.options.utc_offset,
                unicode: self.options.unicode,
            },
        }
    }

    fn writer(&self, view: &View) -> Box<dyn RecordWriter> {
        let all = || self.fields(view, view.fields);
        match self.options.format {
            Format::Table => Box::new(Table::new(self.fields(view, view.columns), self.look())),
            Format::Json => Box::new(Document::new(view.noun, Object::new(&all()))),
            Format::Jsonl => Box::new(Lines(Object::new(&all()))),
            Format::Csv => Box::new(Csv(all())),
            Format::Ids => Box::new(Ids(view.identity())),
            Format::Count => Box::new(Count::default()),
        }
    }
}

#[cfg(test)]
#[path = "ui_tests.rs"]
mod tests;
