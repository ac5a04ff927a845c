//! JSON: an object, an object a line, or an object that holds an array. Every asked-for key is always there.
//! Written by hand, because only then do a million records cost no more than reading them.

use std::io::Write as _;

use super::escape::is_hidden;
use super::record::{Record, Value};
use super::view::Field;
use super::writer::RecordWriter;

/// The keys of a kind of record, as they stand in the output: `{"id":` and then `,"kind":`.
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
        match serde_json::from_slice::<serde_json::Value>(&compact) {
            Ok(tree) if serde_json::to_writer_pretty(&mut *out, &tree).is_ok() => hide(out, start),
            _ => out.extend_from_slice(&compact),
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
}

impl Document {
    pub(super) fn new(noun: &'static str, object: Object) -> Self {
        Document { noun, object, empty: true }
    }
}

impl RecordWriter for Document {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.push(b'{');
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
}

/// Writing to memory cannot fail, so the results of `write!` are not looked at here.
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
            let start = out.len();
            let _ = serde_json::to_writer(&mut *out, tree);
            return hide(out, start);
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
    // Every byte is looked at, which is faster than to stop at the first that is not plain.
    let plain = |byte| matches!(byte, b' '..=b'~') & (byte != b'"') & (byte != b'\\');
    if text.bytes().fold(true, |all, byte| all & plain(byte)) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        let start = out.len();
        let _ = serde_json::to_writer(&mut *out, text);
        hide(out, start);
    }
}

/// JSON text as it was kept, digit by digit, with nothing in it that a terminal would obey.
pub(super) fn text(out: &mut Vec<u8>, json: &str) {
    let start = out.len();
    out.extend_from_slice(json.as_bytes());
    hide(out, start);
}

/// Replaces from `start` on what serde leaves bare though it cannot be seen or a terminal would obey it (DEL,
/// C1, bidi and invisible characters) by `\uXXXX`. Such a character only ever stands inside a string.
fn hide(out: &mut Vec<u8>, start: usize) {
    if out[start..].iter().all(|byte| *byte < 0x7f) {
        return;
    }
    let written = out.split_off(start);
    for c in String::from_utf8_lossy(&written).chars() {
        if c == '\n' || !is_hidden(c) {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
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
    fn what_cannot_be_seen_is_escaped() {
        assert_eq!(written("plain"), r#""plain""#);
        assert_eq!(written("a\"b\\c\n\x1b"), r#""a\"b\\c\n\u001b""#);
        assert_eq!(written("é\x7f\u{9b}\u{202e}"), r#""é\u007f\u009b\u202e""#);
        assert_eq!(written("\u{e0041}🦀"), r#""\udb40\udc41🦀""#);
        assert_eq!(written(json!({"\u{202e}": ["\u{85}", 1.5, null]})), r#"{"\u202e":["\u0085",1.5,null]}"#);
    }

    #[test]
    fn pretty_is_the_same_object() {
        let fields = [Field { name: "id", place: 0 }, Field { name: "label", place: 1 }];
        let record = Record::new().with("id", 7).with("label", "a\u{202e}");
        let mut out = Vec::new();
        Object::new(&fields).write_pretty(&mut out, &record);
        assert_eq!(String::from_utf8(out).unwrap(), "{\n  \"id\": 7,\n  \"label\": \"a\\u202e\"\n}");
    }

    proptest! {
        #[test]
        fn any_text_is_read_back(text in any::<String>()) {
            let json = written(text.as_str());
            prop_assert!(!json.chars().any(is_hidden));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
