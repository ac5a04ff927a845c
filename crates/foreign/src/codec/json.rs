//! JSON, strictly (RFC 8259), with limits on depth and nodes. Of two equal keys the last counts, as in Python's
//! `json.loads`, PHP's `json_decode` and JavaScript's `JSON.parse`.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::node::Budget;
use super::{Node, PayloadError};

/// Decodes JSON text.
pub(super) fn decode(bytes: &[u8]) -> Result<Node, PayloadError> {
    let mut budget = Budget::new();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let node = Seed(&mut budget).deserialize(&mut json).map_err(|_| PayloadError::Unreadable)?;
    json.end().map_err(|_| PayloadError::Unreadable)?;
    Ok(node)
}

struct Seed<'a>(&'a mut Budget);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.0.take().map_err(|_| D::Error::custom("too many values"))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(i64::try_from(value).map_or(Node::Real(value as f64), Node::Integer))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Real(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        self.0.enter().map_err(|_| A::Error::custom("too deep"))?;
        let mut list = Vec::new();
        while let Some(node) = seq.next_element_seed(Seed(self.0))? {
            list.push(node);
        }
        self.0.leave();
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        self.0.enter().map_err(|_| A::Error::custom("too deep"))?;
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            entries.push((key, map.next_value_seed(Seed(self.0))?));
        }
        self.0.leave();
        Ok(Node::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_takes_the_last_of_two_equal_keys() {
        let node = decode(br#"{"a":1,"b":[true,null,1.5,"x"],"a":2}"#).unwrap();
        assert_eq!(node.get("a"), Some(&Node::Integer(2)));
        assert_eq!(node.get("b").map(Node::type_name), Some("list"));
    }

    #[test]
    fn decode_refuses_depth_damage_and_numbers_without_a_value() {
        let deep = [br#"{"a":"#.repeat(200), b"1".to_vec(), b"}".repeat(200)].concat();
        for bytes in
            [deep.as_slice(), b"{", b"{}x", b"{\"a\":1e999}", b"{\"a\":\"\xff\"}", b"{\"a\":\"\x1b\"}", b""]
        {
            assert_eq!(decode(bytes), Err(PayloadError::Unreadable));
        }
        let many = [b"[".to_vec(), b"0,".repeat(200_000), b"0]".to_vec()].concat();
        assert_eq!(decode(&many), Err(PayloadError::Unreadable));
    }
}
