//! Ruby's Marshal format 4.8, plain or in base64, walked as far as it is plain data. The first object, class or
//! user-defined type ends the walk. Nothing is built.

use base64ct::{Base64, Encoding as _};

use super::node::Budget;
use super::reader::{Reader, length};
use super::{Node, PayloadError};

const VERSION: [u8; 2] = [4, 8];

pub(super) fn decode(bytes: &[u8]) -> Result<Node, PayloadError> {
    if bytes.starts_with(&VERSION) {
        return walk(bytes);
    }
    // ActiveRecord's session store wraps its base64 at 60 characters.
    let compact: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let text = std::str::from_utf8(&compact).map_err(|_| PayloadError::Unreadable)?;
    walk(&Base64::decode_vec(text).map_err(|_| PayloadError::Unreadable)?)
}

fn walk(bytes: &[u8]) -> Result<Node, PayloadError> {
    let mut reader = Reader::new(bytes);
    if reader.array::<2>()? != VERSION {
        return Err(PayloadError::Unreadable);
    }
    let node = value(&mut reader, &mut Budget::new(), &mut Vec::new())?;
    if reader.is_empty() { Ok(node) } else { Err(PayloadError::Unreadable) }
}

fn value(
    reader: &mut Reader<'_>,
    budget: &mut Budget,
    symbols: &mut Vec<String>,
) -> Result<Node, PayloadError> {
    budget.take()?;
    match reader.byte()? {
        b'0' => Ok(Node::Null),
        b'T' => Ok(Node::Bool(true)),
        b'F' => Ok(Node::Bool(false)),
        b'i' => number(reader).map(Node::Integer),
        b'f' => bytes(reader).map(|_| Node::Opaque),
        b'"' => bytes(reader).map(text),
        b':' => {
            let name = String::from_utf8_lossy(bytes(reader)?).into_owned();
            symbols.push(name.clone());
            Ok(Node::Text(name))
        }
        b';' => {
            let name = symbols.get(length(number(reader)?)?).ok_or(PayloadError::Unreadable)?;
            // A long symbol that is named often would take more memory than the payload has bytes.
            Ok(if name.len() > 256 { Node::Opaque } else { Node::Text(name.clone()) })
        }
        b'I' => {
            budget.enter()?;
            let node = value(reader, budget, symbols)?;
            for _ in 0..number(reader)? {
                value(reader, budget, symbols)?;
                value(reader, budget, symbols)?;
            }
            budget.leave();
            Ok(node)
        }
        b'[' => {
            budget.enter()?;
            let mut list = Vec::new();
            for _ in 0..number(reader)? {
                list.push(value(reader, budget, symbols)?);
            }
            budget.leave();
            Ok(Node::List(list))
        }
        b'{' => {
            budget.enter()?;
            let mut entries = Vec::new();
            for _ in 0..number(reader)? {
                let key = match value(reader, budget, symbols)? {
                    Node::Text(text) => text,
                    Node::Integer(number) => number.to_string(),
                    _ => return Err(PayloadError::Unreadable),
                };
                entries.push((key, value(reader, budget, symbols)?));
            }
            budget.leave();
            Ok(Node::Map(entries))
        }
        b'@' => number(reader).map(|_| Node::Opaque),
        _ => Err(PayloadError::Unreadable),
    }
}

fn text(bytes: &[u8]) -> Node {
    std::str::from_utf8(bytes).map_or(Node::Opaque, |text| Node::Text(text.to_owned()))
}

fn bytes<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], PayloadError> {
    let count = length(number(reader)?)?;
    reader.take(count)
}

/// Marshal's number: small ones in one byte with an offset of 5, others little-endian behind their length.
fn number(reader: &mut Reader<'_>) -> Result<i64, PayloadError> {
    let first = reader.array::<1>()?[0] as i8;
    match first {
        0 => Ok(0),
        1..=4 => {
            let bytes = reader.take(first.unsigned_abs().into())?;
            Ok(bytes.iter().rev().fold(0, |sum, byte| sum << 8 | i64::from(*byte)))
        }
        -4..=-1 => {
            let bytes = reader.take(first.unsigned_abs().into())?;
            Ok(bytes.iter().rev().fold(-1, |sum, byte| sum << 8 | i64::from(*byte)))
        }
        5.. => Ok(i64::from(first) - 5),
        _ => Ok(i64::from(first) + 5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_reads_a_hash_of_plain_values() {
        // Marshal.dump({"user_id" => 300, :a => nil})
        let bytes = b"\x04\x08{\x07I\"\x0cuser_id\x06:\x06ETi\x02\x2c\x01:\x06a0";
        let node = decode(bytes).unwrap();
        assert_eq!(node.get("user_id"), Some(&Node::Integer(300)));
        assert_eq!(node.get("a"), Some(&Node::Null));
        assert_eq!(decode(Base64::encode_string(bytes).as_bytes()), Ok(node));
    }

    #[test]
    fn decode_refuses_objects_lengths_and_depth() {
        let deep = [b"\x04\x08".to_vec(), b"[\x06".repeat(5_000)].concat();
        for bytes in [
            b"\x04\x08o:\x08Foo\x00".as_slice(),
            b"\x04\x08\"\x04\xff\xff\xff\x7f",
            b"\x04\x08;\x06",
            deep.as_slice(),
        ] {
            assert_eq!(decode(bytes), Err(PayloadError::Unreadable));
        }
    }
}
