//! A value as a database holds it, and a row of them. What a value means is decided by a layout.

use std::borrow::Cow;
use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroize as _;

/// One value of one column. Text is kept as bytes, because a foreign file may hold text that is not UTF-8.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text.
    Text(Vec<u8>),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Value {
    /// The text value of `text`.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Value::Text(text.as_bytes().to_vec())
    }

    /// The value as text, where it is text in UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The bytes of a text or blob.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Text(bytes) | Value::Blob(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The name of the value's type, as SQLite's `typeof` prints it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Integer(_) => "integer",
            Value::Real(_) => "real",
            Value::Text(_) => "text",
            Value::Blob(_) => "blob",
        }
    }

    /// The value as text for a person: numbers in decimal, text that is not UTF-8 with replacement characters.
    /// `None` for no value and for a blob.
    #[must_use]
    pub fn shown(&self) -> Option<Cow<'_, str>> {
        match self {
            Value::Null | Value::Blob(_) => None,
            Value::Integer(number) => Some(Cow::Owned(number.to_string())),
            Value::Real(number) => Some(Cow::Owned(number.to_string())),
            Value::Text(bytes) => Some(String::from_utf8_lossy(bytes)),
        }
    }

    /// Bytes in memory, to bound a page.
    pub(crate) fn size(&self) -> usize {
        std::mem::size_of::<Value>() + self.as_bytes().map_or(0, <[u8]>::len)
    }
}

/// Shows the type only: any value of a foreign table may be a secret.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({})", self.type_name())
    }
}

/// The forms in which a column can hold an id that is known as text: a column without a type does not turn text into
/// a number, and Django stores a UUID without hyphens and writes it with them.
pub(crate) fn forms_of_id(id: &str) -> Vec<Value> {
    let mut forms = vec![Value::text(id)];
    forms.extend(id.parse().ok().map(Value::Integer));
    if is_uuid(id) {
        forms.push(Value::text(&id.replace('-', "")));
    }
    forms
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The values of one row, in the order in which the columns were requested, with the row's place in the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// The values.
    pub values: Vec<Value>,
    /// The rowid, where the table has one.
    pub rowid: Option<i64>,
}

/// The key of a row: the values by which DELETE names it. It is a secret in most layouts.
#[derive(Clone, Debug, PartialEq)]
pub struct Key(pub Vec<Value>);

/// Hexadecimal digits of a fingerprint. 12 digits collided in one table of six at 10 million rows.
pub const FINGERPRINT_DIGITS: usize = 16;
/// The fewest digits of a fingerprint that are accepted as a prefix.
pub const MIN_PREFIX_DIGITS: usize = 8;

impl Key {
    /// The first [`FINGERPRINT_DIGITS`] digits of the SHA-256 of the key: the id of a row whose key is a secret.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut text = String::with_capacity(FINGERPRINT_DIGITS);
        for byte in &self.digest()[..FINGERPRINT_DIGITS / 2] {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
            }
        }
        text
    }

    /// Whether the fingerprint begins with these hexadecimal digits.
    #[must_use]
    pub fn fingerprint_begins(&self, digits: &str) -> bool {
        let digest = self.digest();
        let digit = |at: usize| b"0123456789abcdef"[usize::from(digest[at / 2] >> (4 * (1 - at % 2)) & 15)];
        digits.len() <= FINGERPRINT_DIGITS && digits.bytes().enumerate().all(|(at, byte)| digit(at) == byte)
    }

    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for (index, value) in self.0.iter().enumerate() {
            if index > 0 {
                hash.update([0]);
            }
            match value.as_bytes() {
                Some(bytes) => hash.update(bytes),
                None => hash.update(value.shown().unwrap_or_default().as_bytes()),
            }
        }
        hash.finalize().into()
    }

    /// The values with their types, to compare many keys.
    pub(crate) fn identity(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for value in &self.0 {
            let number;
            let (kind, bytes) = match value {
                Value::Null => (0, &[][..]),
                Value::Integer(integer) => {
                    number = integer.to_be_bytes();
                    (1, &number[..])
                }
                Value::Real(real) => {
                    number = real.to_be_bytes();
                    (2, &number[..])
                }
                Value::Text(bytes) => (3, bytes.as_slice()),
                Value::Blob(bytes) => (4, bytes.as_slice()),
            };
            all.push(kind);
            all.extend_from_slice(&bytes.len().to_be_bytes());
            all.extend_from_slice(bytes);
        }
        all
    }

    /// The key itself as text, for a key that is no secret.
    #[must_use]
    pub fn shown(&self) -> String {
        let parts: Vec<_> = self.0.iter().map(|value| value.shown().unwrap_or_default()).collect();
        parts.join("/")
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        for value in &mut self.0 {
            if let Value::Text(bytes) | Value::Blob(bytes) = value {
                bytes.zeroize();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprint_is_the_start_of_sha256() {
        let key = Key(vec![Value::text("abc")]);
        assert_eq!(key.fingerprint(), "ba7816bf8f01cfea");
        for end in 0..=16 {
            assert!(key.fingerprint_begins(&"ba7816bf8f01cfea"[..end]), "{end}");
        }
        assert!(
            !["ba7816bf8f01cfeb", "bb", "BA78", "ba7816bf8f01cfea4"]
                .iter()
                .any(|text| key.fingerprint_begins(text))
        );
        assert_eq!(Key(vec![Value::Blob(b"abc".to_vec())]).fingerprint(), "ba7816bf8f01cfea");
        assert_eq!(Key(vec![Value::Integer(7)]).fingerprint(), Key(vec![Value::text("7")]).fingerprint());
    }

    #[test]
    fn debug_hides_every_value() {
        let row = Row { values: vec![Value::text("hunter2"), Value::Integer(42)], rowid: Some(1) };
        let shown = format!("{row:?} {:?}", Key(row.values.clone()));
        assert!(!shown.contains("hunter2") && !shown.contains("42"), "{shown}");
    }
}
