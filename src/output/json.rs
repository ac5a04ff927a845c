//! JSON: an object, an object a line, or an object that holds an array. Every requested key is always there.
//! The structure is written by hand, because only then a million records cost no more than reading them; strings and
//! values are serde_json's.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::escape::is_hidden;
use super::record::{Record, Value};
use super::view::Field;
use super::writer::RecordWriter;

/// The keys of a kind of record, as the output has them: `{"id":` and then `,"kind":`.
pub(super) struct Object {
    keys: Vec<(Vec<u8>, Field)>,
}

impl Object {
    pub(super) fn new(fields: &[Field]) -> Self {
        let mut keys = Vec::with_capacity(fields.len());
        for (index, field) in fields.iter().enumerate() {
            let mut key = vec![if index == 0 { b'{' } else { b',' }];
            string(&mut key, field.name);
            key.push(b':');
            keys.push((key, *field));
        }
        Object { keys }
    }

    /// One record on one line, without the line break.
    pub(super) fn write(&self, out: &mut Vec<u8>, record: &Record) {
        if self.keys.is_empty() {
            out.push(b'{');
        }
        for (key, field) in &self.keys {
            out.extend_from_slice(key);
            value(out, record.at(field.place, field.name));
        }
        out.push(b'}');
    }

    /// One record over several lines, for a person.
    pub(super) fn write_pretty(&self, out: &mut Vec<u8>, record: &Record) {
        let mut compact = Vec::new();
        self.write(&mut compact, record);
        let start = out.len();
        // What was just written is JSON, so reading it back does not fail; if it did, compact is as good.
        let tree = serde_json::from_slice::<serde_json::Value>(&compact);
        if !tree.is_ok_and(|tree| serialize(out, &tree, PrettyFormatter::new())) {
            out.truncate(start);
            out.extend_from_slice(&compact);
        }
    }
}

/// An object a line.
pub(super) struct Lines(pub(super) Object);

impl RecordWriter for Lines {
    fn row(&mut self, out: &mut Vec<u8>, record: Record) {
        self.0.write(out, &record);
        out.push(b'\n');
    }
}

/// `{"sessions":[…],"next":…}`, written as the records come, one a line.
pub(super) struct Document {
    noun: &'static str,
    object: Object,
    empty: bool,
    beside: Option<(&'static str, serde_json::Value)>,
}

impl Document {
    pub(super) fn new(noun: &'static str, object: Object) -> Self {
        Document { noun, object, empty: true, beside: None }
    }

    /// The same document with one more key in front of the records.
    pub(super) fn beside(mut self, pair: (&'static str, serde_json::Value)) -> Self {
        self.beside = Some(pair);
        self
    }
}

impl RecordWriter for Document {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.push(b'{');
        if let Some((key, tree)) = &self.beside {
            string(out, key);
            out.push(b':');
            serialize(out, tree, CompactFormatter);
            out.push(b',');
        }
        string(out, self.noun);
        out.extend_from_slice(b":[");
    }

    fn row(&mut self, out: &mut Vec<u8>, record: Record) {
        out.extend_from_slice(if self.empty { b"\n" } else { b",\n" });
        self.empty = false;
        self.object.write(out, &record);
    }

    fn end(&mut self, out: &mut Vec<u8>, next: Option<&str>) {
        out.extend_from_slice(if self.empty { b"],\"next\":" } else { b"\n],\"next\":" });
        match next {
            Some(cursor) => string(out, cursor),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b"}\n");
    }

    fn holds_cursor(&self) -> bool {
        true
    }
}

/// Writing to memory cannot fail, so the results of `write!` are ignored here.
pub(super) fn value(out: &mut Vec<u8>, value: &Value) {
    let _ = match value {
        Value::Null => out.write_all(b"null"),
        Value::Bool(truth) => write!(out, "{truth}"),
        // Faster than `write!`, which is a third of the time of an export.
        Value::Integer(number) => serde_json::to_writer(out, number).map_err(Into::into),
        Value::Span(span) => serde_json::to_writer(out, &span.as_secs()).map_err(Into::into),
        Value::Time(moment) => {
            out.push(b'"');
            out.extend_from_slice(&moment.rfc3339());
            out.write_all(b"\"")
        }
        Value::Word(word) => return string(out, word),
        Value::Text(text) => return string(out, text),
        Value::List(list) => return array(out, list),
        Value::Json(tree) => {
            serialize(out, tree, CompactFormatter);
            Ok(())
        }
    };
}

fn array(out: &mut Vec<u8>, list: &[String]) {
    out.push(b'[');
    for (index, text) in list.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        string(out, text);
    }
    out.push(b']');
}

fn string(out: &mut Vec<u8>, text: &str) {
    // Every byte is examined, which is faster than to stop at the first that is not plain.
    let plain = |byte| matches!(byte, b' '..=b'~') & (byte != b'"') & (byte != b'\\');
    if text.bytes().fold(true, |all, byte| all & plain(byte)) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        serialize(out, text, CompactFormatter);
    }
}

/// JSON text as it was stored, digit by digit, with nothing in it that a terminal would obey. Such a character is
/// only ever inside a string.
pub(super) fn text(out: &mut Vec<u8>, json: &str) {
    // Writing to memory cannot fail.
    let _ = Visible(CompactFormatter).write_string_fragment(out, json);
}

/// Whether the value was written. Writing to memory cannot fail, and every map has text for keys.
fn serialize<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T, formatter: impl Formatter) -> bool {
    value.serialize(&mut Serializer::with_formatter(out, Visible(formatter))).is_ok()
}

/// A formatter that also escapes what serde_json leaves bare although it cannot be seen or a terminal would obey it
/// (DEL, C1, bidi and invisible characters).
struct Visible<F>(F);

impl<F: Formatter> Formatter for Visible<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // Every byte is examined, which is faster than to stop at the first that is not plain.
        if fragment.bytes().fold(true, |plain, byte| plain & (byte < 0x7f)) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(|c| c != '\n' && is_hidden(c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut after = rest[at..].chars();
            for unit in after.next().unwrap_or_default().encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = after.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn written(value: impl Into<Value>) -> String {
        let mut out = Vec::new();
        super::value(&mut out, &value.into());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn value_escapes_what_cannot_be_seen() {
        assert_eq!(written("plain"), r#""plain""#);
        assert_eq!(written("a\"b\\c\n\x1b"), r#""a\"b\\c\n\u001b""#);
        assert_eq!(written("é\x7f\u{9b}\u{202e}"), r#""é\u007f\u009b\u202e""#);
        assert_eq!(written("\u{e0041}🦀"), r#""\udb40\udc41🦀""#);
        assert_eq!(written(json!({"\u{202e}": ["\u{85}", 1.5, null]})), r#"{"\u202e":["\u0085",1.5,null]}"#);
    }

    #[test]
    fn write_pretty_writes_the_same_object() {
        let fields = [Field { name: "id", place: 0 }, Field { name: "label", place: 1 }];
        let record = Record::new().with("id", 7).with("label", "a\u{202e}");
        let mut out = Vec::new();
        Object::new(&fields).write_pretty(&mut out, &record);
        assert_eq!(String::from_utf8(out).unwrap(), "{\n  \"id\": 7,\n  \"label\": \"a\\u202e\"\n}");
    }

    proptest! {
        #[test]
        fn value_round_trips_any_text(text in any::<String>()) {
            let json = written(text.as_str());
            prop_assert!(!json.chars().any(is_hidden));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
