//! A JSON object as its members in their order, also those of one name: the usual map keeps the last of two, and nobody
//! would learn of the first. The values are wiped, because they may be passwords. What a name means is the caller's to
//! say.

use std::fmt;
use std::mem;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use zeroize::{Zeroize as _, Zeroizing};

/// The members of an object in their order.
///
/// ```
/// use sessionctl_wire::members::Members;
///
/// let members: Members = serde_json::from_str(r#"{"name":"ann","name":"bob","age":7}"#)?;
/// let names: Vec<&str> = members.iter().filter_map(|(_, value)| value.as_str()).collect();
/// assert_eq!(names, ["ann", "bob"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct Members(Vec<(String, Member)>);

impl Members {
    /// The names and the values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, member)| (name.as_str(), &member.0))
    }
}

impl IntoIterator for Members {
    type Item = (String, Member);
    type IntoIter = std::vec::IntoIter<(String, Member)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The value of a member. Its texts are wiped when it is dropped.
pub struct Member(Value);

impl Member {
    /// The text, or nothing where the value is null.
    ///
    /// # Errors
    /// The member itself where its value is anything else.
    pub fn into_text(mut self) -> Result<Option<Zeroizing<String>>, Self> {
        match &mut self.0 {
            Value::String(text) => Ok(Some(Zeroizing::new(mem::take(text)))),
            Value::Null => Ok(None),
            _ => Err(self),
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// The depth is limited by serde_json, to 128.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        _ => {}
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry()? {
                    members.push((name, Member(value)));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(All)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_taken_and_other_values_are_given_back() {
        let members: Members = serde_json::from_str(r#"{"a":"x","b":null,"c":7,"d":["y"]}"#).unwrap();
        let texts: Vec<_> =
            members.into_iter().map(|(_, member)| member.into_text().map_err(|_| ())).collect();
        assert_eq!(texts, [Ok(Some(Zeroizing::new("x".to_owned()))), Ok(None), Err(()), Err(())]);
        assert!(serde_json::from_str::<Members>("[1]").is_err());
    }

    #[test]
    fn texts_are_wiped_at_any_depth() {
        let mut value = serde_json::json!({"a": ["secret", {"b": "secret"}], "c": "secret"});
        wipe(&mut value);
        assert_eq!(value, serde_json::json!({"a": ["", {"b": ""}], "c": ""}));
    }
}
