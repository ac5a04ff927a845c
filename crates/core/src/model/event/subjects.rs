//! The sessions that an event is about, and their packed form. What happened to them belongs to the event.

use crate::model::session::SessionId;

/// The sessions an event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Subjects {
    /// No session.
    #[default]
    None,
    /// One.
    One(SessionId),
    /// Every id from the first to the last, such as the sessions that were created together.
    Range(SessionId, SessionId),
    /// These ids, in rising order.
    Many(Vec<SessionId>),
}

impl Subjects {
    /// The smallest form of these ids, which are in rising order.
    #[must_use]
    pub fn of(ids: &[SessionId]) -> Self {
        match ids {
            [] => Subjects::None,
            [id] => Subjects::One(*id),
            [first, .., last] if last.get() - first.get() + 1 == ids.len() as i64 => {
                Subjects::Range(*first, *last)
            }
            ids => Subjects::Many(ids.to_vec()),
        }
    }

    /// The lowest and the highest id.
    #[must_use]
    pub fn bounds(&self) -> Option<(SessionId, SessionId)> {
        match self {
            Subjects::None => None,
            Subjects::One(id) => Some((*id, *id)),
            Subjects::Range(first, last) => Some((*first, *last)),
            Subjects::Many(ids) => Some((*ids.first()?, *ids.last()?)),
        }
    }

    /// How many sessions.
    #[must_use]
    pub fn count(&self) -> u64 {
        match self {
            Subjects::None => 0,
            Subjects::One(_) => 1,
            Subjects::Range(first, last) => (last.get() - first.get()) as u64 + 1,
            Subjects::Many(ids) => ids.len() as u64,
        }
    }

    /// Whether every id from the first to the last is one of them.
    #[must_use]
    pub fn is_contiguous(&self) -> bool {
        self.bounds().is_some_and(|(first, last)| last.get().abs_diff(first.get()) + 1 == self.count())
    }

    /// Whether the event is about this session.
    #[must_use]
    pub fn contains(&self, id: SessionId) -> bool {
        match self {
            Subjects::Many(ids) => ids.binary_search(&id).is_ok(),
            other => other.bounds().is_some_and(|(first, last)| (first..=last).contains(&id)),
        }
    }

    /// The ids of [`Subjects::Many`] in few bytes: the steps from one to the next, seven bits a byte, low bits
    /// first (LEB128). A batch of a thousand takes about two kilobytes instead of a thousand rows.
    #[must_use]
    pub fn pack(ids: &[SessionId]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(ids.len() * 2);
        let mut previous = 0;
        for id in ids {
            let mut step = (id.get() - previous) as u64;
            previous = id.get();
            while step >= 0x80 {
                bytes.push(step as u8 | 0x80);
                step >>= 7;
            }
            bytes.push(step as u8);
        }
        bytes
    }

    /// Reads what [`Subjects::pack`] wrote; `None` for any other bytes.
    #[must_use]
    pub fn unpack(bytes: &[u8]) -> Option<Vec<SessionId>> {
        let mut ids = Vec::new();
        let (mut previous, mut step, mut shift) = (0_i64, 0_u64, 0_u32);
        for byte in bytes {
            step |= u64::from(byte & 0x7f).checked_shl(shift)?;
            shift += 7;
            if byte & 0x80 == 0 {
                previous = previous.checked_add(i64::try_from(step).ok()?)?;
                ids.push(SessionId::new(previous)?);
                (step, shift) = (0, 0);
            }
        }
        (shift == 0).then_some(ids)
    }
}
