//! A result on its way out: named values in order. No format stands here, and nothing that must stay secret
//! may be put into a record, save the token a command was asked to make.

use std::time::Duration;

use crate::domain::time::Timestamp;

/// One value of a record. What each format makes of it is that format's matter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: there is no such value.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A word of this program's own, such as a state: it costs no allocation.
    Word(&'static str),
    /// Text that may come from anywhere; it is shown escaped.
    Text(String),
    /// A moment.
    Time(Timestamp),
    /// A length of time; in seconds to machines.
    Span(Duration),
    /// Several short texts, such as scopes.
    List(Vec<String>),
    /// A value with a structure of its own.
    Json(serde_json::Value),
}

/// Named values, in the order in which they are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    fields: Vec<(&'static str, Value)>,
}

/// Most records have fewer fields; room for them at once spares a list of a million records three moves each.
const USUAL_FIELDS: usize = 20;

impl Record {
    /// A record without fields.
    #[must_use]
    pub fn new() -> Self {
        Record { fields: Vec::with_capacity(USUAL_FIELDS) }
    }

    /// The same record with one more field at its end. A name is used once.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.push(name, value);
        self
    }

    /// Adds a field at the end. A name is used once.
    pub fn push(&mut self, name: &'static str, value: impl Into<Value>) {
        debug_assert!(self.get(name).is_none(), "field {name} twice");
        self.fields.push((name, value.into()));
    }

    /// The value of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    /// All fields in order.
    #[must_use]
    pub fn fields(&self) -> &[(&'static str, Value)] {
        &self.fields
    }

    /// The value of that name, looked for at `place` first; [`Value::Null`] where there is none.
    pub(super) fn at(&self, place: usize, name: &str) -> &Value {
        match self.fields.get(place) {
            Some((field, value)) if *field == name => value,
            _ => self.get(name).unwrap_or(&Value::Null),
        }
    }
}

macro_rules! from {
    ($($source:ty => $make:expr),* $(,)?) => {$(
        impl From<$source> for Value {
            fn from(value: $source) -> Self {
                $make(value)
            }
        }
    )*};
}

from! {
    bool => Value::Bool,
    i64 => Value::Integer,
    i32 => |number| Value::Integer(i64::from(number)),
    u32 => |number| Value::Integer(i64::from(number)),
    u16 => |number| Value::Integer(i64::from(number)),
    u8 => |number| Value::Integer(i64::from(number)),
    // SQLite counts no further than i64, so neither can a count of rows.
    u64 => |number| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX)),
    usize => |number| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX)),
    String => Value::Text,
    &str => |text: &str| Value::Text(text.to_owned()),
    &String => |text: &String| Value::Text(text.clone()),
    Timestamp => Value::Time,
    Duration => Value::Span,
    Vec<String> => Value::List,
    &[String] => |list: &[String]| Value::List(list.to_vec()),
    serde_json::Value => Value::Json,
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order_and_are_found() {
        let record = Record::new().with("id", 42).with("user", Some("ann")).with("app", None::<String>);
        let names: Vec<_> = record.fields().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["id", "user", "app"]);
        assert_eq!(record.get("id"), Some(&Value::Integer(42)));
        assert_eq!(record.get("user"), Some(&Value::Text("ann".into())));
        assert_eq!(record.get("app"), Some(&Value::Null));
        assert_eq!(record.get("ip"), None);
    }

    #[test]
    fn a_wrong_place_is_only_slower() {
        let record = Record::new().with("id", 1).with("user", "ann");
        for place in 0..3 {
            assert_eq!(record.at(place, "user"), &Value::Text("ann".into()));
            assert_eq!(record.at(place, "ip"), &Value::Null);
        }
    }

    #[test]
    fn numbers_too_large_stop_at_the_largest() {
        assert_eq!(Value::from(u64::MAX), Value::Integer(i64::MAX));
    }
}
