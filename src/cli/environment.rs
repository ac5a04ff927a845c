//! The program's own environment variables, read once. An empty variable counts as not set. What a value means is
//! checked where it is used, except for a format, which is a word.

use std::ffi::OsString;
use std::path::PathBuf;

use thiserror::Error;
use zeroize::Zeroizing;

use super::redact::redact_credentials;
use crate::output::Format;

/// The variable that names the database.
pub(super) const DB_VARIABLE: &str = "SESSIONCTL_DB";

/// A variable whose value is not one of its words.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("invalid value '{value}' for the environment variable {name} [possible values: {}]", .words.join(", "))]
pub(super) struct InvalidVariable {
    name: &'static str,
    value: String,
    words: &'static [&'static str],
}

/// What the environment sets.
pub(super) struct Environment {
    /// `SESSIONCTL_DB`.
    pub(super) db: Option<PathBuf>,
    /// `SESSIONCTL_TOKEN`.
    pub(super) token: Option<Zeroizing<String>>,
    format: Option<OsString>,
}

impl Environment {
    /// Reads the environment of the process.
    pub(super) fn read() -> Self {
        Self::of(&|name| std::env::var_os(name))
    }

    fn of(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        // A token that is not UTF-8 is no token, and is rejected where it is used.
        let text = |value: OsString| {
            Zeroizing::new(value.into_string().unwrap_or_else(|odd| odd.to_string_lossy().into_owned()))
        };
        Environment {
            db: set(DB_VARIABLE).map(PathBuf::from),
            token: set("SESSIONCTL_TOKEN").map(text),
            format: set("SESSIONCTL_FORMAT"),
        }
    }

    /// `SESSIONCTL_FORMAT`, for a command line without `--format`.
    pub(super) fn format(&self) -> Result<Option<Format>, InvalidVariable> {
        let Some(value) = &self.format else { return Ok(None) };
        let value = value.to_string_lossy();
        value.parse().map(Some).map_err(|_| InvalidVariable {
            name: "SESSIONCTL_FORMAT",
            value: redact_credentials(&value).into_owned(),
            words: Format::NAMES,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::of(&|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
        })
    }

    #[test]
    fn empty_variable_counts_as_not_set() {
        let names = ["SESSIONCTL_DB", "SESSIONCTL_TOKEN", "SESSIONCTL_FORMAT"];
        let empty = environment(&names.map(|name| (name, "")));
        assert_eq!((empty.db.clone(), empty.token.clone(), empty.format()), (None, None, Ok(None)));
        let set = environment(&names.map(|name| (name, "csv")));
        assert_eq!(set.db, Some("csv".into()));
        assert_eq!(set.token, Some(Zeroizing::new("csv".to_owned())));
        assert_eq!(set.format(), Ok(Some(Format::Csv)));
    }

    #[test]
    fn invalid_format_names_the_variable() {
        let error = environment(&[("SESSIONCTL_FORMAT", "yaml")]).format().unwrap_err().to_string();
        assert!(
            error.starts_with("invalid value 'yaml' for the environment variable SESSIONCTL_FORMAT"),
            "{error}"
        );
        assert!(error.contains("table, json"), "{error}");
    }
}
