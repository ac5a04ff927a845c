//! What a row shows before its payload is decoded: decoding costs more than reading it.

use super::bound::{BoundOrigin, BoundSource};
use super::{Field, Plan};
use crate::codec;
use crate::time::Moment;
use crate::value::Row;

/// A time of a row before its payload is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EarlyTime {
    /// The time, or that there is none.
    Exact(Option<Moment>),
    /// The time that it is, or else there is none: the payload may turn out to be unreadable.
    AtMost(Option<Moment>),
    /// Nothing is known.
    Unknown,
}

impl Plan {
    /// Whether columns alone decide the state of a row.
    pub(crate) fn decides_state_early(&self) -> bool {
        self.state_in_columns
    }

    /// A time of a row, as far as it is known before its payload is decoded.
    pub(crate) fn early_time(&self, field: Field, row: &Row) -> EarlyTime {
        let sources = match field {
            Field::CreatedAt => &self.fields.created_at,
            Field::LastSeenAt => &self.fields.last_seen_at,
            Field::ExpiresAt => &self.fields.expires_at,
            _ => return EarlyTime::Unknown,
        };
        if sources.iter().all(BoundSource::is_in_columns) {
            let found = self.find_time(sources, row, &None);
            return EarlyTime::Exact(found.ok().flatten().map(|(moment, _)| moment));
        }
        match (sources.as_slice(), self.payload_text(row)) {
            ([source], Some(text)) if matches!(source.from, BoundOrigin::SignedAt) => {
                EarlyTime::AtMost(codec::signed_at_of(text).map(|moment| moment.plus(source.plus)))
            }
            _ => EarlyTime::Unknown,
        }
    }
}
