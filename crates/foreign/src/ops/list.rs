//! Lists sessions: in page order as they are read, or sorted. With a limit, only as many records are kept as are
//! shown.

use std::cell::Cell;
use std::cmp::Ordering;
use std::ops::ControlFlow;

use super::scan::{Wanted, scan};
use super::{Context, OpsError, Step};
use crate::filter::Filter;
use crate::plan::{EarlyTime, Field, Plan};
use crate::record::Record;
use crate::time::Moment;
use crate::value::Row;

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As the rows are in the table. Nothing is kept in memory.
    Page,
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
    /// The next to expire first.
    Expiring,
    /// The last seen first.
    LastSeen,
}

/// Where a list ended: the value that the order goes by, and the id. Never the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    value: i64,
    id: String,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.value, self.id)
    }
}

impl std::str::FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let at = text.char_indices().skip(1).find(|(_, c)| *c == '-').map(|(at, _)| at).ok_or(())?;
        let (value, id) = text.split_at(at);
        Ok(Cursor { value: value.parse().map_err(|_| ())?, id: id[1..].to_owned() })
    }
}

/// What is listed.
#[derive(Clone, Debug)]
pub struct ListRequest {
    /// Which sessions.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// How many at most.
    pub limit: Option<usize>,
    /// After which one.
    pub after: Option<Cursor>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// Records that match.
    pub matched: u64,
    /// Records that were shown.
    pub shown: u64,
    /// Rows on which the filter could not be evaluated.
    pub unreadable: u64,
    /// Rows that were read.
    pub rows: u64,
    /// Where the next list begins.
    pub next: Option<Cursor>,
    /// The field that the order went by.
    pub sorted_by: Option<&'static str>,
}

/// Hands each matching record over; a break ends the list.
///
/// # Errors
/// [`OpsError`].
pub fn list(
    cx: &mut Context<'_>,
    request: &ListRequest,
    sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<Listed, OpsError> {
    cx.check_answerable(&request.filter)?;
    let mut listed =
        if request.order == Order::Page { stream(cx, request, sink)? } else { sorted(cx, request, sink)? };
    listed.sorted_by = sort_field(cx.plan(), request.order).map(|(_, name)| name);
    let table = cx.plan().query.table.clone();
    (cx.trace)(&Step::Scanned { table, rows: listed.rows });
    Ok(listed)
}

fn stream(
    cx: &Context<'_>,
    request: &ListRequest,
    sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<Listed, OpsError> {
    let source = cx.factory.reader()?;
    let mut listed = Listed::default();
    let limit = request.limit.map_or(u64::MAX, |limit| limit as u64);
    let mut reading = cx.reading(source.as_ref());
    let matcher = request.filter.matcher();
    let wanted = Wanted::new(&matcher, cx.plan(), reading.now);
    let scanned = scan(source.as_ref(), cx.plan(), &mut reading, &wanted, &mut |_, record| {
        listed.matched += 1;
        if listed.shown >= limit {
            return Ok(ControlFlow::Break(()));
        }
        listed.shown += 1;
        Ok(sink(record))
    })?;
    (listed.rows, listed.unreadable) = (scanned.rows, scanned.unreadable);
    drop(reading);
    source.finish()?;
    Ok(listed)
}

fn sorted(
    cx: &Context<'_>,
    request: &ListRequest,
    sink: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<Listed, OpsError> {
    let (mut listed, kept) = cx.read(&mut |source| collect(cx, request, source))?;
    let limit = request.limit.unwrap_or(usize::MAX);
    let more = kept.len() > limit;
    let mut last = None;
    for (value, record) in kept.into_iter().take(limit) {
        last = Some(Cursor { value, id: record.id.clone() });
        listed.shown += 1;
        if sink(record).is_break() {
            break;
        }
    }
    listed.next = last.filter(|_| more);
    Ok(listed)
}

type Kept = Vec<(i64, Record)>;

fn collect(
    cx: &Context<'_>,
    request: &ListRequest,
    source: &dyn crate::source::Source,
) -> Result<(Listed, Kept), OpsError> {
    let mut listed = Listed::default();
    let mut kept: Kept = Vec::new();
    // One more than is shown, to know whether there are more.
    let most = request.limit.map_or(usize::MAX, |limit| limit.saturating_add(1));
    let order = |a: &(i64, Record), b: &(i64, Record)| compare(request.order, (a.0, &a.1.id), (b.0, &b.1.id));
    let mut reading = cx.reading(source);
    let matcher = request.filter.matcher();
    // The value of the last session that is shown so far: one behind it is counted, and need not be decoded.
    let last: Cell<Option<i64>> = Cell::new(None);
    let counts_early = request.filter.is_by_state_only() && cx.plan().decides_state_early();
    let is_behind = |row: &Row| last.get().is_some_and(|last| is_behind(cx.plan(), request.order, row, last));
    let mut wanted = Wanted::new(&matcher, cx.plan(), reading.now);
    if counts_early {
        wanted.passes_over = Some(&is_behind);
    }
    let scanned = scan(source, cx.plan(), &mut reading, &wanted, &mut |_, record| {
        listed.matched += 1;
        let value = sort_value(cx.plan(), request.order, &record);
        let is_after = request.after.as_ref().is_none_or(|cursor| {
            compare(request.order, (value, &record.id), (cursor.value, &cursor.id)) == Ordering::Greater
        });
        if is_after {
            kept.push((value, record));
        }
        // Sorting when twice as many are kept costs less than a heap and keeps as few.
        if kept.len() >= most.saturating_mul(2).max(64) {
            kept.sort_by(order);
            kept.truncate(most);
            last.set(kept.last().filter(|_| kept.len() == most).map(|(value, _)| *value));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    (listed.rows, listed.unreadable) = (scanned.rows, scanned.unreadable);
    listed.matched += scanned.passed_over;
    drop(reading);
    kept.sort_by(order);
    kept.truncate(most);
    Ok((listed, kept))
}

/// The positions of sessions in an order.
pub(super) fn positions_in<'r>(
    plan: &Plan,
    order: Order,
    sessions: impl Iterator<Item = &'r Record>,
) -> Vec<usize> {
    let values: Vec<(i64, &str)> =
        sessions.map(|session| (sort_value(plan, order, session), session.id.as_str())).collect();
    let mut positions: Vec<usize> = (0..values.len()).collect();
    if order != Order::Page {
        positions.sort_by(|a, b| compare(order, values[*a], values[*b]));
    }
    positions
}

fn compare(order: Order, a: (i64, &str), b: (i64, &str)) -> Ordering {
    // Of ids that are numbers the larger one is newer; they come before all others.
    let number = |(_, id): (i64, &str)| id.parse::<i64>().ok();
    let by_id = |a: (i64, &str), b: (i64, &str)| match (number(a), number(b)) {
        (Some(left), Some(right)) => left.cmp(&right).then_with(|| a.1.cmp(b.1)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.1.cmp(b.1),
    };
    match order {
        Order::Newest | Order::LastSeen => b.0.cmp(&a.0).then_with(|| by_id(b, a)),
        Order::Oldest | Order::Expiring | Order::Page => a.0.cmp(&b.0).then_with(|| by_id(a, b)),
    }
}

/// The field that an order goes by: what the layout has.
fn sort_field(plan: &Plan, order: Order) -> Option<(Field, &'static str)> {
    let created = (Field::CreatedAt, "created_at");
    let seen = (Field::LastSeenAt, "last_seen_at");
    let expires = (Field::ExpiresAt, "expires_at");
    let candidates = match order {
        Order::Page => return None,
        Order::Newest | Order::Oldest => [created, seen, expires],
        Order::Expiring => [expires, created, seen],
        Order::LastSeen => [seen, created, expires],
    };
    candidates.into_iter().find(|(field, _)| plan.has(*field))
}

fn sort_value(plan: &Plan, order: Order, record: &Record) -> i64 {
    let time = match sort_field(plan, order) {
        Some((Field::CreatedAt, _)) => record.created_at,
        Some((Field::LastSeenAt, _)) => record.last_seen_at,
        Some((_, _)) => record.expires_at,
        None => None,
    };
    time.map_or(absent_value(order), |time| time.unix())
}

/// The value of a session without the time: one that never expires is the last to expire; otherwise it is the oldest.
fn absent_value(order: Order) -> i64 {
    if order == Order::Expiring { i64::MAX } else { 0 }
}

/// Whether a row certainly comes behind a session with this value, before its payload is decoded.
fn is_behind(plan: &Plan, order: Order, row: &Row, last: i64) -> bool {
    let Some((field, _)) = sort_field(plan, order) else { return false };
    let absent = absent_value(order);
    let value = |time: Option<Moment>| time.map_or(absent, |time| time.timestamp().unix());
    match (order, plan.early_time(field, row)) {
        (Order::Newest | Order::LastSeen, EarlyTime::Exact(time)) => value(time) < last,
        (Order::Newest | Order::LastSeen, EarlyTime::AtMost(time)) => value(time).max(absent) < last,
        (Order::Oldest | Order::Expiring, EarlyTime::Exact(time)) => value(time) > last,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_round_trips() {
        for cursor in [Cursor { value: -1, id: "a-b".into() }, Cursor { value: 7, id: "0123".into() }] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "7", "x-1", "-"] {
            assert!(text.parse::<Cursor>().is_err(), "{text}");
        }
    }
}
