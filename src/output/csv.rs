//! Comma-separated values (RFC 4180, but lines end in a bare line feed), safe to open in a spreadsheet.

use csv_core::{WriteResult, Writer};

use super::lines::Bare;
use super::record::{Record, Value};
use super::view::Field;
use super::writer::RecordWriter;

/// A header, then a line for each record.
pub(super) struct Csv {
    fields: Vec<Field>,
    bare: Bare,
    writer: Writer,
}

/// A spreadsheet computes a cell that begins with one of these (OWASP, CSV Injection; the full-width forms are read
/// as the ASCII ones are).
const FORMULA_SIGNS: [char; 10] =
    ['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// What is written before a cell of that kind, and before one that begins with it, so that a reader takes one off and has the
/// value.
const GUARD: char = '\'';

fn needs_guard(text: &str) -> bool {
    text.starts_with(FORMULA_SIGNS) || text.starts_with(GUARD)
}

/// A cell without the apostrophe that `Csv` writes before it; one that cannot be a guard is left.
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix(GUARD).filter(|rest| needs_guard(rest)).unwrap_or(cell)
}

impl Csv {
    pub(super) fn new(fields: Vec<Field>, bare: Bare) -> Self {
        Csv { fields, bare, writer: Writer::new() }
    }

    fn cell(&self, out: &mut Vec<u8>, value: &Value) {
        match value {
            Value::Text(text) => self.text(out, text),
            Value::List(list) => self.text(out, &list.join(" ")),
            Value::Json(_) => {
                let mut json = Vec::new();
                self.bare.write(&mut json, value);
                self.quoted(out, &json);
            }
            plain => self.bare.write(out, plain),
        }
    }

    fn text(&self, out: &mut Vec<u8>, text: &str) {
        let shown = self.bare.text(text);
        if needs_guard(text) {
            self.quoted(out, format!("'{shown}").as_bytes());
        } else {
            self.quoted(out, shown.as_bytes());
        }
    }

    /// One cell, in quotes where it needs them.
    fn quoted(&self, out: &mut Vec<u8>, cell: &[u8]) {
        if !self.writer.should_quote(cell) {
            out.extend_from_slice(cell);
            return;
        }
        out.push(b'"');
        let start = out.len();
        // Room for a cell of nothing but quotes, so that one call writes all of it.
        out.resize(start + 2 * cell.len(), 0);
        let (result, _, written) = csv_core::quote(cell, &mut out[start..], b'"', b'"', true);
        debug_assert!(matches!(result, WriteResult::InputEmpty));
        out.truncate(start + written);
        out.push(b'"');
    }
}

impl RecordWriter for Csv {
    fn begin(&mut self, out: &mut Vec<u8>) {
        for (index, field) in self.fields.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(field.name.as_bytes());
        }
        out.push(b'\n');
    }

    fn row(&mut self, out: &mut Vec<u8>, record: Record) {
        let start = out.len();
        for (index, field) in self.fields.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            self.cell(out, record.at(field.place, field.name));
        }
        // Readers skip an empty line.
        if out.len() == start {
            out.extend_from_slice(b"\"\"");
        }
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::output::escape::escape_text;

    fn cell(value: impl Into<Value>, escaped: bool) -> String {
        let mut out = Vec::new();
        Csv::new(Vec::new(), Bare { escaped }).cell(&mut out, &value.into());
        String::from_utf8(out).unwrap()
    }

    fn written(value: impl Into<Value>) -> String {
        cell(value, false)
    }

    #[test]
    fn cell_guards_formulas_but_not_numbers() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1,A2)", "\"'@SUM(A1,A2)\""),
            ("＝1+1", "'＝1+1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠x", "'＠x"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("'-yan", "''-yan"),
            ("'t", "''t"),
            ("'", "''"),
            ("a=b", "a=b"),
            (r"DOMAIN\bob", r"DOMAIN\bob"),
            ("say \"hi\", twice\n", "\"say \"\"hi\"\", twice\n\""),
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

    #[test]
    fn cell_for_a_terminal_holds_no_control_character() {
        assert_eq!(cell("a\x1b[2J\n,b", true), "\"a\\x1b[2J\\n,b\"");
        assert_eq!(cell("\rx", true), r"'\rx");
    }

    proptest! {
        #[test]
        fn cell_round_trips_any_text(text in ("['=＝]{0,3}", any::<String>()).prop_map(|(signs, rest)| signs + &rest), escaped in any::<bool>()) {
            let line = format!("{},end\n", cell(text.as_str(), escaped));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let row = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(row.len(), 2);
            let shown = if escaped { escape_text(&text).into_owned() } else { text.clone() };
            let back = if needs_guard(&text) { row[0].strip_prefix(GUARD) } else { Some(&row[0]) };
            prop_assert_eq!(back, Some(shown.as_str()));
            if !escaped {
                prop_assert_eq!(unguarded(&row[0]), text);
            }
        }
    }
}
