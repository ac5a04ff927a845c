//! A layout file as serde reads it: every key that may occur, and nothing else. Meaning is added in `convert`.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) verified: String,
    #[serde(default)]
    pub(super) settings: BTreeMap<String, Setting>,
    pub(super) r#match: Match,
    pub(super) row: Row,
    pub(super) fields: Fields,
    pub(super) live: Live,
    pub(super) user: Option<User>,
    #[serde(default)]
    pub(super) token: Vec<Token>,
    #[serde(default)]
    pub(super) revoke: Revoke,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setting {
    pub(super) default: String,
    pub(super) why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Match {
    pub(super) table: String,
    pub(super) columns: Vec<String>,
    #[serde(default)]
    pub(super) without: Vec<String>,
    #[serde(default)]
    pub(super) prove: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) key: Many<String>,
    #[serde(default)]
    pub(super) secret: Vec<String>,
    pub(super) payload: Option<Payload>,
    #[serde(default)]
    pub(super) only: BTreeMap<String, Scalar>,
    pub(super) api_if: Option<Condition>,
    #[serde(default)]
    pub(super) dead_if: Vec<Condition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Payload {
    pub(super) column: String,
    pub(super) codec: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    pub(super) column: String,
    pub(super) is: Option<Many<Scalar>>,
    pub(super) above: Option<i64>,
    pub(super) state: Option<String>,
    pub(super) ends: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    pub(super) user_id: Option<Many<Source>>,
    pub(super) created_at: Option<Many<Source>>,
    pub(super) last_seen_at: Option<Many<Source>>,
    pub(super) expires_at: Option<Many<Source>>,
    pub(super) ended_at: Option<Many<Source>>,
    pub(super) ip: Option<Many<Source>>,
    pub(super) last_ip: Option<Many<Source>>,
    pub(super) user_agent: Option<Many<Source>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    pub(super) column: Option<String>,
    pub(super) payload: Option<String>,
    pub(super) earliest: Option<Vec<Source>>,
    pub(super) time: Option<String>,
    pub(super) plus: Option<String>,
    pub(super) not: Option<Many<Scalar>>,
    pub(super) encoding: Option<String>,
    pub(super) why: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Live {
    pub(super) until: Option<String>,
    pub(super) always: Option<bool>,
    pub(super) at_limit: Option<String>,
    pub(super) when_null: Option<String>,
    pub(super) proof: Option<String>,
    #[serde(default)]
    pub(super) doubt: Vec<String>,
    #[serde(default)]
    pub(super) guest_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    pub(super) table: String,
    pub(super) id: String,
    pub(super) name: Many<String>,
    pub(super) disabled: Option<Condition>,
    pub(super) anonymous: Option<Condition>,
    pub(super) password: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    pub(super) cookie: Option<String>,
    pub(super) column: Many<String>,
    #[serde(default)]
    pub(super) steps: Vec<String>,
    pub(super) needs: Option<String>,
    pub(super) signed_with: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revoke {
    #[serde(default)]
    pub(super) set: BTreeMap<String, Scalar>,
    pub(super) chain: Option<Chain>,
    #[serde(default)]
    pub(super) also: Vec<Also>,
    #[serde(default)]
    pub(super) resurrects: bool,
    #[serde(default)]
    pub(super) notice: Vec<String>,
    #[serde(default)]
    pub(super) unknown: Vec<String>,
    pub(super) refuse: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chain {
    pub(super) next: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Also {
    pub(super) update: Option<String>,
    pub(super) delete: Option<String>,
    #[serde(default)]
    pub(super) set: BTreeMap<String, Scalar>,
    pub(super) r#where: BTreeMap<String, String>,
    pub(super) r#if: Option<String>,
    pub(super) because: String,
}

/// A value in a layout.
#[derive(Clone)]
pub(super) enum Scalar {
    Bool(bool),
    Integer(i64),
    Text(String),
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a whole number, true or false")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar::Bool(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar::Integer(value))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(value.to_owned()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// One value, or a list of them.
pub(super) struct Many<T>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
            type Value = Many<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one value or a list of them")
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Many<T>, E> {
                T::deserialize(StrDeserializer::new(value)).map(|one| Many(vec![one]))
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Many<T>, E> {
                T::deserialize(serde::de::value::BoolDeserializer::new(value)).map(|one| Many(vec![one]))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Many<T>, E> {
                T::deserialize(serde::de::value::I64Deserializer::new(value)).map(|one| Many(vec![one]))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Many<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|one| Many(vec![one]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Many<T>, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = seq.next_element()? {
                    all.push(one);
                }
                Ok(Many(all))
            }
        }
        deserializer.deserialize_any(OneOrMany(PhantomData))
    }
}
