//! Payload codecs: from the bytes that a framework stores to a tree of plain values. Each is bounded in size,
//! depth and number of nodes, executes nothing and builds no object of another language. No database here.

mod django;
mod inflate;
mod json;
mod laravel;
mod marshal;
mod msgpack;
mod node;
mod php;
mod pickle;
mod reader;

pub use django::{Signed, check_auth_hash, check_signature, signed_at_of, split_signed};
pub use node::Node;

use crate::time::Moment;
use crate::value::Value;

/// The most bytes of a stored payload.
pub const MAX_PAYLOAD_BYTES: usize = 4 * 1024 * 1024;
/// The most bytes of an inflated payload.
pub const MAX_INFLATED_BYTES: usize = 4 * 1024 * 1024;
/// The deepest nesting.
pub const MAX_DEPTH: usize = 64;
/// The most nodes of a payload: a node takes more memory than the byte that can stand for it.
pub const MAX_NODES: usize = 100_000;

/// How a payload is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// JSON text.
    Json,
    /// Django's signed JSON: `[.]base64url(JSON or zlib):time:signature`.
    Django,
    /// Laravel: base64 of PHP's `serialize` or of JSON.
    Laravel,
    /// tower-sessions: MessagePack `[id, {data}, expiry]`.
    Tower,
    /// MessagePack.
    Msgpack,
    /// Python's pickle, read as far as it is plain data.
    PickleShown,
    /// Ruby's Marshal, plain or in base64, read as far as it is plain data.
    MarshalShown,
}

/// What a payload holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Payload {
    /// A map: the keys at the top are the session's.
    pub data: Node,
    /// When the payload was signed, where the format has this.
    pub signed_at: Option<Moment>,
}

/// Why a payload could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadError {
    /// It is not in the expected form, damaged, or over a limit.
    Unreadable,
    /// It is encrypted with the program's key.
    Encrypted,
    /// It is a pickle with code, or a damaged one; it is never run.
    NotPlainPickle,
    /// It is larger than [`MAX_PAYLOAD_BYTES`].
    TooLarge,
}

impl PayloadError {
    /// The reason as `why` shows it.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            PayloadError::Unreadable => "payload not readable",
            PayloadError::Encrypted => "payload encrypted",
            PayloadError::NotPlainPickle => "payload not readable: pickle with code: not run",
            PayloadError::TooLarge => "payload not readable: larger than 4 MiB",
        }
    }
}

impl Codec {
    /// The names, as a layout writes them.
    pub const NAMES: [&str; 7] =
        ["json", "django", "laravel", "tower", "msgpack", "pickle-shown", "marshal-shown"];
    const ALL: [Codec; 7] = [
        Codec::Json,
        Codec::Django,
        Codec::Laravel,
        Codec::Tower,
        Codec::Msgpack,
        Codec::PickleShown,
        Codec::MarshalShown,
    ];

    /// The codec with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| *known == name).map(|index| Self::ALL[index])
    }

    /// Decodes stored bytes.
    ///
    /// # Errors
    /// [`PayloadError`].
    pub fn decode(self, bytes: &[u8]) -> Result<Payload, PayloadError> {
        if bytes.len() > MAX_PAYLOAD_BYTES {
            return Err(PayloadError::TooLarge);
        }
        let (data, signed_at) = match self {
            Codec::Json => (json::decode(bytes)?, None),
            Codec::Django => django::decode(bytes)?,
            Codec::Laravel => (laravel::decode(bytes)?, None),
            Codec::Tower => (msgpack::decode_tower(bytes)?, None),
            Codec::Msgpack => (msgpack::decode(bytes)?, None),
            Codec::PickleShown => (pickle::decode(bytes)?, None),
            Codec::MarshalShown => (marshal::decode(bytes)?, None),
        };
        // Only a map has keys in which a user can be found; anything else must not look like an empty session.
        match data {
            Node::Map(_) => Ok(Payload { data, signed_at }),
            _ => Err(PayloadError::Unreadable),
        }
    }
}

/// Whether a value stands for a payload that was too large to be read: its length, negative.
pub(crate) fn is_left_out(value: &Value) -> bool {
    matches!(value, Value::Integer(length) if *length < -(MAX_PAYLOAD_BYTES as i64))
}

/// Decodes a value with the first codec that can read it; the error is the last codec's, except where one codec
/// recognised an encrypted payload or a pickle.
///
/// # Errors
/// [`PayloadError`].
pub fn decode(codecs: &[Codec], value: &Value) -> Result<Payload, PayloadError> {
    if is_left_out(value) {
        return Err(PayloadError::TooLarge);
    }
    let Some(bytes) = value.as_bytes() else { return Err(PayloadError::Unreadable) };
    let mut failed = PayloadError::Unreadable;
    for codec in codecs {
        match codec.decode(bytes) {
            Ok(payload) => return Ok(payload),
            Err(PayloadError::Unreadable) => {}
            Err(error) => failed = error,
        }
    }
    Err(failed)
}
