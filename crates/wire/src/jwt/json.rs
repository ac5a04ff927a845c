//! JSON as a JWT may hold it: one object, and no member named twice at any depth. serde_json alone would keep
//! the last of two, where another program keeps the first (RFC 8725 §2.4).

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::error::{JwtError, Part};

/// Reads the JSON object of a part. Depth is limited by serde_json (128), length by the whole JWT's.
pub(super) fn parse_object(bytes: &[u8], part: Part) -> Result<Map<String, Value>, JwtError> {
    let duplicate = Cell::new(false);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict(&duplicate).deserialize(&mut deserializer);
    match (value, deserializer.end()) {
        (Ok(Value::Object(members)), Ok(())) => Ok(members),
        _ if duplicate.get() => Err(JwtError::DuplicateMember(part)),
        _ => Err(JwtError::BadJson(part)),
    }
}

/// Builds a value; sets the flag where a member comes twice, because the error's text decides nothing.
#[derive(Clone, Copy)]
struct Strict<'a>(&'a Cell<bool>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if map.contains_key(&name) {
                self.0.set(true);
                return Err(A::Error::custom("a member twice"));
            }
            map.insert(name, members.next_value_seed(self)?);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Map<String, Value>, JwtError> {
        parse_object(text.as_bytes(), Part::Claims)
    }

    #[test]
    fn any_json_object_is_read_as_serde_json_reads_it() {
        let text = r#" {"a":[1,-2,3.5,null,true,"x\u00e9\n"],"b":{"a":{}},"c":18446744073709551615} "#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(parse(text).map(Value::Object), Ok(expected));
    }

    #[test]
    fn twice_the_same_member_is_refused_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"x":[{"b":{"a":1,"a":2}}]}"#] {
            assert_eq!(parse(text), Err(JwtError::DuplicateMember(Part::Claims)), "{text}");
        }
    }

    #[test]
    fn what_is_no_single_object_is_refused() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(4000), "]".repeat(4000));
        for text in [
            "",
            "null",
            "[]",
            "1",
            "{",
            "{}{}",
            "{} x",
            "{a:1}",
            "{'a':1}",
            "{\"a\":1e999}",
            "{\"a\":NaN}",
            &deep,
        ] {
            assert_eq!(parse(text), Err(JwtError::BadJson(Part::Claims)));
        }
        assert_eq!(parse_object(b"{\"a\":\"\xff\"}", Part::Header), Err(JwtError::BadJson(Part::Header)));
        assert_eq!(parse_object(b"\xef\xbb\xbf{}", Part::Header), Err(JwtError::BadJson(Part::Header)));
    }
}
