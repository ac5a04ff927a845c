//! Which values of the expiry's column a row must have to be expired, or to be active: an index on the column then
//! names the rows that are worth reading. A window is never too narrow; a row in it is judged as any other.

use sessionctl_core::model::time::Timestamp;

use super::Plan;
use super::bound::{BoundOrigin, BoundSource};
use crate::layout::WhenNull;
use crate::record::State;
use crate::source::Window;
use crate::time::{MAX_SECONDS, MIN_SECONDS, Moment, TimeForm};
use crate::value::{Row, Value};

/// A time as text may carry a zone, which moves its date by a day.
const MARGIN_SECONDS: i64 = 2 * 86_400;

impl Plan {
    /// The rows that can have expired at or before `limit`.
    pub(crate) fn expired_by(&self, limit: Moment) -> Option<Window> {
        let (index, source) = self.expiry()?;
        if self.ends_otherwise() {
            return None;
        }
        let seconds = seconds(limit.plus(-source.plus)) + MARGIN_SECONDS;
        let mut ranges = Vec::new();
        if let Some(unit) = source.time.iter().filter_map(per_second).max() {
            ranges.push((None, Some(Value::Integer(seconds * unit))));
        }
        if source.time.iter().any(|form| per_second(form).is_none()) {
            ranges.push((Some(Value::text("")), Some(date(seconds))));
        }
        Some(Window { column: self.query.columns[index].clone(), ranges, values: Vec::new() })
    }

    /// The rows that can be active at `now`.
    pub(crate) fn alive_at(&self, now: Moment) -> Option<Window> {
        let (index, source) = self.expiry()?;
        let seconds = seconds(now.plus(-source.plus)) - MARGIN_SECONDS;
        let mut ranges = Vec::new();
        if let Some(unit) = source.time.iter().filter_map(per_second).min() {
            ranges.push((Some(Value::Integer(seconds * unit)), Some(Value::text(""))));
        }
        if source.time.iter().any(|form| per_second(form).is_none()) {
            ranges.push((Some(date(seconds)), None));
        }
        let no_expiry = self.layout.live.when_null == WhenNull::Alive;
        let values =
            if no_expiry { source.not.iter().cloned().chain([Value::Null]).collect() } else { vec![] };
        Some(Window { column: self.query.columns[index].clone(), ranges, values })
    }

    /// The column that holds the expiry with a row's value in it: a row that was used again has another.
    pub(crate) fn expiry_value(&self, row: &Row) -> Option<(String, Value)> {
        if self.ends_otherwise() {
            return None;
        }
        let (index, _) = self.expiry()?;
        Some((self.query.columns[index].clone(), row.values.get(index)?.clone()))
    }

    /// Whether a row can expire for another reason, or its end is in another column: its expiry alone does not show it.
    fn ends_otherwise(&self) -> bool {
        !self.fields.ended_at.is_empty() || self.dead_if.iter().any(|(_, state)| *state == State::Expired)
    }

    /// The one column that decides when a row expires.
    fn expiry(&self) -> Option<(usize, &BoundSource)> {
        match self.fields.expires_at.as_slice() {
            [source] if self.layout.live.expires && !source.time.is_empty() => match source.from {
                BoundOrigin::Column(index) => Some((index, source)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Units of a numeric form in a second.
fn per_second(form: &TimeForm) -> Option<i64> {
    match form {
        TimeForm::Seconds => Some(1),
        TimeForm::Millis => Some(1_000),
        TimeForm::UtcText | TimeForm::UtcIso | TimeForm::Rfc3339 => None,
    }
}

fn seconds(moment: Moment) -> i64 {
    moment.timestamp().unix().clamp(MIN_SECONDS, MAX_SECONDS)
}

/// The date of a second, with which every form of text begins.
fn date(seconds: i64) -> Value {
    let text = Timestamp::from_unix(seconds.clamp(MIN_SECONDS, MAX_SECONDS)).to_string();
    Value::text(&text[..10])
}
