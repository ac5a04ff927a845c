//! Parameters of statements, each with its type: an unnamed statement with typed parameters takes one round trip.

use tokio_postgres::types::{ToSql, Type};
use zeroize::Zeroizing;

/// A parameter.
#[derive(Clone)]
pub(crate) enum Value {
    Int(Option<i64>),
    Bool(bool),
    Text(Option<String>),
    /// Among other things, secrets.
    Bytes(Option<Zeroizing<Vec<u8>>>),
    Ints(Vec<i64>),
    OptionalInts(Vec<Option<i64>>),
    OptionalTexts(Vec<Option<String>>),
    ByteLists(Vec<Vec<u8>>),
    OptionalByteLists(Vec<Option<Vec<u8>>>),
}

impl Value {
    /// The value and its type, as a statement takes them.
    pub(crate) fn typed(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Value::Int(value) => (value, Type::INT8),
            Value::Bool(value) => (value, Type::BOOL),
            Value::Text(value) => (value, Type::TEXT),
            Value::Bytes(None) => (&None::<Vec<u8>>, Type::BYTEA),
            Value::Bytes(Some(bytes)) => (&**bytes, Type::BYTEA),
            Value::Ints(values) => (values, Type::INT8_ARRAY),
            Value::OptionalInts(values) => (values, Type::INT8_ARRAY),
            Value::OptionalTexts(values) => (values, Type::TEXT_ARRAY),
            Value::ByteLists(values) => (values, Type::BYTEA_ARRAY),
            Value::OptionalByteLists(values) => (values, Type::BYTEA_ARRAY),
        }
    }
}

/// A text as a server keeps it: without U+0000, so that an odd value prevents no change.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

macro_rules! from {
    ($($given:ty, $value:ident => $made:expr;)*) => {
        $(impl From<$given> for Value {
            fn from($value: $given) -> Self {
                $made
            }
        })*
    };
}

from! {
    i64, value => Value::Int(Some(value));
    u32, value => Value::Int(Some(i64::from(value)));
    Option<i64>, value => Value::Int(value);
    bool, value => Value::Bool(value);
    &str, value => Value::Text(Some(storable(value)));
    String, value => Value::Text(Some(storable(&value)));
    &String, value => Value::Text(Some(storable(value)));
    Option<String>, value => Value::Text(value.as_deref().map(storable));
    Option<&str>, value => Value::Text(value.map(storable));
    &[u8], value => Value::Bytes(Some(value.to_vec().into()));
    Vec<u8>, value => Value::Bytes(Some(value.into()));
    Option<Vec<u8>>, value => Value::Bytes(value.map(Zeroizing::new));
    Vec<i64>, value => Value::Ints(value);
    Vec<Option<i64>>, value => Value::OptionalInts(value);
    Vec<String>, value => Value::OptionalTexts(value.into_iter().map(Some).collect());
    Vec<Vec<u8>>, value => Value::ByteLists(value);
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Value::Bytes(Some(value.to_vec().into()))
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(value: &[u8; N]) -> Self {
        Value::Bytes(Some(value.to_vec().into()))
    }
}

impl<const N: usize> From<Option<[u8; N]>> for Value {
    fn from(value: Option<[u8; N]>) -> Self {
        Value::Bytes(value.map(|bytes| bytes.to_vec().into()))
    }
}

/// A list of parameters: `values![id, at]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::value::Value::from($value)),*] };
}

pub(crate) use values;
