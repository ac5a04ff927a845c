//! A value of a flag that may hold several: a list with commas, where `\,` is a comma inside a value.

use std::ffi::OsStr;
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Command, Error};

use sessionctl_core::model::session::{Kind, UnknownName, parse_scope};

/// The values of one flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListValue<T>(pub Vec<T>);

impl<T: FromStr> FromStr for ListValue<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        split(text).iter().map(|value| value.parse()).collect::<Result<_, _>>().map(ListValue)
    }
}

/// All values of a flag that was repeated.
#[must_use]
pub fn all<T: Clone>(lists: &[ListValue<T>]) -> Vec<T> {
    lists.iter().flat_map(|list| list.0.iter().cloned()).collect()
}

/// Parses a list of scopes.
///
/// # Errors
/// The error of the first value that is not a scope.
pub fn scopes(text: &str) -> Result<ListValue<String>, UnknownName> {
    split(text).iter().map(|scope| parse_scope(scope)).collect::<Result<_, _>>().map(ListValue)
}

fn split(text: &str) -> Vec<String> {
    let (mut values, mut value) = (Vec::new(), String::new());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' if rest.next_if_eq(&',').is_some() => value.push(','),
            // The name of an account that was removed, such as `bob (removed 2026-01-31, 2)`, holds a comma.
            ',' if value.contains(" (removed ") && !value.ends_with(')') => value.push(','),
            ',' => values.push(std::mem::take(&mut value)),
            other => value.push(other),
        }
    }
    values.push(value);
    values
}

/// Parses a list of kinds, and offers their names for completion.
#[derive(Clone, Copy, Debug)]
pub struct KindList;

impl TypedValueParser for KindList {
    type Value = ListValue<Kind>;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<ListValue<Kind>, Error> {
        let names = PossibleValuesParser::new(Kind::NAMES).try_map(|name| name.parse::<Kind>());
        let text = value.to_string_lossy();
        let kinds = split(&text).into_iter().map(|name| names.parse_ref(command, arg, OsStr::new(&name)));
        kinds.collect::<Result<_, _>>().map(ListValue)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Kind::NAMES.iter().map(PossibleValue::new)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_value_splits_at_commas_that_are_not_escaped() {
        for (text, values) in [
            ("a", &["a"][..]),
            ("a,b", &["a", "b"]),
            (r"a\,b,c", &["a,b", "c"]),
            (r"DOMAIN\bob,eve", &[r"DOMAIN\bob", "eve"]),
            ("", &[""]),
            ("a,", &["a", ""]),
            ("bob (removed 2026-01-31, 2),eve", &["bob (removed 2026-01-31, 2)", "eve"]),
        ] {
            assert_eq!(split(text), values, "{text}");
        }
        assert_eq!("1,2".parse::<ListValue<u8>>().unwrap(), ListValue(vec![1, 2]));
        assert!("1,x".parse::<ListValue<u8>>().is_err());
    }

    #[test]
    fn all_joins_repeated_lists() {
        assert_eq!(all(&[ListValue(vec![1, 2]), ListValue(vec![3])]), [1, 2, 3]);
    }
}
