//! Python's pickle, walked opcode by opcode as far as it is plain data: numbers, text, lists, tuples, dicts. The
//! first opcode that names or builds an object ends the walk. Nothing is imported, called or built.

use super::node::Budget;
use super::reader::{Reader, length};
use super::{MAX_NODES, Node, PayloadError};

const REFUSED: PayloadError = PayloadError::NotPlainPickle;
/// The most nodes that wait on the stack, marks included.
const MAX_STACK: usize = 10_000;

/// An entry of the pickle machine's stack.
enum Entry {
    Mark,
    Node(Node),
}

struct Machine {
    stack: Vec<Entry>,
    memo: Vec<(usize, Node)>,
    budget: Budget,
}

pub(super) fn decode(bytes: &[u8]) -> Result<Node, PayloadError> {
    // Protocol 2 or later: earlier ones are text, and no session store of today writes them.
    if bytes.len() < 2 || bytes[0] != 0x80 || !(2..=5).contains(&bytes[1]) {
        return Err(PayloadError::Unreadable);
    }
    run(bytes).map_err(|_| REFUSED)
}

fn run(bytes: &[u8]) -> Result<Node, PayloadError> {
    let mut reader = Reader::new(bytes);
    let mut machine = Machine { stack: Vec::new(), memo: Vec::new(), budget: Budget::new() };
    loop {
        let opcode = reader.byte()?;
        if opcode == b'.' {
            return match (machine.pop()?, machine.stack.is_empty() && reader.is_empty()) {
                (node, true) => Ok(node),
                _ => Err(REFUSED),
            };
        }
        if let Some(node) = scalar(opcode, &mut reader)? {
            machine.push(node)?;
        } else {
            machine.step(opcode, &mut reader)?;
        }
    }
}

/// The opcodes that push a plain value.
fn scalar(opcode: u8, reader: &mut Reader<'_>) -> Result<Option<Node>, PayloadError> {
    let node = match opcode {
        b'N' => Node::Null,
        0x88 => Node::Bool(true),
        0x89 => Node::Bool(false),
        b'J' => Node::Integer(i64::from(i32::from_le_bytes(reader.array()?))),
        b'K' => Node::Integer(i64::from(reader.byte()?)),
        b'M' => Node::Integer(i64::from(u16::from_le_bytes(reader.array()?))),
        0x8a => {
            let count = usize::from(reader.byte()?);
            long(reader.take(count)?)
        }
        b'G' => Node::Real(f64::from_be_bytes(reader.array()?)),
        0x8c => {
            let count = usize::from(reader.byte()?);
            text(reader.take(count)?)?
        }
        b'X' => {
            let count = length(u32::from_le_bytes(reader.array()?))?;
            text(reader.take(count)?)?
        }
        0x8d => {
            let count = length(u64::from_le_bytes(reader.array()?))?;
            text(reader.take(count)?)?
        }
        b'C' | b'U' => {
            let count = usize::from(reader.byte()?);
            reader.take(count)?;
            Node::Opaque
        }
        b'B' | b'T' => {
            let count = length(u32::from_le_bytes(reader.array()?))?;
            reader.take(count)?;
            Node::Opaque
        }
        b']' | b')' => Node::List(Vec::new()),
        0x8f => Node::List(Vec::new()),
        b'}' => Node::Map(Vec::new()),
        _ => return Ok(None),
    };
    Ok(Some(node))
}

fn text(bytes: &[u8]) -> Result<Node, PayloadError> {
    std::str::from_utf8(bytes).map(|text| Node::Text(text.to_owned())).map_err(|_| REFUSED)
}

/// A little-endian number of any length, in two's complement.
fn long(bytes: &[u8]) -> Node {
    if bytes.len() > 8 {
        return Node::Opaque;
    }
    let fill = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
    let mut wide = [fill; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    Node::Integer(i64::from_le_bytes(wide))
}

impl Machine {
    fn push(&mut self, node: Node) -> Result<(), PayloadError> {
        self.budget.take()?;
        self.place(Entry::Node(node))
    }

    fn place(&mut self, entry: Entry) -> Result<(), PayloadError> {
        if self.stack.len() >= MAX_STACK {
            return Err(REFUSED);
        }
        self.stack.push(entry);
        Ok(())
    }

    fn pop(&mut self) -> Result<Node, PayloadError> {
        match self.stack.pop() {
            Some(Entry::Node(node)) => Ok(node),
            _ => Err(REFUSED),
        }
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Node>, PayloadError> {
        let mut nodes = Vec::new();
        loop {
            match self.stack.pop() {
                Some(Entry::Node(node)) => nodes.push(node),
                Some(Entry::Mark) => break,
                None => return Err(REFUSED),
            }
        }
        nodes.reverse();
        Ok(nodes)
    }

    fn step(&mut self, opcode: u8, reader: &mut Reader<'_>) -> Result<(), PayloadError> {
        match opcode {
            0x80 => reader.take(1).map(|_| ()),
            0x95 => reader.take(8).map(|_| ()),
            b'(' => self.place(Entry::Mark),
            0x94 => self.remember(self.memo.len()),
            b'q' => {
                let at = usize::from(reader.byte()?);
                self.remember(at)
            }
            b'r' => {
                let at = length(u32::from_le_bytes(reader.array()?))?;
                self.remember(at)
            }
            b'h' => {
                let at = usize::from(reader.byte()?);
                self.recall(at)
            }
            b'j' => {
                let at = length(u32::from_le_bytes(reader.array()?))?;
                self.recall(at)
            }
            0x85..=0x87 => {
                let mut parts = (0..=opcode - 0x85).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
                parts.reverse();
                self.push(Node::List(parts))
            }
            b't' | b'l' | 0x91 => {
                let parts = self.pop_to_mark()?;
                self.push(Node::List(parts))
            }
            b'd' => {
                let parts = self.pop_to_mark()?;
                self.push(Node::Map(Vec::new()))?;
                self.extend_map(parts)
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.extend_map(vec![key, value])
            }
            b'u' => {
                let parts = self.pop_to_mark()?;
                self.extend_map(parts)
            }
            b'a' => {
                let node = self.pop()?;
                self.extend_list(vec![node])
            }
            b'e' | 0x90 => {
                let parts = self.pop_to_mark()?;
                self.extend_list(parts)
            }
            _ => Err(REFUSED),
        }
    }

    /// Keeps a copy of a plain value; a container is kept as a value that is not read, so that references to
    /// references cannot grow.
    fn remember(&mut self, at: usize) -> Result<(), PayloadError> {
        let node = match self.stack.last() {
            Some(Entry::Node(Node::List(_) | Node::Map(_))) => Node::Opaque,
            Some(Entry::Node(node)) => node.clone(),
            _ => return Err(REFUSED),
        };
        if self.memo.len() >= MAX_NODES {
            return Err(REFUSED);
        }
        self.memo.push((at, node));
        Ok(())
    }

    fn recall(&mut self, at: usize) -> Result<(), PayloadError> {
        let slot = match self.memo.get(at) {
            Some(slot) if slot.0 == at => Some(slot),
            _ => self.memo.iter().rev().take(MAX_STACK).find(|(place, _)| *place == at),
        };
        let node = slot.map(|(_, node)| node.clone()).ok_or(REFUSED)?;
        // A long text that is recalled often would take more memory than the payload has bytes.
        match &node {
            Node::Text(text) if text.len() > 256 => self.push(Node::Opaque),
            _ => self.push(node),
        }
    }

    fn extend_map(&mut self, parts: Vec<Node>) -> Result<(), PayloadError> {
        let Some(Entry::Node(Node::Map(entries))) = self.stack.last_mut() else { return Err(REFUSED) };
        let mut parts = parts.into_iter();
        while let Some(key) = parts.next() {
            let key = match key {
                Node::Text(text) => text,
                Node::Integer(number) => number.to_string(),
                _ => return Err(REFUSED),
            };
            entries.push((key, parts.next().ok_or(REFUSED)?));
        }
        Ok(())
    }

    fn extend_list(&mut self, parts: Vec<Node>) -> Result<(), PayloadError> {
        let Some(Entry::Node(Node::List(list))) = self.stack.last_mut() else { return Err(REFUSED) };
        list.extend(parts);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_reads_a_dict_of_plain_values() {
        // pickle.dumps({"_user_id": "1", "x": 1}, 4)
        let bytes =
            b"\x80\x04\x95\x17\0\0\0\0\0\0\0}\x94(\x8c\x08_user_id\x94\x8c\x011\x94\x8c\x01x\x94K\x01u.";
        let node = decode(bytes).unwrap();
        assert_eq!(node.get("_user_id"), Some(&Node::Text("1".to_owned())));
        assert_eq!(node.get("x"), Some(&Node::Integer(1)));
    }

    #[test]
    fn decode_stops_at_code_and_damage() {
        // A global, a reduction, marks without an end, a stack that underflows.
        let marks = [b"\x80\x04".to_vec(), b"(".repeat(100_000)].concat();
        for bytes in [
            b"\x80\x04cos\nsystem\n.".as_slice(),
            b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
            b"\x80\x04)R.",
            b"\x80\x04s.",
            b"\x80\x04h\x07.",
            b"\x80\x04}",
            marks.as_slice(),
        ] {
            assert_eq!(decode(bytes), Err(PayloadError::NotPlainPickle));
        }
        assert_eq!(decode(b"{}"), Err(PayloadError::Unreadable));
    }
}
