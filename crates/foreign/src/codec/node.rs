//! A plain value of a decoded payload, and the budget that bounds a tree of them.

use super::{MAX_DEPTH, MAX_NODES, PayloadError};

/// A plain value. What cannot be one (an object of a language, an extension type) is [`Node::Opaque`].
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values in their order; of two equal keys the last counts.
    Map(Vec<(String, Node)>),
    /// Something that is not read: bytes, an object, an extension.
    Opaque,
}

impl Node {
    /// The value under a key of a map; of two equal keys the last.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Node::Map(entries) => entries.iter().rev().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The value under several keys, outermost first; what is below a value that is not read is not read either.
    #[must_use]
    pub fn pointer(&self, path: &[String]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| match node {
            Node::Opaque => Some(node),
            _ => node.get(key),
        })
    }

    /// The name of the value's type.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Node::Null => "null",
            Node::Bool(_) => "boolean",
            Node::Integer(_) => "integer",
            Node::Real(_) => "number",
            Node::Text(_) => "text",
            Node::List(_) => "list",
            Node::Map(_) => "object",
            Node::Opaque => "not read",
        }
    }
}

/// What a decoder may still use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    nodes: usize,
    depth: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Budget { nodes: MAX_NODES, depth: MAX_DEPTH }
    }

    /// Takes one node.
    pub(super) fn take(&mut self) -> Result<(), PayloadError> {
        self.nodes = self.nodes.checked_sub(1).ok_or(PayloadError::Unreadable)?;
        Ok(())
    }

    /// Goes one level deeper; [`Budget::leave`] comes back.
    pub(super) fn enter(&mut self) -> Result<(), PayloadError> {
        self.depth = self.depth.checked_sub(1).ok_or(PayloadError::Unreadable)?;
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth += 1;
    }
}
