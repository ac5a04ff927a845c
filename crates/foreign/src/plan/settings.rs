//! The values of a program's configuration that a layout asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sessionctl_core::model::time::{TimeError, parse_duration};
use thiserror::Error;

use crate::layout::Layout;

/// Values of the program's configuration, by name: the layout's defaults, and what the user set.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    values: BTreeMap<String, Duration>,
    /// Those that the user set.
    given: BTreeSet<String>,
}

/// Why a setting was refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SettingError {
    /// The layout has no such setting.
    #[error("the layout {layout} has no setting `{name}`; it has: {known}")]
    Unknown {
        /// The layout.
        layout: String,
        /// The name that was given.
        name: String,
        /// The names that it has.
        known: String,
    },
    /// Not a length of time.
    #[error("{name}: {error}")]
    Value {
        /// The setting.
        name: String,
        /// What is wrong.
        error: TimeError,
    },
}

impl Settings {
    /// The defaults of a layout, with the pairs that the user set.
    ///
    /// # Errors
    /// [`SettingError`].
    pub fn of(layout: &Layout, set: &[(String, String)]) -> Result<Self, SettingError> {
        let parse = |name: &str, text: &str| {
            parse_duration(text).map_err(|error| SettingError::Value { name: name.to_owned(), error })
        };
        let (mut values, mut given) = (BTreeMap::new(), BTreeSet::new());
        for setting in &layout.settings {
            values.insert(setting.name.clone(), parse(&setting.name, &setting.default)?);
        }
        for (name, text) in set {
            if !values.contains_key(name) {
                let known: Vec<&str> = layout.settings.iter().map(|setting| setting.name.as_str()).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(SettingError::Unknown { layout: layout.name.clone(), name: name.clone(), known });
            }
            values.insert(name.clone(), parse(name, text)?);
            given.insert(name.clone());
        }
        Ok(Settings { values, given })
    }

    /// The settings in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Duration)> {
        self.values.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// Those that the user did not set: the layout's defaults.
    pub fn defaults(&self) -> impl Iterator<Item = (&str, Duration)> {
        self.iter().filter(|(name, _)| !self.given.contains(*name))
    }

    pub(super) fn micros(&self, name: &str) -> i64 {
        self.values.get(name).map_or(0, |span| i64::try_from(span.as_micros()).unwrap_or(i64::MAX))
    }
}
