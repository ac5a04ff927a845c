//! Reads the users of an import: JSON lines, or CSV with a header. No message repeats a value, which may be a password.

use std::fs::File;
use std::io::{self, BufRead};
use std::path::Path;

use csv::StringRecord;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::commands::input::wiped_input::WipedInput;
use crate::commands::{CommandError, CommandResult, Context, Failure};
use sessionctl_core::model::redact::holds_token;
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::import::{Credential, ImportedUser};

/// What a user is read from.
const NAME: &str = "name";
const PASSWORD: &str = "password";
const HASH: &str = "password_hash";

/// A line is at most so long.
const MAX_LINE_BYTES: u64 = 64 * 1024;
/// Ignored keys that are named, at most.
const MAX_IGNORED_NAMES: usize = 10;

/// The users of the input.
pub(super) struct Read {
    pub(super) lines: Vec<Line>,
    /// The names of keys or columns that mean nothing here.
    pub(super) ignored: Vec<String>,
}

/// A line of the input with a user, or why there is none.
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) user: Result<ImportedUser, String>,
}

/// Opens the input.
pub(super) fn open(file: &Path, context: &mut Context) -> CommandResult<Box<dyn BufRead>> {
    if file == Path::new("-") {
        return Ok(std::mem::replace(&mut context.stdin, Box::new(io::empty())));
    }
    let opened = File::open(file).map_err(CommandError::io(format!("cannot read {}", file.display())))?;
    Ok(Box::new(WipedInput::new(opened)))
}

/// Reads all users: from JSON lines where the first character is a brace, and otherwise from CSV.
pub(super) fn read(input: &mut dyn BufRead) -> CommandResult<Read> {
    let mut read = Read { lines: Vec::new(), ignored: Vec::new() };
    let mut first = Zeroizing::new(Vec::new());
    let mut number = 0;
    while first.trim_ascii().is_empty() {
        first.clear();
        number += 1;
        if !next_line(input, &mut first)? {
            return Ok(read);
        }
    }
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&first);
    if text.trim_ascii_start().starts_with(b"{") {
        read.json_lines(input, &first, number)?;
    } else {
        read.csv(&first, input, number)?;
    }
    Ok(read)
}

/// Reads a line with its end; `false` at the end of the input.
fn next_line(input: &mut dyn BufRead, line: &mut Zeroizing<Vec<u8>>) -> CommandResult<bool> {
    let read = io::Read::take(&mut *input, MAX_LINE_BYTES)
        .read_until(b'\n', line)
        .map_err(CommandError::io("cannot read the users"))?;
    if read as u64 == MAX_LINE_BYTES {
        return Err(Failure::usage("a line of the input is longer than 64 KiB").into());
    }
    Ok(read > 0)
}

impl Read {
    fn ignore(&mut self, name: &str) {
        let name = if holds_token(name) { "a key with the shape of a token" } else { name };
        if self.ignored.len() < MAX_IGNORED_NAMES && !self.ignored.iter().any(|known| known == name) {
            self.ignored.push(name.to_owned());
        }
    }

    fn json_lines(&mut self, input: &mut dyn BufRead, first: &[u8], number: u64) -> CommandResult<()> {
        let mut number = number;
        let mut line = Zeroizing::new(first.to_vec());
        loop {
            let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line).trim_ascii();
            if !text.is_empty() {
                let user = self.json_user(text);
                self.lines.push(Line { number, user });
            }
            line.clear();
            number += 1;
            if !next_line(input, &mut line)? {
                return Ok(());
            }
        }
    }

    fn json_user(&mut self, text: &[u8]) -> Result<ImportedUser, String> {
        let Ok(Value::Object(object)) = serde_json::from_slice(text) else {
            return Err("not a JSON object".to_owned());
        };
        let mut fields = Fields::default();
        for (key, value) in object {
            let Some(field) = fields.named(&key) else {
                self.ignore(&key);
                continue;
            };
            match value {
                Value::String(text) => *field = Some(Zeroizing::new(text)),
                Value::Null => {}
                _ => return Err(format!("{key} is no text")),
            }
        }
        fields.user()
    }

    fn csv(&mut self, first: &[u8], input: &mut dyn BufRead, number: u64) -> CommandResult<()> {
        let mut record = Zeroizing::new(first.to_vec());
        let mut next = number + complete_record(input, &mut record)?;
        let text = record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&record);
        let header = csv_record(text).ok_or_else(|| Failure::usage("the header of the CSV is not UTF-8"))?;
        let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        if !columns.iter().any(|column| column == NAME) {
            let message = "the input is neither JSON lines nor CSV with a header that has a column name";
            let hint = "the columns are name, and password or password_hash";
            return Err(Failure::usage(message).hint(hint).into());
        }
        let mut fields = Fields::default();
        for column in columns.iter().filter(|column| fields.named(column).is_none()) {
            self.ignore(column);
        }
        loop {
            record.clear();
            if !next_line(input, &mut record)? {
                return Ok(());
            }
            let number = next;
            next += complete_record(input, &mut record)?;
            if !record.trim_ascii().is_empty() {
                let row = csv_record(&record).ok_or_else(|| "not UTF-8".to_owned());
                let user = row.and_then(|row| csv_user(&columns, &row));
                self.lines.push(Line { number, user });
            }
        }
    }
}

/// Reads further lines while a quoted value goes on; returns the lines of the record.
fn complete_record(input: &mut dyn BufRead, record: &mut Zeroizing<Vec<u8>>) -> CommandResult<u64> {
    let mut lines = 1;
    while record.iter().filter(|byte| **byte == b'"').count() % 2 == 1 && next_line(input, record)? {
        lines += 1;
        if record.len() as u64 > MAX_LINE_BYTES {
            return Err(Failure::usage("a quoted value of the input does not end within 64 KiB").into());
        }
    }
    Ok(lines)
}

/// The values of one record; none where they are not UTF-8.
fn csv_record(text: &[u8]) -> Option<StringRecord> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(1_024).from_reader(text);
    let mut row = StringRecord::new();
    reader.read_record(&mut row).ok()?.then_some(row)
}

fn csv_user(columns: &[String], row: &StringRecord) -> Result<ImportedUser, String> {
    if row.len() != columns.len() {
        return Err(format!("{} fields, where the header has {}", row.len(), columns.len()));
    }
    let mut fields = Fields::default();
    for (column, value) in columns.iter().zip(row) {
        if let Some(field) = fields.named(column).filter(|_| !value.is_empty()) {
            *field = Some(Zeroizing::new(value.to_owned()));
        }
    }
    fields.user()
}

#[derive(Default)]
struct Fields {
    name: Option<Zeroizing<String>>,
    password: Option<Zeroizing<String>>,
    hash: Option<Zeroizing<String>>,
}

impl Fields {
    fn named(&mut self, name: &str) -> Option<&mut Option<Zeroizing<String>>> {
        match name {
            NAME => Some(&mut self.name),
            PASSWORD => Some(&mut self.password),
            HASH => Some(&mut self.hash),
            _ => None,
        }
    }

    fn user(self) -> Result<ImportedUser, String> {
        let name = self.name.ok_or_else(|| "no name".to_owned())?;
        let name: UserName = name.parse().map_err(|error| format!("{error}"))?;
        if holds_token(name.as_str()) {
            return Err("the name has the shape of a token".to_owned());
        }
        let credential = match (self.password, self.hash) {
            (Some(text), None) => Credential::Password(Zeroizing::new(text.as_bytes().to_vec())),
            (None, Some(hash)) => Credential::Hash(hash.trim().to_owned()),
            (None, None) => return Err("neither a password nor a password_hash".to_owned()),
            (Some(_), Some(_)) => return Err("both a password and a password_hash".to_owned()),
        };
        Ok(ImportedUser { name, credential })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(u64, Result<String, String>)> {
        let read = read(&mut text.as_bytes()).unwrap();
        let name = |user: ImportedUser| user.name.as_str().to_owned();
        read.lines.into_iter().map(|line| (line.number, line.user.map(name))).collect()
    }

    #[test]
    fn read_finds_users_in_json_lines_and_csv() {
        let json = "\n{\"name\":\"ann\",\"password\":\"x\",\"email\":\"y\"}\n\n{\"name\":\"bob\",\"password_hash\":\"z\"}";
        let ann_and_bob = |first, second| vec![(first, Ok("ann".to_owned())), (second, Ok("bob".to_owned()))];
        assert_eq!(lines(json), ann_and_bob(2, 4));
        assert_eq!(read(&mut json.as_bytes()).unwrap().ignored, ["email"]);
        let csv = "\u{feff}email,name,password\r\nx,ann,\"a,\r\nb\"\r\ny,bob,c\r\n";
        assert_eq!(lines(csv), ann_and_bob(2, 4));
        let user = read(&mut csv.as_bytes()).unwrap().lines.remove(0).user.unwrap();
        assert!(matches!(user.credential, Credential::Password(text) if **text == *b"a,\r\nb"));
        assert!(lines("").is_empty() && lines("\n \n").is_empty() && lines("name,password\n").is_empty());
    }

    #[test]
    fn read_reports_each_faulty_line_without_its_values() {
        let json = "{\"name\":\"ann\"}\n{\"name\":7,\"password\":\"secret\"}\nsecret\n{\"password\":\"secret\"}\n\
                    {\"name\":\"x\",\"password\":\"secret\",\"password_hash\":\"secret\"}\n{\"name\":\"x\",\"password\":1}";
        let faults: Vec<_> =
            lines(json).into_iter().map(|(number, user)| (number, user.unwrap_err())).collect();
        let numbers: Vec<u64> = faults.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
        assert!(faults.iter().all(|(_, why)| !why.contains("secret")), "{faults:?}");
        let csv = lines("name,password\nann\nbob,\n,x\n");
        assert!(csv.len() == 3 && csv.iter().all(|(_, user)| user.is_err()), "{csv:?}");
        assert!(read(&mut "user,password\nann,x\n".as_bytes()).is_err());
    }
}
