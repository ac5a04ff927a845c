//! PHP's `serialize`, read as plain data: `i b d s a N`. An object or enumeration inside an array is skipped and
//! never built; a reference is not followed, because what it means depends on everything before it.

use super::node::Budget;
use super::reader::{Reader, length};
use super::{Node, PayloadError};

/// The most digits of a number or a length.
const MAX_DIGITS: usize = 32;

pub(super) fn decode(bytes: &[u8]) -> Result<Node, PayloadError> {
    let mut reader = Reader::new(bytes);
    let node = value(&mut reader, &mut Budget::new())?;
    if reader.is_empty() { Ok(node) } else { Err(PayloadError::Unreadable) }
}

fn value(reader: &mut Reader<'_>, budget: &mut Budget) -> Result<Node, PayloadError> {
    budget.take()?;
    let kind = reader.byte()?;
    reader.expect(if kind == b'N' { b';' } else { b':' })?;
    match kind {
        b'N' => Ok(Node::Null),
        b'b' => match reader.until(b';', 1)? {
            b"0" => Ok(Node::Bool(false)),
            b"1" => Ok(Node::Bool(true)),
            _ => Err(PayloadError::Unreadable),
        },
        b'i' => number::<i64>(reader.until(b';', MAX_DIGITS)?).map(Node::Integer),
        b'd' => number::<f64>(reader.until(b';', MAX_DIGITS)?).map(Node::Real),
        b's' => {
            let text = string(reader)?;
            reader.expect(b';')?;
            Ok(text)
        }
        b'a' => array(reader, budget),
        b'O' => {
            string(reader)?;
            reader.expect(b':')?;
            array(reader, budget).map(|_| Node::Opaque)
        }
        b'C' => {
            string(reader)?;
            reader.expect(b':')?;
            let count = length(number::<u64>(reader.until(b':', MAX_DIGITS)?)?)?;
            reader.expect(b'{')?;
            reader.take(count)?;
            reader.expect(b'}')?;
            Ok(Node::Opaque)
        }
        b'E' => {
            string(reader)?;
            reader.expect(b';')?;
            Ok(Node::Opaque)
        }
        _ => Err(PayloadError::Unreadable),
    }
}

/// `length:"bytes"`.
fn string(reader: &mut Reader<'_>) -> Result<Node, PayloadError> {
    let count = length(number::<u64>(reader.until(b':', MAX_DIGITS)?)?)?;
    reader.expect(b'"')?;
    let bytes = reader.take(count)?;
    reader.expect(b'"')?;
    Ok(std::str::from_utf8(bytes).map_or(Node::Opaque, |text| Node::Text(text.to_owned())))
}

/// `count:{key value …}`.
fn array(reader: &mut Reader<'_>, budget: &mut Budget) -> Result<Node, PayloadError> {
    let count = number::<u64>(reader.until(b':', MAX_DIGITS)?)?;
    reader.expect(b'{')?;
    budget.enter()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let key = match value(reader, budget)? {
            Node::Text(text) => text,
            Node::Integer(number) => number.to_string(),
            Node::Opaque => String::new(),
            _ => return Err(PayloadError::Unreadable),
        };
        entries.push((key, value(reader, budget)?));
    }
    budget.leave();
    reader.expect(b'}')?;
    Ok(Node::Map(entries))
}

fn number<T: std::str::FromStr>(digits: &[u8]) -> Result<T, PayloadError> {
    let text = std::str::from_utf8(digits).map_err(|_| PayloadError::Unreadable)?;
    text.parse().map_err(|_| PayloadError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_reads_plain_data_and_skips_objects() {
        let text =
            r#"a:4:{s:1:"n";i:-7;s:1:"d";d:2.5;s:1:"o";O:3:"Bag":1:{s:1:"x";a:0:{}}s:1:"l";a:1:{i:0;b:1;}}"#;
        let node = decode(text.as_bytes()).unwrap();
        assert_eq!(node.get("n"), Some(&Node::Integer(-7)));
        assert_eq!(node.get("o"), Some(&Node::Opaque));
        assert_eq!(node.get("l").and_then(|list| list.get("0")), Some(&Node::Bool(true)));
    }

    #[test]
    fn decode_refuses_lengths_depth_and_references() {
        let deep = [b"a:1:{i:0;".repeat(5_000), b"}".repeat(5_000)].concat();
        for bytes in [
            deep.as_slice(),
            b"s:999999999:\"x\";",
            b"a:2147483647:{i:0;i:1;}",
            b"a:1:{s:1:\"r\";R:1;}",
            b"a:1:{s:1:\"r\";r:1;}",
            b"i:99999999999999999999999;",
            b"a:0:{}x",
            b"",
        ] {
            assert_eq!(decode(bytes), Err(PayloadError::Unreadable));
        }
    }
}
