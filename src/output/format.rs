//! The names of the formats. What each looks like does not belong here.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A way to print a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Aligned columns for a person; a single record is a column of names beside a column of values.
    #[default]
    Table,
    /// One JSON document: an object, or for many records an object that holds their array.
    Json,
    /// One compact JSON object a line.
    Jsonl,
    /// Comma-separated values (RFC 4180) with a header line.
    Csv,
    /// The id of each record, one a line.
    Ids,
    /// The number of records.
    Count,
}

impl Format {
    /// Every format's name, in the order in which help lists them.
    pub const NAMES: &[&str] = &["table", "json", "jsonl", "csv", "ids", "count"];

    /// The name, as `--format` takes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that no format has.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("not a format: write one of table, json, jsonl, csv, ids, count")]
pub struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        [Format::Table, Format::Json, Format::Jsonl, Format::Csv, Format::Ids, Format::Count]
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or(UnknownFormat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_str_accepts_every_name() {
        for name in Format::NAMES {
            assert_eq!(name.parse::<Format>().unwrap().as_str(), *name);
        }
        for name in ["", "JSON", "yaml"] {
            assert_eq!(name.parse::<Format>(), Err(UnknownFormat));
        }
    }

    #[test]
    fn unknown_format_lists_the_names() {
        assert!(UnknownFormat.to_string().ends_with(&Format::NAMES.join(", ")));
    }
}
