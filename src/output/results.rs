//! Results on standard output: records, lists, and text that is laid out already. Messages do not belong here, and
//! nothing here reads the environment, a clock or the command line: the options are handed in.

use std::io;
use std::rc::Rc;

use super::csv::Csv;
use super::escape::{escape_controls, to_ascii};
use super::format::Format;
use super::json::{self, Document, Lines, Object};
use super::lines::{Bare, Count, Ids};
use super::list::List;
use super::options::UiOptions;
use super::record::{Record, Value};
use super::row::{Look, write_block};
use super::stdout::Stdout;
use super::table::Table;
use super::view::{Field, FieldError, View};
use super::writer::RecordWriter;

/// Prints results. They are buffered: [`Results::flush`] must be called at the end, and reports whether all of them
/// arrived.
pub struct Results {
    out: Stdout,
    pub(super) options: Rc<UiOptions>,
}

impl Results {
    pub(super) fn new(out: Stdout, options: Rc<UiOptions>) -> Self {
        Results { out, options }
    }

    /// Checks that these records have the fields that were asked for. To be called before any work is done.
    ///
    /// # Errors
    /// [`FieldError`], which lists the fields that exist.
    pub fn check_fields(&self, view: &View) -> Result<(), FieldError> {
        self.options.fields.as_deref().map_or(Ok(()), |names| view.check(names))
    }

    /// Prints a single record; of a single field in a table, the bare value.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn record(&mut self, view: &View, record: Record) -> io::Result<()> {
        let fields = self.fields(view, view.fields);
        match self.options.format {
            Format::Table if self.options.fields.is_some() && fields.len() == 1 => {
                let value = record.at(fields[0].place, fields[0].name);
                let bare = self.bare_values();
                self.out.append(|out| {
                    bare.write(out, value);
                    out.push(b'\n');
                })
            }
            Format::Table => {
                let look = self.look();
                self.out.append(|out| write_block(out, &fields, &record, look, &mut false))
            }
            Format::Json => self.json_record(view, &record),
            Format::Jsonl | Format::Csv | Format::Ids | Format::Count => {
                let mut writer = self.writer(view);
                self.out.append(|out| {
                    writer.begin(out);
                    writer.row(out, record);
                    writer.end(out, None);
                })
            }
        }
    }

    /// Prints the fields of a record that have a value, without those in `unshown`, one beside its name on each line.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn present_fields(&mut self, view: &View, record: Record, unshown: &[&str]) -> io::Result<()> {
        let mut fields = view.select(view.fields.iter().copied());
        fields.retain(|field| {
            let value = record.at(field.place, field.name);
            let is_empty = *value == Value::Null || *value == Value::List(Vec::new());
            !is_empty && !unshown.contains(&field.name)
        });
        let look = self.look();
        self.out.append(|out| write_block(out, &fields, &record, look, &mut false))
    }

    /// Prints a single record as JSON, whatever the format.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn json_record(&mut self, view: &View, record: &Record) -> io::Result<()> {
        let object = Object::new(&self.fields(view, view.fields));
        let pretty = self.options.stdout_is_terminal;
        self.out.append(|out| {
            if pretty {
                object.write_pretty(out, record);
            } else {
                object.write(out, record);
            }
            out.push(b'\n');
        })
    }

    /// Whether a result that is text of its own is printed as that: in a table, where no fields were asked for.
    #[must_use]
    pub fn wants_text(&self) -> bool {
        self.options.format == Format::Table && self.options.fields.is_none()
    }

    /// Begins a list of any number of records.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn list(&mut self, view: &View) -> io::Result<List<'_>> {
        let writer = self.writer(view);
        List::begin(&mut self.out, writer)
    }

    /// Begins a list that does not borrow the results, for acts that need the whole context between two records. The
    /// caller writes nothing else until the list is finished.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn detached_list(&self, view: &View) -> io::Result<List<'static>> {
        List::detached(&self.out, self.writer(view))
    }

    /// Begins a list as one JSON document, whatever the format.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn json_list(&mut self, view: &View) -> io::Result<List<'_>> {
        let object = Object::new(&self.fields(view, view.fields));
        List::begin(&mut self.out, Box::new(Document::new(view.noun, object)))
    }

    /// A table of records as text, for a caller that draws a screen.
    #[must_use]
    pub fn table_text(&self, view: &View, records: Vec<Record>) -> String {
        let requested = self.options.fields.is_some();
        let mut table = Table::new(self.fields(view, view.columns), requested, self.look());
        let mut out = Vec::new();
        records.into_iter().for_each(|record| table.row(&mut out, record));
        table.end(&mut out, None);
        let text = String::from_utf8_lossy(&out);
        if self.in_ascii() { to_ascii(&text).into_owned() } else { text.into_owned() }
    }

    /// Begins a list with these columns as a table, and with one more key in JSON, in front of its records.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn list_with(
        &mut self,
        view: &View,
        columns: &[&str],
        beside: (&'static str, serde_json::Value),
    ) -> io::Result<List<'_>> {
        let writer: Box<dyn RecordWriter> = match self.options.format {
            Format::Json => {
                let object = Object::new(&self.fields(view, view.fields));
                Box::new(Document::new(view.noun, object).beside(beside))
            }
            _ => self.writer_with(view, columns),
        };
        List::begin(&mut self.out, writer)
    }

    /// Begins a list with these columns as a table.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn list_in(&mut self, view: &View, columns: &[&str]) -> io::Result<List<'_>> {
        let writer = self.writer_with(view, columns);
        List::begin(&mut self.out, writer)
    }

    /// Prints how many records there are, for a list that was only counted.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn list_count(&mut self, number: u64) -> io::Result<()> {
        self.bare(&number.to_string())
    }

    /// Prints one line, or several, as they are: a token, a word, a drawing. What a terminal would obey is escaped;
    /// line breaks, tabs and backslashes are kept, so text from elsewhere must be escaped before.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn bare(&mut self, text: &str) -> io::Result<()> {
        let text = escape_controls(text);
        let text = if self.in_ascii() { to_ascii(&text) } else { text };
        self.out.append(|out| {
            out.extend_from_slice(text.as_bytes());
            out.push(b'\n');
        })
    }

    /// Prints JSON text as it was stored, on a line of its own; what a terminal would obey is escaped as JSON does.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn json_text(&mut self, json: &str) -> io::Result<()> {
        self.out.append(|out| {
            json::text(out, json);
            out.push(b'\n');
        })
    }

    /// Prints bytes exactly as they are, such as a man page.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn write_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.append(|out| out.extend_from_slice(bytes))
    }

    /// Passes on all results.
    ///
    /// # Errors
    /// Standard output could not be written, now or at any time before.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// The fields that were asked for, or else these.
    fn fields(&self, view: &View, default: &[&str]) -> Vec<Field> {
        match &self.options.fields {
            Some(names) => view.select(names.iter().map(String::as_str)),
            None => view.select(default.iter().copied()),
        }
    }

    /// How bare values are written: text is escaped for a terminal only, so that a script gets what was stored.
    fn bare_values(&self) -> Bare {
        Bare { escaped: self.options.stdout_is_terminal }
    }

    /// Whether a person reads the results where only ASCII can be shown.
    fn in_ascii(&self) -> bool {
        !self.options.unicode && self.options.format == Format::Table
    }

    fn look(&self) -> Look {
        Look {
            width: self.options.width.map(usize::from),
            color: self.options.color,
            present: self.options.present(),
        }
    }

    fn writer(&self, view: &View) -> Box<dyn RecordWriter> {
        self.writer_with(view, view.columns)
    }

    /// The same with other columns of a table.
    fn writer_with(&self, view: &View, columns: &[&str]) -> Box<dyn RecordWriter> {
        let all = || self.fields(view, view.fields);
        match self.options.format {
            Format::Table => {
                let requested = self.options.fields.is_some();
                Box::new(Table::new(self.fields(view, columns), requested, self.look()))
            }
            Format::Json => Box::new(Document::new(view.noun, Object::new(&all()))),
            Format::Jsonl => Box::new(Lines(Object::new(&all()))),
            Format::Csv => Box::new(Csv::new(all(), self.bare_values())),
            Format::Ids => Box::new(Ids { field: view.identity(), bare: self.bare_values() }),
            Format::Count => Box::new(Count::default()),
        }
    }
}
