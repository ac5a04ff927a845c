//! A value of a flag that may hold several: a list with commas, where `\,` is a comma inside a value.

use std::ffi::OsStr;
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Command, Error};

use sessionctl_core::model::glob;
use sessionctl_core::model::selector::split_list;
use sessionctl_core::model::session::{Kind, UnknownName, nfc, parse_scope};

/// The values of one flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListValue<T>(pub Vec<T>);

impl<T: FromStr> FromStr for ListValue<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        split_list(text).iter().map(|value| value.parse()).collect::<Result<_, _>>().map(ListValue)
    }
}

/// All values of a flag that was repeated.
#[must_use]
pub fn all<T: Clone>(lists: &[ListValue<T>]) -> Vec<T> {
    lists.iter().flat_map(|list| list.0.iter().cloned()).collect()
}

/// Parses a list of applications, in the form in which they compare.
///
/// # Errors
/// [`EmptyValue`] where one of them is empty: no session has an empty value.
pub fn apps(text: &str) -> Result<ListValue<String>, EmptyValue> {
    split_list(text).iter().map(|app| not_empty(app).map(nfc)).collect::<Result<_, _>>().map(ListValue)
}

/// Parses a list of names, as another program writes them.
///
/// # Errors
/// [`EmptyValue`] where one of them is empty.
pub fn names(text: &str) -> Result<ListValue<String>, EmptyValue> {
    split_list(text)
        .iter()
        .map(|name| not_empty(name).map(str::to_owned))
        .collect::<Result<_, _>>()
        .map(ListValue)
}

/// Parses a pattern.
///
/// # Errors
/// A sentence about a pattern that is empty, or that holds a set without an end.
pub fn pattern(text: &str) -> Result<String, String> {
    let text = not_empty(text).map_err(|error| error.to_string())?;
    glob::read(text).map_err(|error| error.to_string())
}

/// Parses a text of which an empty one selects or names nothing: a script's variable without a value.
///
/// # Errors
/// [`EmptyValue`].
pub fn text(text: &str) -> Result<String, EmptyValue> {
    not_empty(text).map(str::to_owned)
}

fn not_empty(text: &str) -> Result<&str, EmptyValue> {
    if text.is_empty() { Err(EmptyValue) } else { Ok(text) }
}

/// A value that is empty, as in `a,` or where a variable of a script has none.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a value is empty")]
pub struct EmptyValue;

/// Parses a list of scopes.
///
/// # Errors
/// The error of the first value that is not a scope.
pub fn scopes(text: &str) -> Result<ListValue<String>, UnknownName> {
    split_list(text).iter().map(|scope| parse_scope(scope.trim())).collect::<Result<_, _>>().map(ListValue)
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
        let kinds =
            split_list(&text).into_iter().map(|name| names.parse_ref(command, arg, OsStr::new(name.trim())));
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
    fn list_value_parses_each_of_its_values() {
        assert_eq!("1,2".parse::<ListValue<u8>>().unwrap(), ListValue(vec![1, 2]));
        assert!("1,x".parse::<ListValue<u8>>().is_err());
    }

    #[test]
    fn apps_are_in_nfc_and_none_is_empty() {
        assert_eq!(apps("cafe\u{301},a\\,b").unwrap().0, ["caf\u{e9}", "a,b"]);
        for bad in ["", ",", "shop,", ",shop", "a,,b"] {
            assert!(apps(bad).is_err(), "{bad}");
        }
        assert!(pattern("").is_err() && pattern("ci-*").is_ok());
    }

    #[test]
    fn all_joins_repeated_lists() {
        assert_eq!(all(&[ListValue(vec![1, 2]), ListValue(vec![3])]), [1, 2, 3]);
    }
}
