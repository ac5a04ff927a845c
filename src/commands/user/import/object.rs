//! A JSON object whose keys may be there twice: the usual map keeps the last value, and nobody would learn of the first.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use zeroize::Zeroizing;

/// The members in their order.
pub(super) struct Object(pub(super) Vec<(String, Member)>);

/// The value of a member.
pub(super) struct Member(Value);

impl Member {
    /// The text, or nothing where it is null; any other value is an error.
    pub(super) fn text(self) -> Result<Option<Zeroizing<String>>, ()> {
        match self.0 {
            Value::String(text) => Ok(Some(Zeroizing::new(text))),
            Value::Null => Ok(None),
            _ => Err(()),
        }
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry()? {
                    members.push((key, Member(value)));
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}
