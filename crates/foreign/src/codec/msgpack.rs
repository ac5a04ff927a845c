//! MessagePack, and the record that tower-sessions stores in it. Extension types and bytes are skipped.

use super::node::Budget;
use super::reader::{Reader, length};
use super::{Node, PayloadError};

pub(super) fn decode(bytes: &[u8]) -> Result<Node, PayloadError> {
    let mut reader = Reader::new(bytes);
    let node = value(&mut reader, &mut Budget::new())?;
    if reader.is_empty() { Ok(node) } else { Err(PayloadError::Unreadable) }
}

/// The record of tower-sessions: `[id, {data}, expiry]`, of which the data is returned.
pub(super) fn decode_tower(bytes: &[u8]) -> Result<Node, PayloadError> {
    match decode(bytes)? {
        Node::List(parts) => match <[Node; 3]>::try_from(parts) {
            Ok([_, data, Node::List(_)]) => Ok(data),
            _ => Err(PayloadError::Unreadable),
        },
        _ => Err(PayloadError::Unreadable),
    }
}

fn value(reader: &mut Reader<'_>, budget: &mut Budget) -> Result<Node, PayloadError> {
    budget.take()?;
    let tag = reader.byte()?;
    match tag {
        0x00..=0x7f => Ok(Node::Integer(i64::from(tag))),
        0x80..=0x8f => map(reader, budget, u32::from(tag & 15)),
        0x90..=0x9f => list(reader, budget, u32::from(tag & 15)),
        0xa0..=0xbf => text(reader, usize::from(tag & 31)),
        0xc0 => Ok(Node::Null),
        0xc2 => Ok(Node::Bool(false)),
        0xc3 => Ok(Node::Bool(true)),
        0xc4 | 0xc7 | 0xd9 => {
            let count = usize::from(reader.byte()?);
            sized(reader, tag, count)
        }
        0xc5 | 0xc8 | 0xda => {
            let count = usize::from(reader.u16_be()?);
            sized(reader, tag, count)
        }
        0xc6 | 0xc9 | 0xdb => {
            let count = length(reader.u32_be()?)?;
            sized(reader, tag, count)
        }
        0xca => Ok(Node::Real(f64::from(f32::from_be_bytes(reader.array()?)))),
        0xcb => Ok(Node::Real(f64::from_be_bytes(reader.array()?))),
        0xcc => Ok(Node::Integer(i64::from(reader.byte()?))),
        0xcd => Ok(Node::Integer(i64::from(reader.u16_be()?))),
        0xce => Ok(Node::Integer(i64::from(reader.u32_be()?))),
        0xcf => {
            let number = u64::from_be_bytes(reader.array()?);
            Ok(i64::try_from(number).map_or(Node::Real(number as f64), Node::Integer))
        }
        0xd0 => Ok(Node::Integer(i64::from(i8::from_be_bytes(reader.array()?)))),
        0xd1 => Ok(Node::Integer(i64::from(i16::from_be_bytes(reader.array()?)))),
        0xd2 => Ok(Node::Integer(i64::from(i32::from_be_bytes(reader.array()?)))),
        0xd3 => Ok(Node::Integer(i64::from_be_bytes(reader.array()?))),
        0xd4..=0xd8 => reader.take(1 + (1 << (tag - 0xd4))).map(|_| Node::Opaque),
        0xdc => {
            let count = u32::from(reader.u16_be()?);
            list(reader, budget, count)
        }
        0xdd => {
            let count = reader.u32_be()?;
            list(reader, budget, count)
        }
        0xde => {
            let count = u32::from(reader.u16_be()?);
            map(reader, budget, count)
        }
        0xdf => {
            let count = reader.u32_be()?;
            map(reader, budget, count)
        }
        0xe0..=0xff => Ok(Node::Integer(i64::from(tag as i8))),
        0xc1 => Err(PayloadError::Unreadable),
    }
}

/// Text, bytes or an extension of a known size.
fn sized(reader: &mut Reader<'_>, tag: u8, count: usize) -> Result<Node, PayloadError> {
    match tag {
        0xd9..=0xdb => text(reader, count),
        0xc7..=0xc9 => {
            reader.byte()?;
            reader.take(count).map(|_| Node::Opaque)
        }
        _ => reader.take(count).map(|_| Node::Opaque),
    }
}

fn text(reader: &mut Reader<'_>, count: usize) -> Result<Node, PayloadError> {
    let text = std::str::from_utf8(reader.take(count)?).map_err(|_| PayloadError::Unreadable)?;
    Ok(Node::Text(text.to_owned()))
}

fn list(reader: &mut Reader<'_>, budget: &mut Budget, count: u32) -> Result<Node, PayloadError> {
    budget.enter()?;
    // No space is reserved by the claimed count: a short payload ends first.
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(value(reader, budget)?);
    }
    budget.leave();
    Ok(Node::List(all))
}

fn map(reader: &mut Reader<'_>, budget: &mut Budget, count: u32) -> Result<Node, PayloadError> {
    budget.enter()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let key = match value(reader, budget)? {
            Node::Text(text) => text,
            Node::Integer(number) => number.to_string(),
            _ => return Err(PayloadError::Unreadable),
        };
        entries.push((key, value(reader, budget)?));
    }
    budget.leave();
    Ok(Node::Map(entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_tower_returns_the_data_of_the_record() {
        let record = [b"\x93\xc4\x10".as_slice(), &[7; 16], b"\x81\xa7user_id\xcd\x01\x00\x90"].concat();
        assert_eq!(decode_tower(&record).unwrap().get("user_id"), Some(&Node::Integer(256)));
        assert_eq!(decode_tower(b"\x92\x01\x80"), Err(PayloadError::Unreadable));
    }

    #[test]
    fn decode_refuses_claimed_lengths_depth_and_damage() {
        let deep = [b"\x93".to_vec(), b"\x91".repeat(5_000)].concat();
        for bytes in [
            deep.as_slice(),
            b"\xdd\xff\xff\xff\xff",
            b"\xdf\xff\xff\xff\xff",
            b"\xc6\xff\xff\xff\xff",
            b"\xc7\xff\x01",
            b"\xc1",
            b"\x01\x01",
            b"\xa1\xff",
            b"",
        ] {
            assert_eq!(decode(bytes), Err(PayloadError::Unreadable));
        }
    }
}
