//! The formats of one word a line: ids, the count, and a bare value for scripts.

use std::borrow::Cow;
use std::io::Write as _;

use super::escape::escape_text;
use super::json;
use super::record::{Record, Value};
use super::view::Field;
use super::writer::RecordWriter;

/// The id of each record.
pub(super) struct Ids {
    pub(super) field: Option<Field>,
    pub(super) bare: Bare,
}

impl RecordWriter for Ids {
    fn row(&mut self, out: &mut Vec<u8>, record: Record) {
        if let Some(field) = self.field {
            self.bare.write(out, record.at(field.place, field.name));
            out.push(b'\n');
        }
    }
}

/// How many records there were.
#[derive(Default)]
pub(super) struct Count(u64);

impl RecordWriter for Count {
    fn row(&mut self, _out: &mut Vec<u8>, _record: Record) {
        self.0 += 1;
    }

    fn end(&mut self, out: &mut Vec<u8>, _next: Option<&str>) {
        let _ = writeln!(out, "{}", self.0);
    }
}

/// Values as a script reads them: RFC 3339 in UTC, whole seconds, words with spaces between, nothing for null.
#[derive(Clone, Copy)]
pub(super) struct Bare {
    /// Whether text is escaped, as a terminal needs it; a script gets what was stored.
    pub(super) escaped: bool,
}

impl Bare {
    /// Writing to memory cannot fail, so the results of `write!` are ignored here.
    pub(super) fn write(self, out: &mut Vec<u8>, value: &Value) {
        let _ = match value {
            Value::Null => Ok(()),
            Value::Bool(truth) => write!(out, "{truth}"),
            Value::Integer(_) | Value::Span(_) => return json::value(out, value),
            Value::Time(moment) => out.write_all(&moment.rfc3339()),
            Value::Word(word) => out.write_all(word.as_bytes()),
            Value::Text(text) => out.write_all(self.text(text).as_bytes()),
            Value::List(list) => out.write_all(self.text(&list.join(" ")).as_bytes()),
            Value::Json(_) => return json::value(out, value),
        };
    }

    /// Text from elsewhere.
    pub(super) fn text(self, text: &str) -> Cow<'_, str> {
        if self.escaped { escape_text(text) } else { Cow::Borrowed(text) }
    }
}
