//! Words that completion suggests and that the parser does not require.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command, Error};

/// Accepts any text and suggests these words to a shell's completion: for names that depend on more than the flag,
/// for example the fields of a record.
#[derive(Clone, Copy, Debug)]
pub struct Suggested(pub &'static [&'static str]);

impl TypedValueParser for Suggested {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggested_accepts_other_words() {
        let parsed = Suggested(&["id"]).parse_ref(&Command::new("x"), None, OsStr::new("name")).unwrap();
        assert_eq!(parsed, "name");
        assert_eq!(Suggested(&["id", "kind"]).possible_values().unwrap().count(), 2);
    }
}
