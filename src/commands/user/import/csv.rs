//! Reads the users of an import from CSV with a header (RFC 4180). What is in quotes and what is not is checked before
//! a line is taken apart: a quote that is never closed would make the rest of the file one value.

use std::io::BufRead;

use csv_core::ReadFieldResult;
use zeroize::Zeroizing;

use super::fields::{Fault, Fields, is_account_state, is_foreign_hash};
use super::read::{Line, MAX_LINE_BYTES, Read, next_line};
use crate::commands::{CommandError, CommandResult, Failure};
use crate::output::unguarded;
use sessionctl_core::counted;
use sessionctl_core::ops::import::ImportedUser;

/// What a character belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A value begins here.
    Start,
    /// A value that is not in quotes.
    Plain,
    /// A value in quotes.
    Quoted,
    /// Behind a quote in such a value: the end of it, or the first of two that mean one.
    Quote,
}

/// A record and its faults.
struct Row {
    text: Zeroizing<Vec<u8>>,
    lines: u64,
    fault: Option<&'static str>,
}

/// The values of a record, which are wiped.
struct Values {
    text: Zeroizing<Vec<u8>>,
    /// Where each value ends in the text.
    ends: Vec<usize>,
}

impl Row {
    /// Reads a record, which is several lines long where a value in quotes is; `false` at the end of the input.
    fn next(&mut self, input: &mut dyn BufRead) -> CommandResult<bool> {
        self.text.clear();
        let more = next_line(input, &mut self.text)?;
        self.complete(input)?;
        Ok(more)
    }

    /// Reads the lines on which the record goes on that has begun. Behind a fault it ends with its line, so that the
    /// next one is read for itself.
    fn complete(&mut self, input: &mut dyn BufRead) -> CommandResult<()> {
        (self.lines, self.fault) = (1, None);
        let (mut place, mut read) = (Place::Start, 0);
        loop {
            let line = self.text[read..].strip_suffix(b"\n").unwrap_or(&self.text[read..]);
            for byte in line.strip_suffix(b"\r").unwrap_or(line) {
                match after(place, *byte) {
                    Ok(next) => place = next,
                    Err(fault) => {
                        self.fault = Some(fault);
                        return Ok(());
                    }
                }
            }
            if place != Place::Quoted {
                return Ok(());
            }
            read = self.text.len();
            if read as u64 > MAX_LINE_BYTES || !next_line(input, &mut self.text)? {
                self.fault = Some("a quote is opened and never closed");
                return Ok(());
            }
            self.lines += 1;
        }
    }

    /// The values of the record.
    fn values(&self) -> Result<Values, Fault> {
        if let Some(fault) = self.fault {
            return Err(fault.into());
        }
        let text = self.text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.text);
        let mut values = Values { text: Zeroizing::new(vec![0; text.len() + 1]), ends: Vec::new() };
        let mut reader = csv_core::Reader::new();
        let (mut read, mut end) = (0, 0);
        loop {
            let (result, bytes, written) = reader.read_field(&text[read..], &mut values.text[end..]);
            (read, end) = (read + bytes, end + written);
            match result {
                // Nothing more ends the last value.
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::Field { record_end } => {
                    values.ends.push(end);
                    if record_end {
                        break;
                    }
                }
                ReadFieldResult::OutputFull | ReadFieldResult::End => break,
            }
        }
        if values.iter().all(|value| value.is_some()) { Ok(values) } else { Err("not UTF-8".into()) }
    }
}

impl Values {
    /// Each value; `None` where it is not UTF-8.
    fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| std::str::from_utf8(&self.text[start..*end]).ok())
    }
}

/// Where the next character is.
fn after(place: Place, byte: u8) -> Result<Place, &'static str> {
    Ok(match (place, byte) {
        (Place::Start, b'"') | (Place::Quote, b'"') => Place::Quoted,
        (Place::Quoted, b'"') => Place::Quote,
        (Place::Quoted, _) => Place::Quoted,
        (_, b',') => Place::Start,
        (Place::Quote, _) => return Err("text follows the closing quote"),
        (Place::Plain, b'"') => {
            return Err("a quote inside a value: write the value in quotes, and each of its quotes twice");
        }
        // It would end the line, and what follows would be lost.
        (Place::Start | Place::Plain, b'\r') => return Err("a carriage return inside a value"),
        (Place::Start | Place::Plain, _) => Place::Plain,
    })
}

impl Read {
    /// Reads CSV whose first line, with this number, was read already.
    pub(super) fn csv(
        &mut self,
        first: Zeroizing<Vec<u8>>,
        input: &mut dyn BufRead,
        number: u64,
    ) -> CommandResult<()> {
        let mut row = Row { text: first, lines: 0, fault: None };
        let mark = if row.text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        row.text.drain(..mark);
        row.complete(input)?;
        let columns = columns(&row, number)?;
        for column in columns.iter().filter(|column| !Fields::has(column) && !is_account_state(column)) {
            self.ignore(column);
        }
        let mut number = number + row.lines;
        while row.next(input)? {
            if !row.text.trim_ascii().is_empty() {
                let user = row.values().and_then(|values| user(&columns, &values));
                self.lines.push(Line { number, user });
            }
            number += row.lines;
        }
        Ok(())
    }
}

/// The columns of the header.
fn columns(row: &Row, number: u64) -> CommandResult<Vec<String>> {
    let header = row.values().map_err(|fault| Failure::usage(format!("line {number}: {}", fault.why)))?;
    let columns: Vec<String> = header.iter().flatten().map(|name| name.trim().to_owned()).collect();
    if !columns.iter().any(|column| Fields::is_name(column)) {
        return Err(no_header(&String::from_utf8_lossy(&row.text)));
    }
    let mut fields = Fields::default();
    for column in &columns {
        if let Err(fault) = fields.set(column, None) {
            return Err(Failure::usage(format!("line {number}: the column {}", fault.why)).into());
        }
    }
    Ok(columns)
}

/// What the first line is in place of a header.
fn no_header(line: &str) -> CommandError {
    let message = "the input is neither JSON lines nor CSV with a header that has a column name";
    let has_name =
        |separator| line.split(separator).any(|word| Fields::is_name(word.trim().trim_matches('"')));
    let hint = match line.split_once(':') {
        _ if has_name(';') => "the values are separated by commas, not by semicolons",
        _ if has_name('\t') => "the values are separated by commas, not by tabs",
        Some((_, hash)) if is_foreign_hash(hash) => {
            "bcrypt cannot be imported; give a password, or let the user set one"
        }
        _ => "the columns are name, and password or password_hash",
    };
    Failure::usage(message).hint(hint).into()
}

fn user(columns: &[String], row: &Values) -> Result<ImportedUser, Fault> {
    if row.ends.len() != columns.len() {
        let fields = counted(row.ends.len(), "field", "fields");
        return Err(format!("{fields}, where the header has {}", columns.len()).into());
    }
    let mut fields = Fields::default();
    for (column, value) in columns.iter().zip(row.iter().flatten()) {
        if is_account_state(column) {
            fields.set_account_state(column, value);
            continue;
        }
        // A password is taken as it is: nobody can see whether an apostrophe belongs to it.
        let value = if Fields::is_name(column) { unguarded(value) } else { value };
        let value = (!value.is_empty()).then(|| Zeroizing::new(value.to_owned()));
        fields.set(column, value)?;
    }
    fields.user()
}

#[cfg(test)]
mod tests {
    use crate::commands::user::import::read::read;

    /// What became of the lines: the name, or the fault.
    fn lines(text: &str) -> Vec<(u64, Result<String, String>)> {
        let lines = read(&mut text.as_bytes()).unwrap().lines.into_iter();
        lines
            .map(|line| {
                let user = line.user.map(|user| user.name.as_str().to_owned());
                (
                    line.number,
                    user.map_err(|fault| format!("{}: {}", fault.name.unwrap_or_default(), fault.why)),
                )
            })
            .collect()
    }

    #[test]
    fn csv_quote_that_is_never_closed_is_a_fault_of_its_line() {
        let open = "a quote is opened and never closed";
        for (rows, number, why) in [
            ("ann,\"secret\nbob,c\n", 2, format!(": {open}")),
            ("bob,c\n\"ann,secret\nx,d\n", 3, format!(": {open}")),
            ("ann,\"secret\nbob,\"c\"\n", 2, ": text follows the closing quote".to_owned()),
            ("ann,\"secret\"x\nbob,c\n", 2, ": text follows the closing quote".to_owned()),
            ("ann,\"secret\nbob,c\"\n", 2, "ann: a password is one line".to_owned()),
            ("ann,se\rcret\n", 2, ": a carriage return inside a value".to_owned()),
            ("ann,\"secret\r\"\n", 2, "ann: a password is one line".to_owned()),
        ] {
            let found = lines(&format!("name,password\n{rows}"));
            assert!(found.contains(&(number, Err(why.clone()))), "{rows:?}: {found:?}");
            assert!(!format!("{found:?}").contains("secret"), "{found:?}");
        }
        let inside = lines("name,password\nann, \"secret\"\nbob,se\"cret\ncy,c\n");
        assert!(
            inside[0].1.is_err() && inside[1].1.is_err() && inside[2] == (4, Ok("cy".to_owned())),
            "{inside:?}"
        );
        let long = lines(&format!("name,password\nann,\"x\n{}", "y,a long line of the file\n".repeat(3_000)));
        assert_eq!(long[0], (2, Err(format!(": {open}"))));
    }

    #[test]
    fn csv_header_is_read_in_any_case_and_names_each_column_once() {
        assert_eq!(lines("Name,PASSWORD\nann,x\n"), [(2, Ok("ann".to_owned()))]);
        let fails = |text: &str| match read(&mut text.as_bytes()) {
            Ok(_) => panic!("{text} was read"),
            Err(error) => format!("{error} {error:?}"),
        };
        assert!(fails("name,password,Password\nann,a,b\n").contains("password is there twice"));
        assert!(fails("name;password\nann;a\n").contains("not by semicolons"));
        assert!(fails("name\tpassword\nann\ta\n").contains("not by tabs"));
        assert!(fails("ann:$2y$05$abcdefgh\n").contains("bcrypt cannot be imported"));
        assert!(fails("name,\"password\nann,a\n").contains("line 1: a quote is opened"));
    }

    #[test]
    fn csv_name_with_a_guard_is_read_as_it_was_stored() {
        let names: Vec<_> = lines("name,password\n'-yan,x\n''-yan,x\n't,x\n''t,x\n'＝a,x\n")
            .into_iter()
            .map(|(_, name)| name.unwrap())
            .collect();
        assert_eq!(names, ["-yan", "'-yan", "'t", "'t", "＝a"]);
    }
}
