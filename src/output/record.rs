//! A result: named values in order. No format belongs here, and no secret, except the token that a command was asked to
//! create.

use std::time::Duration;

use serde_json::Value as Json;

use super::view::View;
use sessionctl_core::model::time::Timestamp;

/// One value of a record. Each format decides how it is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Null: there is no such value.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A word of this program's own, such as a state: it costs no allocation.
    Word(&'static str),
    /// Text that may come from anywhere; a terminal shows it escaped.
    Text(String),
    /// A moment.
    Time(Timestamp),
    /// A length of time; in seconds to machines.
    Span(Duration),
    /// Several short texts, such as scopes.
    List(Vec<String>),
    /// Structured data.
    Json(serde_json::Value),
}

/// Named values, in the order in which they are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    fields: Vec<(&'static str, Value)>,
}

/// Most records have fewer fields; allocating them at once saves three moves for each record of a list.
const USUAL_FIELDS: usize = 25;

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

    /// The record inside another one: a JSON object with every field of the view.
    #[must_use]
    pub fn to_json(&self, view: &View) -> serde_json::Value {
        let value = |name: &&'static str| ((*name).to_owned(), self.get(name).map_or(Json::Null, json));
        Json::Object(view.fields.iter().map(value).collect())
    }

    /// The value of that name, looked for at `place` first; [`Value::Null`] where there is none.
    pub(super) fn at(&self, place: usize, name: &str) -> &Value {
        match self.fields.get(place) {
            Some((field, value)) if *field == name => value,
            _ => self.get(name).unwrap_or(&Value::Null),
        }
    }
}

/// As the JSON format writes it.
fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Integer(number) => (*number).into(),
        Value::Word(word) => (*word).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Time(moment) => moment.to_string().into(),
        Value::Span(span) => span.as_secs().into(),
        Value::List(list) => list.as_slice().into(),
        Value::Json(tree) => tree.clone(),
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
    fn get_finds_fields_in_any_order() {
        let record = Record::new().with("id", 42).with("user", Some("ann")).with("app", None::<String>);
        let names: Vec<_> = record.fields().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["id", "user", "app"]);
        assert_eq!(record.get("id"), Some(&Value::Integer(42)));
        assert_eq!(record.get("user"), Some(&Value::Text("ann".into())));
        assert_eq!(record.get("app"), Some(&Value::Null));
        assert_eq!(record.get("ip"), None);
    }

    #[test]
    fn to_json_has_every_field_of_the_view() {
        const VIEW: View =
            View { noun: "x", singular: "x", fields: &["id", "at", "idle", "app"], columns: &[] };
        let record = Record::new()
            .with("id", 7)
            .with("at", Timestamp::from_unix(0))
            .with("idle", Duration::from_secs(60))
            .with("unseen", true);
        let expected = r#"{"id":7,"at":"1970-01-01T00:00:00Z","idle":60,"app":null}"#;
        assert_eq!(record.to_json(&VIEW).to_string(), expected);
    }

    #[test]
    fn at_finds_a_field_at_another_place() {
        let record = Record::new().with("id", 1).with("user", "ann");
        for place in 0..3 {
            assert_eq!(record.at(place, "user"), &Value::Text("ann".into()));
            assert_eq!(record.at(place, "ip"), &Value::Null);
        }
    }

    #[test]
    fn value_clamps_numbers_to_the_largest() {
        assert_eq!(Value::from(u64::MAX), Value::Integer(i64::MAX));
    }
}
