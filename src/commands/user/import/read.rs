//! Reads the users of an import from JSON lines; from CSV, `csv` does. No message repeats a value, which may be a password.

use std::fs::File;
use std::io::{self, BufRead};
use std::path::Path;

use serde_json::Value;
use zeroize::Zeroizing;

use super::fields::{Fault, Fields, is_account_state};

use crate::commands::input::wiped_input::WipedInput;
use crate::commands::{CommandError, CommandResult, Context, Failure};
use sessionctl_core::model::redact::holds_token;
use sessionctl_core::ops::import::ImportedUser;
use sessionctl_wire::members::Members;

/// A line is at most so long.
pub(super) const MAX_LINE_BYTES: u64 = 64 * 1024;
/// Room for a line and for what follows it in quotes, allocated once: growing would leave copies of a secret behind.
pub(super) const LINE_CAPACITY_BYTES: usize = 2 * MAX_LINE_BYTES as usize + 1;
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
    pub(super) user: Result<ImportedUser, Fault>,
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
    let mut first = Zeroizing::new(Vec::with_capacity(LINE_CAPACITY_BYTES));
    let mut number = 0;
    while first.trim_ascii().is_empty() {
        first.clear();
        number += 1;
        if !next_line(input, &mut first)? {
            return Ok(read);
        }
    }
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&first);
    if text.trim_ascii_start().starts_with(b"[") {
        return Err(Failure::usage("the input is a JSON array")
            .hint("write one object a line: `jq -c '.[]'` does")
            .into());
    }
    if text.trim_ascii_start().starts_with(b"{") {
        read.json_lines(input, first, number)?;
    } else {
        read.csv(first, input, number)?;
    }
    Ok(read)
}

/// Reads a line with its end; `false` at the end of the input.
pub(super) fn next_line(input: &mut dyn BufRead, line: &mut Zeroizing<Vec<u8>>) -> CommandResult<bool> {
    let read = io::Read::take(&mut *input, MAX_LINE_BYTES)
        .read_until(b'\n', line)
        .map_err(CommandError::io("cannot read the users"))?;
    if read as u64 == MAX_LINE_BYTES {
        return Err(Failure::usage("a line of the input is longer than 64 KiB").into());
    }
    Ok(read > 0)
}

impl Read {
    /// Remembers a key or a column that means nothing here.
    pub(super) fn ignore(&mut self, name: &str) {
        let name = if holds_token(name) { "a key with the shape of a token" } else { name };
        if self.ignored.len() < MAX_IGNORED_NAMES && !self.ignored.iter().any(|known| known == name) {
            self.ignored.push(name.to_owned());
        }
    }

    /// Reads JSON lines whose first one, with this number, was read already.
    fn json_lines(
        &mut self,
        input: &mut dyn BufRead,
        first: Zeroizing<Vec<u8>>,
        number: u64,
    ) -> CommandResult<()> {
        let (mut line, mut number) = (first, number);
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

    fn json_user(&mut self, text: &[u8]) -> Result<ImportedUser, Fault> {
        let members: Members = serde_json::from_slice(text).map_err(|_| "not a JSON object")?;
        let mut fields = Fields::default();
        for (key, value) in members.iter().filter(|(key, _)| is_account_state(key)) {
            match value {
                Value::Null => {}
                Value::String(text) => fields.set_account_state(key, text),
                other => fields.set_account_state(key, &other.to_string()),
            }
        }
        for (key, value) in members {
            match value.into_text() {
                _ if is_account_state(&key) => {}
                _ if !Fields::has(&key) => self.ignore(&key),
                Ok(value) => fields.set(&key, value)?,
                Err(_) => return Err(format!("{key} is no text").into()),
            }
        }
        fields.user()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessionctl_core::ops::import::Credential;

    fn lines(text: &str) -> Vec<(u64, Result<String, String>)> {
        let read = read(&mut text.as_bytes()).unwrap();
        let name = |user: ImportedUser| user.name.as_str().to_owned();
        let why = |fault: Fault| fault.why;
        read.lines.into_iter().map(|line| (line.number, line.user.map(name).map_err(why))).collect()
    }

    #[test]
    fn read_finds_users_in_json_lines_and_csv() {
        let json = "\n{\"name\":\"ann\",\"password\":\"x\",\"email\":\"y\"}\n\n{\"name\":\"bob\",\"password_hash\":\"z\"}";
        let ann_and_bob = |first, second| vec![(first, Ok("ann".to_owned())), (second, Ok("bob".to_owned()))];
        assert_eq!(lines(json), ann_and_bob(2, 4));
        assert_eq!(read(&mut json.as_bytes()).unwrap().ignored, ["email"]);
        let csv = "\u{feff}email,name,password\r\n\"x\r\nz\",ann,\"a,\"\"b\"\r\ny,bob,c\r\n";
        assert_eq!(lines(csv), ann_and_bob(2, 4));
        let user = read(&mut csv.as_bytes()).unwrap().lines.remove(0).user.unwrap();
        assert!(matches!(user.credential, Credential::Password(text) if **text == *b"a,\"b"));
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
        for array in
            ["[{\"name\":\"ann\",\"password\":\"secret\"}]", "\n\n\u{feff} [\n{\"name\":\"ann\"}\n]\n", "[]"]
        {
            let error = read(&mut array.as_bytes()).err().unwrap();
            assert!(format!("{error} {error:?}").contains("a JSON array"), "{array}");
        }
        assert!(read(&mut "user,password\nann,x\n".as_bytes()).is_err());
    }
}
