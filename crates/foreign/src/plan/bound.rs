//! The parts of a layout, bound to columns.

use regex_lite::Regex;

use crate::layout::Test;
use crate::source::Query;
use crate::time::TimeForm;
use crate::value::{Row, Value};

/// The table of users, bound.
#[derive(Clone, Debug)]
pub struct UserPlan {
    pub(super) query: Query,
    pub(super) id: String,
    pub(super) names: Vec<usize>,
    pub(super) disabled: Option<Bound>,
    pub(super) disabled_ends: bool,
    /// The layout says who is disabled, and the table does not have the column.
    pub(super) disabled_unknown: bool,
    pub(super) anonymous: Option<Bound>,
    pub(super) password: Option<usize>,
}

/// A condition on the value at an index.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub(super) index: usize,
    pub(super) test: Test,
}

impl Bound {
    pub(super) fn holds(&self, row: &Row) -> bool {
        let value = row.values.get(self.index);
        match &self.test {
            Test::Is(all) => value.is_some_and(|value| all.iter().any(|one| same(one, value))),
            Test::Above(limit) => match value {
                Some(Value::Integer(number)) => number > limit,
                Some(Value::Real(number)) => *number > *limit as f64,
                _ => false,
            },
        }
    }
}

/// Whether two values are the same for a layout: 1 and 1.0 are, 1 and "1" are not.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Integer(a), Value::Real(b)) | (Value::Real(b), Value::Integer(a)) => *a as f64 == *b,
        (one, other) => one == other,
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct BoundFields {
    pub(super) user_id: Vec<BoundSource>,
    pub(super) created_at: Vec<BoundSource>,
    pub(super) last_seen_at: Vec<BoundSource>,
    pub(super) expires_at: Vec<BoundSource>,
    pub(super) ended_at: Vec<BoundSource>,
    pub(super) ip: Vec<BoundSource>,
    pub(super) last_ip: Vec<BoundSource>,
    pub(super) user_agent: Vec<BoundSource>,
}

#[derive(Clone, Debug)]
pub(super) struct BoundSource {
    pub(super) from: BoundOrigin,
    pub(super) time: Vec<TimeForm>,
    pub(super) plus: i64,
    pub(super) not: Vec<Value>,
    pub(super) latin1: bool,
    pub(super) why: Option<String>,
}

impl BoundSource {
    pub(super) fn is_in_columns(&self) -> bool {
        match &self.from {
            BoundOrigin::Column(_) => true,
            BoundOrigin::Earliest(all) => all.iter().all(BoundSource::is_in_columns),
            BoundOrigin::Pointer(_) | BoundOrigin::Keys(_) | BoundOrigin::SignedAt => false,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum BoundOrigin {
    Column(usize),
    Pointer(Vec<String>),
    Keys(Regex),
    SignedAt,
    Earliest(Vec<BoundSource>),
}

impl UserPlan {
    /// The table as the database spells it.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.query.table
    }
}
