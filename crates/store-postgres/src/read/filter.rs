//! The selector as SQL conditions. Every value is a parameter.

use sessionctl_core::model::address::Cidr;
use sessionctl_core::model::selector::{Selector, StateFilter, ValueFilter};
use sessionctl_core::model::session::{CLOCK_TOLERANCE, Kind, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::UserName;

use super::account;
use super::row::{self, numbers};
use crate::connection::Connection;
use crate::dialect;
use crate::error::PostgresError;
use crate::value::{Value, values};

const SECONDS_PER_DAY: i64 = 86_400;

/// Some sessions that match, in the order of their ids.
pub(crate) struct Portion {
    pub(crate) count: u64,
    /// The id of the last one.
    pub(crate) last: Option<i64>,
    pub(crate) parents: Vec<SessionId>,
}

/// A selector's conditions, with `?` for each value.
#[derive(Clone, Default)]
pub(crate) struct Filter {
    conditions: Vec<String>,
    values: Vec<Value>,
    /// Whether a session that matched can cease to match.
    can_change: bool,
    /// Whether the index on the day of the deadline is of no use.
    by_id: bool,
}

impl Filter {
    /// The conditions of a selector at a time.
    pub(crate) fn of(
        connection: &Connection,
        selector: &Selector,
        now: Timestamp,
    ) -> Result<Self, PostgresError> {
        Filter::default().select(connection, selector, now)
    }

    /// The conditions of a selector for the sessions behind an id and up to another: their ids are looked up, whatever
    /// else has an index.
    pub(crate) fn within(
        connection: &Connection,
        selector: &Selector,
        now: Timestamp,
        (after, end): (i64, i64),
    ) -> Result<Self, PostgresError> {
        let empty = Filter { by_id: true, ..Filter::default() };
        let mut filter = empty.select(connection, selector, now)?;
        filter.add("s.id > ? AND s.id <= ?", [after.into(), end.into()]);
        Ok(filter)
    }

    fn select(
        self,
        connection: &Connection,
        selector: &Selector,
        now: Timestamp,
    ) -> Result<Self, PostgresError> {
        let mut filter = self;
        if !selector.ids.is_empty() {
            filter.add("s.id = ANY(?)", [numbers(&selector.ids).into()]);
        }
        filter.add_users(connection, &selector.user)?;
        if selector.anonymous {
            filter.add("s.user_id IS NULL", []);
        }
        filter.add_kinds(selector);
        filter.add_state(selector.effective_state(), now);
        filter.add_values(&selector.app, |app| ("s.app = ?".to_owned(), vec![app.into()]));
        filter.add_patterns("s.label", &selector.label);
        filter.add_patterns("s.user_agent", &selector.user_agent);
        filter.add_values(&selector.scope, |scope| {
            ("strpos(' ' || s.scopes || ' ', ' ' || ? || ' ') > 0".to_owned(), vec![scope.into()])
        });
        filter.add_values(&selector.ip, |block| block_condition("s.ip", block));
        filter.add_values(&selector.last_ip, |block| block_condition("coalesce(s.last_ip, s.ip)", block));
        if let Some(parent) = selector.parent {
            filter.add("s.parent_id = ?", [parent.get().into()]);
        }
        for (condition, moment) in [
            ("s.created_at < ?", selector.created_before),
            ("s.created_at >= ?", selector.created_after),
            ("s.last_seen_at < ?", selector.seen_before),
            ("s.last_seen_at >= ?", selector.seen_after),
            ("s.created_at <= ?", selector.active_at),
        ] {
            filter.add_time(condition, moment);
        }
        filter.can_change |=
            selector.seen_before.is_some() || selector.seen_after.is_some() || selector.last_ip.is_set();
        for (comparison, moment) in [
            ("<=", selector.expiring_by),
            ("<=", selector.ended_by),
            ("<", selector.ended_before),
            (">=", selector.ended_after),
            (">", selector.active_at),
        ] {
            filter.add_deadline(comparison, moment);
        }
        if selector.ended_before.is_some() || selector.ended_after.is_some() {
            filter.add_state(StateFilter::Ended, now);
        }
        let only_active = StateFilter::Only(State::Active);
        if selector.expiring_by.is_some() && selector.effective_state() != only_active {
            filter.add_state(only_active, now);
        }
        if !selector.except.is_empty() {
            filter.add("s.id <> ALL(?)", [numbers(&selector.except).into()]);
        }
        Ok(filter)
    }

    /// Adds a condition and its values.
    pub(crate) fn add(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.conditions.push(condition.to_owned());
        self.values.extend(values);
    }

    fn add_time(&mut self, condition: &str, moment: Option<Timestamp>) {
        if let Some(moment) = moment {
            self.add(condition, [moment.unix().into()]);
        }
    }

    /// The index holds the day of the deadline, so that a touch rarely writes it.
    fn add_deadline(&mut self, comparison: &str, moment: Option<Timestamp>) {
        let Some(moment) = moment.map(Timestamp::unix) else { return };
        self.can_change = true;
        if self.by_id {
            self.add(&format!("s.deadline {comparison} ?"), [moment.into()]);
            return;
        }
        let day_comparison = if comparison.starts_with('<') { "<=" } else { ">=" };
        self.add(
            &format!("s.deadline_day {day_comparison} ? AND s.deadline {comparison} ?"),
            // Division rounds towards zero on both sides.
            [(moment / SECONDS_PER_DAY).into(), moment.into()],
        );
    }

    /// Adds the conditions of a part: one of its values is required, or none of them is accepted.
    fn add_values<T>(&mut self, part: &ValueFilter<T>, condition: impl Fn(&T) -> (String, Vec<Value>)) {
        for (accepted, required) in [(&part.any_of, true), (&part.none_of, false)] {
            if accepted.is_empty() {
                continue;
            }
            let mut conditions = Vec::with_capacity(accepted.len());
            for value in accepted {
                let (condition, values) = condition(value);
                conditions.push(condition);
                self.values.extend(values);
            }
            let any = conditions.join(" OR ");
            // NULL, where a session has no value, is neither true nor false.
            self.conditions.push(if required { format!("({any})") } else { format!("({any}) IS NOT TRUE") });
        }
    }

    fn add_patterns(&mut self, column: &str, part: &ValueFilter<String>) {
        self.add_values(part, |text| {
            let (condition, value) = dialect::pattern(column, text);
            (condition, vec![value])
        });
    }

    fn add_kinds(&mut self, selector: &Selector) {
        // Nothing else carries scopes, and API tokens have an index of their own.
        if !selector.scope.any_of.is_empty() {
            self.conditions.push(format!("s.kind = {}", Kind::Api as usize));
        }
        let list = |kinds: &[Kind]| {
            kinds.iter().map(|kind| (*kind as usize).to_string()).collect::<Vec<_>>().join(", ")
        };
        match selector.kind.any_of.as_slice() {
            [] => {}
            [kind] => self.conditions.push(format!("s.kind = {}", *kind as usize)),
            kinds => self.conditions.push(format!("s.kind IN ({})", list(kinds))),
        }
        if !selector.kind.none_of.is_empty() {
            self.conditions.push(format!("s.kind NOT IN ({})", list(&selector.kind.none_of)));
        }
    }

    fn add_users(
        &mut self,
        connection: &Connection,
        users: &ValueFilter<UserName>,
    ) -> Result<(), PostgresError> {
        // A name can be given to another account.
        self.can_change |= users.is_set();
        if !users.any_of.is_empty() {
            self.add("s.user_id = ANY(?)", [accounts(connection, &users.any_of)?.into()]);
        }
        if !users.none_of.is_empty() {
            let ids = accounts(connection, &users.none_of)?;
            self.add("(s.user_id = ANY(?)) IS NOT TRUE", [ids.into()]);
        }
        Ok(())
    }

    /// The state, derived from the deadline; see the layout.
    fn add_state(&mut self, state: StateFilter, now: Timestamp) {
        // A revocation slightly ahead of the clock counts; see `Session::state`.
        let revoked = Value::from(now.plus(CLOCK_TOLERANCE).unix());
        self.can_change |= state != StateFilter::Any;
        match state {
            StateFilter::Any => {}
            StateFilter::Only(State::Active) => {
                self.add_deadline(">", Some(now));
                self.add("(s.ended_at IS NULL OR s.ended_at > ?)", [revoked]);
            }
            StateFilter::Ended => {
                self.add("(s.deadline <= ? OR s.ended_at <= ?)", [now.unix().into(), revoked]);
            }
            StateFilter::Only(State::Expired) => {
                self.add_deadline("<=", Some(now));
                self.add("(s.ended_at IS NULL OR s.ended_at > ?)", [revoked]);
            }
            StateFilter::Only(State::Revoked) => self.add("s.ended_at <= ?", [revoked]),
        }
    }

    /// Whether there is one condition only.
    pub(crate) fn is_one_condition(&self) -> bool {
        self.conditions.len() == 1
    }

    /// Whether a session that matched can cease to match: then it is looked at again under its lock.
    pub(crate) fn can_change(&self) -> bool {
        self.can_change
    }

    /// The conditions as SQL with numbered parameters, and their values.
    pub(crate) fn finish(self) -> (String, Vec<Value>) {
        if self.conditions.is_empty() {
            return ("true".to_owned(), self.values);
        }
        let mut number = 0;
        let mut sql = String::new();
        for part in self.conditions.join(" AND ").split_inclusive('?') {
            match part.strip_suffix('?') {
                Some(text) => {
                    number += 1;
                    sql.push_str(&format!("{text}${number}"));
                }
                None => sql.push_str(part),
            }
        }
        (sql, self.values)
    }

    /// At most `limit` matching ids after `after` and up to `up_to`, in rising order, each with whether it is a
    /// parent's.
    pub(crate) fn ids(
        mut self,
        connection: &Connection,
        (after, up_to): (i64, i64),
        limit: usize,
    ) -> Result<Vec<(SessionId, bool)>, PostgresError> {
        self.add("s.id > ? AND s.id <= ?", [after.into(), up_to.into()]);
        let (condition, values) = self.finish();
        let sql = format!(
            "SELECT s.id, s.kind FROM sessionctl.session s WHERE {condition} ORDER BY s.id LIMIT {limit}"
        );
        let is_parent = |number: i64| number == Kind::Sso as i64;
        let rows = connection.query(&sql, &values)?;
        rows.iter().map(|found| Ok((row::id(found.try_get(0)?)?, is_parent(found.try_get(1)?)))).collect()
    }

    /// How many match, at most `limit`, behind an id and up to another; the last of them, and those that are parents.
    pub(crate) fn portion(
        mut self,
        connection: &Connection,
        (after, up_to): (i64, i64),
        limit: usize,
    ) -> Result<Portion, PostgresError> {
        self.add("s.id > ? AND s.id <= ?", [after.into(), up_to.into()]);
        let (condition, values) = self.finish();
        let sql = format!(
            "SELECT count(*), max(n.id), coalesce(array_agg(n.id) FILTER (WHERE n.kind = {}), ARRAY[]::bigint[]) FROM \
             (SELECT s.id, s.kind FROM sessionctl.session s WHERE {condition} ORDER BY s.id LIMIT {limit}) n",
            Kind::Sso as i64
        );
        let found = connection.query_one(&sql, &values)?;
        let parents = found.try_get::<_, Vec<i64>>(2)?.into_iter().map(row::id).collect::<Result<_, _>>()?;
        Ok(Portion { count: row::unsigned(&found, 0)?, last: found.try_get(1)?, parents })
    }

    /// The number of matching sessions, up to an id.
    pub(crate) fn count(
        mut self,
        connection: &Connection,
        up_to: Option<SessionId>,
    ) -> Result<u64, PostgresError> {
        if let Some(up_to) = up_to {
            self.add("s.id <= ?", [up_to.get().into()]);
        }
        let (condition, values) = self.finish();
        let sql = format!("SELECT count(*) FROM sessionctl.session s WHERE {condition}");
        let counted = connection.patient_snapshot(|| connection.query_one(&sql, &values), || true)?;
        row::unsigned(&counted, 0)
    }
}

/// The accounts that are shown under these names, so that two that had one name are two. A name without an account adds
/// none.
fn accounts(connection: &Connection, names: &[UserName]) -> Result<Vec<i64>, PostgresError> {
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        found.extend(account::exactly(connection, name)?.map(|account| account.id.0));
    }
    Ok(found)
}

/// An address inside a block. IPv4 addresses are stored inside the range of IPv6, and belong to no IPv6 block.
fn block_condition(address: &str, block: &Cidr) -> (String, Vec<Value>) {
    let bounds = values![block.first(), block.last()].to_vec();
    let condition = if block.is_ipv4() {
        format!("{address} BETWEEN ? AND ?")
    } else {
        format!(
            "({address} BETWEEN ? AND ? AND substr({address}, 1, 12) <> '\\x00000000000000000000ffff'::bytea)"
        )
    };
    (condition, bounds)
}
