//! JSON as a JWT may hold it: one object, and no member named twice. serde_json alone keeps the last of two,
//! where another program keeps the first (RFC 8725 §2.4).

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::{Map, Value};

use super::error::{JwtError, Part};

/// A member of a derived structure that is absent, of another type, or as expected. It lets the refusal name the
/// member, which the error of a derived structure does not.
#[derive(Debug, Default)]
pub(super) enum Member<T> {
    /// The object has no member of this name.
    #[default]
    Absent,
    /// The value is of another type.
    Mistyped,
    /// The value.
    Present(T),
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(serde_json::from_value(value).map_or(Member::Mistyped, Member::Present))
    }
}

/// Reads a part into a structure that denies unknown fields.
pub(super) fn structure<T: DeserializeOwned>(bytes: &[u8], part: Part) -> Result<T, JwtError> {
    // From text, a derived structure also accepts an array, and its error does not name a doubled member.
    let members = Value::Object(object(bytes, part)?);
    serde_json::from_value(members).map_err(|_| JwtError::UnexpectedMember(part))
}

/// Reads any JSON object. The depth is limited by serde_json (128), the length by that of the whole JWT.
pub(super) fn object(bytes: &[u8], part: Part) -> Result<Map<String, Value>, JwtError> {
    let text = std::str::from_utf8(bytes).map_err(|_| JwtError::BadJson(part))?;
    let Ok(Value::Object(members)) = serde_json::from_str(text) else {
        return Err(JwtError::BadJson(part));
    };
    // Each member has one colon. Of two members of one name the parser drops one, and so a colon.
    if count_colons(text) != count_colons(&serde_json::to_string(&members).unwrap_or_default()) {
        return Err(JwtError::DuplicateMember(part));
    }
    Ok(members)
}

/// The colons outside of strings in valid JSON.
fn count_colons(json: &str) -> usize {
    let (mut colons, mut is_in_string) = (0, false);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => is_in_string = !is_in_string,
            b'\\' => _ = bytes.next(),
            b':' if !is_in_string => colons += 1,
            _ => {}
        }
    }
    colons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Map<String, Value>, JwtError> {
        object(text.as_bytes(), Part::Claims)
    }

    #[test]
    fn object_is_read_as_serde_json_reads_it() {
        for text in [
            r#" {"a":[1,-2,3.5,null,true,"x\u00e9\n"],"b":{"a":{}},"c":18446744073709551615} "#,
            r#"{"a:b":"c:d","\"e\":":"\\","f":"\\\":"}"#,
        ] {
            let expected: Value = serde_json::from_str(text).unwrap();
            assert_eq!(parse(text).map(Value::Object), Ok(expected), "{text}");
        }
    }

    #[test]
    fn doubled_member_is_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":":","a":2}"#,
            r#"{"x":[{"b":{"a":1,"a":2}}]}"#,
            r#"{"a":{"b":1},"a":2}"#,
        ] {
            assert_eq!(parse(text), Err(JwtError::DuplicateMember(Part::Claims)), "{text}");
        }
    }

    #[test]
    fn text_other_than_one_object_is_refused() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(4000), "]".repeat(4000));
        let texts =
            ["", "null", "[]", "1", "{", "{}{}", "{} x", "{a:1}", "{'a':1}", "{\"a\":1e999}", "{\"a\":NaN}"];
        for text in texts.into_iter().chain([deep.as_str()]) {
            assert_eq!(parse(text), Err(JwtError::BadJson(Part::Claims)));
        }
        for bytes in [&b"{\"a\":\"\xff\"}"[..], b"\xef\xbb\xbf{}"] {
            assert_eq!(object(bytes, Part::Header), Err(JwtError::BadJson(Part::Header)));
        }
    }
}
