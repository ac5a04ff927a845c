//! A value of a flag that may hold several: a list with commas, where `\,` is a comma inside a value.

use std::ffi::OsStr;
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Command, Error};

use sessionctl_core::model::selector::split_list;
use sessionctl_core::model::session::{Kind, UnknownName, parse_scope};

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
    fn all_joins_repeated_lists() {
        assert_eq!(all(&[ListValue(vec![1, 2]), ListValue(vec![3])]), [1, 2, 3]);
    }
}
