//! Comma-separated values (RFC 4180, but lines end in a bare line feed), safe to open in a spreadsheet.
//! Escaped text holds no line break, so a record is always one line.

use super::escape::escape_text;
use super::lines::bare;
use super::record::{Record, Value};
use super::view::Field;
use super::writer::RecordWriter;

/// A header, then a line a record.
pub(super) struct Csv(pub(super) Vec<Field>);

impl RecordWriter for Csv {
    fn begin(&mut self, out: &mut Vec<u8>) {
        for (index, field) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(field.name.as_bytes());
        }
        out.push(b'\n');
    }

    fn row(&mut self, out: &mut Vec<u8>, record: Record) {
        for (index, field) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            cell(out, record.at(field.place, field.name));
        }
        out.push(b'\n');
    }
}

fn cell(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Text(text_) => text(out, text_),
        Value::List(list) => text(out, &list.join(" ")),
        Value::Json(_) => {
            let mut json = Vec::new();
            bare(&mut json, value);
            quote(out, "", &String::from_utf8_lossy(&json));
        }
        plain => bare(out, plain),
    }
}

/// A spreadsheet would compute a cell that begins with one of these (OWASP, CSV Injection).
fn text(out: &mut Vec<u8>, text: &str) {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    quote(out, guard, &escape_text(text));
}

fn quote(out: &mut Vec<u8>, guard: &str, text: &str) {
    // Every byte is looked at, which is faster than to stop at the first.
    if !text.bytes().fold(false, |found, byte| found | matches!(byte, b',' | b'"')) {
        out.extend_from_slice(guard.as_bytes());
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(guard.as_bytes());
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn written(value: impl Into<Value>) -> String {
        let mut out = Vec::new();
        cell(&mut out, &value.into());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_cannot_be_a_formula_but_a_number_stays_one() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1,A2)", "\"'@SUM(A1,A2)\""),
            ("\tx", r"'\tx"),
            ("\rx", r"'\rx"),
            ("a=b", "a=b"),
            ("say \"hi\", twice\n", "\"say \"\"hi\"\", twice\\n\""),
            ("", ""),
        ] {
            assert_eq!(written(text), expected);
        }
        assert_eq!(written(-5), "-5");
        assert_eq!(written(Duration::from_secs(90)), "90");
        assert_eq!(written(vec!["=a".to_owned(), "b".to_owned()]), "'=a b");
        assert_eq!(written(serde_json::json!({"a": "=b"})), r#""{""a"":""=b""}""#);
        assert_eq!(written(None::<i64>), "");
    }

    proptest! {
        #[test]
        fn any_text_is_one_cell(text in any::<String>()) {
            let line = format!("{},end\n", written(text.as_str()));
            prop_assert_eq!(line.matches('\n').count(), 1);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let row = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(row.len(), 2);
            let shown = escape_text(&text);
            prop_assert_eq!(row[0].strip_prefix('\'').filter(|_| !text.starts_with('\'')).unwrap_or(&row[0]), shown);
        }
    }
}
