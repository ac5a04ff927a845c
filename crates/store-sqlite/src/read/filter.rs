//! The selector as SQL conditions. Every value is a parameter; the index through which rows are read is chosen in
//! `query_plan` and forced here.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use sessionctl_core::model::address::Cidr;
use sessionctl_core::model::selector::{Selector, StateFilter, ValueFilter};
use sessionctl_core::model::session::{CLOCK_TOLERANCE, Kind, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::UserName;

use super::account;
use super::query_plan::{self, AccessPath};
use super::row::{self, json_array, json_ids};
use crate::error::SqliteError;

/// A selector's conditions.
#[derive(Clone)]
pub(crate) struct Filter {
    conditions: Vec<String>,
    pub(crate) values: Vec<Value>,
    pub(crate) access_path: Option<AccessPath>,
    /// Whether the selector asks for active sessions and nothing else.
    only_active: bool,
}

impl Filter {
    /// The conditions of a selector at a time.
    pub(crate) fn of(conn: &Connection, selector: &Selector, now: Timestamp) -> Result<Self, SqliteError> {
        let mut filter =
            Filter { conditions: Vec::new(), values: Vec::new(), access_path: None, only_active: false };
        if !selector.ids.is_empty() {
            filter.add("s.id IN (SELECT value FROM json_each(?))", json_ids(&selector.ids));
        }
        filter.add_users(conn, &selector.user)?;
        if selector.anonymous {
            filter.conditions.push("s.user_id IS NULL".to_owned());
        }
        filter.add_kinds(selector);
        filter.add_state(selector.effective_state(), now);
        filter.add_texts("s.app = ?", &selector.app);
        filter.add_texts("s.label GLOB ?", &selector.label);
        filter.add_texts("s.user_agent GLOB ?", &selector.user_agent);
        filter.add_texts("instr(' ' || s.scopes || ' ', ' ' || ? || ' ') > 0", &selector.scope);
        filter.add_values(&selector.ip, |block, values| block_condition("s.ip", block, values));
        filter.add_values(&selector.last_ip, |block, values| {
            block_condition("coalesce(s.last_ip, s.ip)", block, values)
        });
        filter.add_if("s.parent_id = ?", selector.parent.map(SessionId::get));
        for (condition, moment) in [
            ("s.created_at < ?", selector.created_before),
            ("s.created_at >= ?", selector.created_after),
            ("s.last_seen_at < ?", selector.seen_before),
            ("s.last_seen_at >= ?", selector.seen_after),
            ("s.deadline <= ?", selector.expiring_by),
            ("s.deadline <= ?", selector.ended_by),
            ("s.deadline < ?", selector.ended_before),
            ("s.deadline >= ?", selector.ended_after),
            ("s.created_at <= ?", selector.active_at),
            ("s.deadline > ?", selector.active_at),
        ] {
            filter.add_if(condition, moment.map(Timestamp::unix));
        }
        if selector.ended_before.is_some() || selector.ended_after.is_some() {
            filter.add_state(StateFilter::Ended, now);
        }
        let only_active = StateFilter::Only(State::Active);
        if selector.expiring_by.is_some() && selector.effective_state() != only_active {
            filter.add_state(only_active, now);
        }
        let (above, up_to) = query_plan::created_between(conn, selector)?;
        filter.add_if("s.id > ?", above);
        filter.add_if("s.id <= ?", up_to);
        if !selector.except.is_empty() {
            filter.add("s.id NOT IN (SELECT value FROM json_each(?))", json_ids(&selector.except));
        }
        Ok(filter)
    }

    /// The same, with the access path to all that match.
    pub(crate) fn of_all(
        conn: &Connection,
        selector: &Selector,
        now: Timestamp,
    ) -> Result<Self, SqliteError> {
        let mut filter = Self::of(conn, selector, now)?;
        // Counting active sessions has only one access path; choosing it would take longer than the count.
        if !filter.counts_active() {
            filter.access_path = Some(query_plan::for_all(conn, selector, now)?);
        }
        Ok(filter)
    }

    pub(crate) fn add(&mut self, condition: &str, value: impl Into<Value>) {
        self.conditions.push(condition.to_owned());
        self.values.push(value.into());
    }

    fn add_if(&mut self, condition: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.add(condition, value);
        }
    }

    /// Adds the conditions of a part: one of its values is required, or none of them is accepted. `condition` writes
    /// the condition of one value, and adds what it compares with.
    fn add_values<T>(&mut self, part: &ValueFilter<T>, condition: impl Fn(&T, &mut Vec<Value>) -> String) {
        for (values, accepted) in [(&part.any_of, true), (&part.none_of, false)] {
            if values.is_empty() {
                continue;
            }
            let conditions: Vec<String> =
                values.iter().map(|value| condition(value, &mut self.values)).collect();
            let any = conditions.join(" OR ");
            // NULL, where a session has no value, is neither true nor false.
            self.conditions.push(if accepted { format!("({any})") } else { format!("({any}) IS NOT TRUE") });
        }
    }

    fn add_texts(&mut self, condition: &str, part: &ValueFilter<String>) {
        self.add_values(part, |text, values| {
            values.push(Value::Text(text.clone()));
            condition.to_owned()
        });
    }

    /// Written out, so that SQLite sees that the partial index on API tokens applies.
    fn add_kinds(&mut self, selector: &Selector) {
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

    fn add_users(&mut self, conn: &Connection, users: &ValueFilter<UserName>) -> Result<(), SqliteError> {
        match accounts(conn, &users.any_of)?.as_slice() {
            _ if users.any_of.is_empty() => {}
            [one] => self.add("s.user_id = ?", *one),
            ids => self.add("s.user_id IN (SELECT value FROM json_each(?))", json_array(ids.iter().copied())),
        }
        if !users.none_of.is_empty() {
            let ids = accounts(conn, &users.none_of)?;
            let condition = "(s.user_id IS NULL OR s.user_id NOT IN (SELECT value FROM json_each(?)))";
            self.add(condition, json_array(ids.iter().copied()));
        }
        Ok(())
    }

    /// The state, derived from the deadline; see the layout.
    fn add_state(&mut self, state: StateFilter, now: Timestamp) {
        // A revocation slightly ahead of the clock counts; see `Session::state`.
        let revoked = now.plus(CLOCK_TOLERANCE).unix();
        let now = now.unix();
        match state {
            StateFilter::Any => {}
            StateFilter::Only(State::Active) => {
                self.only_active = self.conditions.is_empty();
                self.add("s.deadline > ?", now);
                // A deadline after both times is no revocation's, so the index alone decides for most rows.
                self.add("(s.deadline > ? OR s.ended_at IS NULL)", revoked);
            }
            StateFilter::Ended => {
                self.add("(s.deadline <= ? OR s.ended_at <= ?)", now);
                self.values.push(Value::Integer(revoked));
            }
            StateFilter::Only(State::Expired) => self.add("s.ended_at IS NULL AND s.deadline <= ?", now),
            StateFilter::Only(State::Revoked) => self.add("s.ended_at <= ?", revoked),
        }
    }

    fn counts_active(&self) -> bool {
        self.only_active && self.conditions.len() == 2
    }

    pub(crate) fn forced(&self) -> &'static str {
        self.access_path.unwrap_or(AccessPath::Deadline).forced()
    }

    pub(crate) fn condition(&self) -> String {
        if self.conditions.is_empty() { "1".to_owned() } else { self.conditions.join(" AND ") }
    }

    /// At most `limit` matching ids after `after` and up to `up_to`, in rising order.
    pub(crate) fn ids(
        &self,
        conn: &Connection,
        (after, up_to): (i64, i64),
        limit: usize,
    ) -> Result<Vec<SessionId>, SqliteError> {
        let sql = format!(
            "SELECT s.id FROM session s {} WHERE {} AND s.id > ? AND s.id <= ? ORDER BY s.id LIMIT ?",
            self.forced(),
            self.condition()
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let bounds = [after, up_to, limit].map(Value::Integer);
        let mut statement = conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(self.values.iter().chain(&bounds)))?;
        let mut ids = Vec::new();
        while let Some(row) = rows.next()? {
            ids.push(row::id(row.get(0)?)?);
        }
        Ok(ids)
    }

    /// The conditions as SQL and their values, to check sessions again under the lock.
    pub(crate) fn still(&self) -> (String, &[Value]) {
        (self.condition(), &self.values)
    }

    /// The number of matching sessions, up to an id.
    pub(crate) fn count(&self, conn: &Connection, up_to: Option<SessionId>) -> Result<u64, SqliteError> {
        match (up_to, self.conditions.is_empty()) {
            (None, _) if self.counts_active() => return count_active(conn, &self.values),
            // Without a condition, SQLite counts in the smallest index, without reading a row.
            (None, true) => {
                let sql = "SELECT count(*) FROM session";
                return Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?);
            }
            _ => {}
        }
        let index = self.forced();
        let bound = up_to.map(|id| Value::Integer(id.get()));
        let also = if bound.is_some() { " AND s.id <= ?" } else { "" };
        let sql = format!("SELECT count(*) FROM session s {index} WHERE {}{also}", self.condition());
        let values = params_from_iter(self.values.iter().chain(bound.iter()));
        Ok(conn.prepare_cached(&sql)?.query_row(values, |row| row.get(0))?)
    }

    /// The same conditions for ids above `above`, by another access path.
    pub(crate) fn within(&self, access_path: AccessPath, above: i64) -> Filter {
        let mut filter = Filter { access_path: Some(access_path), ..self.clone() };
        filter.add("s.id > ?", above);
        filter
    }
}

/// The accounts that are shown under these names, so that two that had one name are two. A name without an account adds
/// none.
fn accounts(conn: &Connection, names: &[UserName]) -> Result<Vec<i64>, SqliteError> {
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        found.extend(account::exactly(conn, name)?.map(|account| account.id.0));
    }
    Ok(found)
}

/// An address inside a block. IPv4 addresses are stored inside the range of IPv6, and belong to no IPv6 block.
fn block_condition(address: &str, block: &Cidr, values: &mut Vec<Value>) -> String {
    values.extend([Value::Blob(block.first().to_vec()), Value::Blob(block.last().to_vec())]);
    if block.is_ipv4() {
        format!("{address} BETWEEN ? AND ?")
    } else {
        format!("({address} BETWEEN ? AND ? AND substr({address}, 1, 12) <> x'00000000000000000000ffff')")
    }
}

/// The number of active sessions: the index alone decides for nearly all of them.
fn count_active(conn: &Connection, moments: &[Value]) -> Result<u64, SqliteError> {
    let sql = "SELECT (SELECT count(*) FROM session INDEXED BY session_deadline WHERE deadline > ?2) + \
               (SELECT count(*) FROM session INDEXED BY session_deadline \
                WHERE deadline > ?1 AND deadline <= ?2 AND ended_at IS NULL)";
    Ok(conn.prepare_cached(sql)?.query_row(params_from_iter(moments), |row| row.get(0))?)
}
