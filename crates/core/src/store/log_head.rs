//! The head of an audit log: what an auditor keeps elsewhere, because a log that was written again as a whole, or
//! rolled back with its database, is consistent in itself.

use std::fmt;

/// The last event of an audit log and its link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogHead {
    /// The random id of the database.
    pub database_id: [u8; 16],
    /// The number of the event; where events are sealed together, the number of sealed events.
    pub event: i64,
    /// The link of the event.
    pub link: [u8; 32],
}

/// `DATABASE:EVENT:LINK`, the first and the last part in hexadecimal.
impl fmt::Display for LogHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", hex::encode(self.database_id), self.event, hex::encode(self.link))
    }
}

impl LogHead {
    /// The first head in a text, in the form of its `Display`; other text around it is ignored.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        text.split(|c: char| !(c.is_ascii_alphanumeric() || c == ':')).find_map(Self::parse)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (database_id, event, link) = (parts.next()?, parts.next()?, parts.next()?);
        let mut head = LogHead { database_id: [0; 16], event: event.parse().ok()?, link: [0; 32] };
        hex::decode_to_slice(database_id, &mut head.database_id).ok()?;
        hex::decode_to_slice(link, &mut head.link).ok()?;
        (parts.next().is_none() && head.event > 0).then_some(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_head_is_found_in_what_was_printed() {
        let head = LogHead { database_id: [0xab; 16], event: 42, link: [0x0c; 32] };
        for text in [format!("{head}"), format!("head  {head}\n"), format!("{{\"head\":\"{head}\"}}")] {
            assert_eq!(LogHead::find(&text), Some(head.clone()), "{text}");
        }
        let no_head =
            [String::new(), "0000".to_owned(), format!("{head}:x"), format!("{head}").replace(":42:", ":0:")];
        assert!(no_head.iter().all(|text| LogHead::find(text).is_none()));
    }
}
