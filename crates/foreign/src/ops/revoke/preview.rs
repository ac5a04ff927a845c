//! What a revocation is about to do: which sessions of which users, and what has to be known before.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use sessionctl_core::model::session::Kind;

use super::super::list::{Order, positions_in};
use super::super::locate::{Finder, locate};
use super::super::scan::{Wanted, scan};
use super::super::{Context, OpsError};
use super::also::{self, BoundAlso};
use crate::filter::Filter;
use crate::plan::Plan;
use crate::record::Record;
use crate::source::{Source, Table};
use crate::value::{Key, Row, Value};

/// A session that is about to be ended.
#[derive(Clone, Debug)]
pub struct Target {
    /// The session as it was read.
    pub session: Record,
    /// Where its row was read, which names it where the key does not.
    pub(in crate::ops) rowid: Option<i64>,
    /// A column with the value that it keeps as long as the session is not used again.
    pub(in crate::ops) unused_if: Option<(String, Value)>,
}

impl Target {
    /// The ids of the users who are logged in with it.
    pub(super) fn users(&self) -> impl Iterator<Item = &str> {
        let others = self.session.others.iter().map(|other| other.id.as_str());
        self.session.user_id().into_iter().chain(others)
    }
}

/// Names and ids of users, with the number of their sessions.
pub(in crate::ops) type Users = BTreeMap<(String, String), u64>;

/// What a revocation is about to do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The sessions.
    pub targets: Vec<Target>,
    /// The users with their ids and how many of their sessions end; several ids can have the same name.
    pub users: Vec<(String, String, u64)>,
    /// Sessions by kind.
    pub kinds: Vec<(Option<Kind>, u64)>,
    /// Rows on which the filter could not be evaluated; they are not touched.
    pub unreadable: u64,
    /// Ids of users whose remember-me token is changed.
    pub remembered: Vec<String>,
    /// What the layout warns of.
    pub notices: Vec<String>,
    /// Columns of the session table whose values a backup holds.
    pub(in crate::ops) stored_columns: Vec<String>,
    pub(in crate::ops) also: Vec<BoundAlso>,
    /// The keys, where sessions replace one another.
    identities: HashSet<Vec<u8>>,
}

impl Preview {
    /// Whether a session is one of those that end by themselves, where sessions replace one another.
    pub(super) fn names(&self, key: &Key) -> bool {
        self.identities.contains(&key.identity())
    }

    /// The names of the users, by id.
    pub(super) fn user_names(&self) -> HashMap<&str, &str> {
        let named = self.users.iter().filter(|(name, id, _)| name != id);
        named.map(|(name, id, _)| (id.as_str(), name.as_str())).collect()
    }

    /// Adds a session; `unused_if` is a column with the value that it keeps as long as the session is not used again.
    pub(in crate::ops) fn add(
        &mut self,
        users: &mut Users,
        session: Record,
        rowid: Option<i64>,
        unused_if: Option<(String, Value)>,
    ) {
        let main = session.user_id().map(|id| (session.user().unwrap_or(id), id));
        let others = session.others.iter().map(|other| (other.shown(), other.id.as_str()));
        for (name, id) in main.into_iter().chain(others) {
            *users.entry((name.to_owned(), id.to_owned())).or_default() += 1;
        }
        match self.kinds.iter_mut().find(|(kind, _)| *kind == session.kind) {
            Some((_, count)) => *count += 1,
            None => self.kinds.push((session.kind, 1)),
        }
        self.targets.push(Target { session, rowid, unused_if });
    }

    /// The positions of the sessions in an order, in which a list shows them.
    #[must_use]
    pub fn positions(&self, plan: &Plan, order: Order) -> Vec<usize> {
        positions_in(plan, order, self.targets.iter().map(|target| &target.session))
    }

    pub(in crate::ops) fn set_users(&mut self, users: Users) {
        self.users = users.into_iter().map(|((name, id), count)| (name, id, count)).collect();
    }

    /// Whether rows that refer to deleted ones go along.
    pub(super) fn needs_foreign_keys(&self) -> bool {
        self.also.iter().any(BoundAlso::deletes)
    }
}

/// Collects the sessions that a filter selects, with those that were named by a token.
///
/// # Errors
/// [`OpsError::NotProved`] and [`OpsError::Refused`] where nothing may be changed.
pub fn preview(cx: &mut Context<'_>, filter: &Filter, named: &[Row]) -> Result<Preview, OpsError> {
    allowed(cx)?;
    if let Some(why) = &cx.plan().layout.revoke.refuse {
        return Err(OpsError::Refused { layout: cx.plan().layout.name.clone(), why: why.clone() });
    }
    cx.check_answerable(filter)?;
    let by_filter = !filter.is_empty();
    cx.read(&mut |source| {
        let mut found = empty(cx.plan(), source)?;
        let mut users = Users::new();
        let mut reading = cx.reading(source);
        if by_filter {
            let matcher = filter.matcher();
            let wanted = Wanted::new(&matcher, cx.plan(), reading.now);
            let scanned = scan(source, cx.plan(), &mut reading, &wanted, &mut |row, record| {
                found.add(&mut users, record, row.rowid, None);
                Ok(ControlFlow::Continue(()))
            })?;
            found.unreadable = scanned.unreadable;
        }
        let mut known: HashSet<Vec<u8>> =
            found.targets.iter().map(|target| target.session.key.identity()).collect();
        for row in named {
            let key = cx.plan().key_of(row);
            if !known.insert(key.identity()) {
                continue;
            }
            if let Some(located) = locate(cx.plan(), &key, row.rowid, &Finder::Source(source))? {
                let record = cx.plan().record(&located.row, &mut reading)?;
                found.add(&mut users, record, located.row.rowid, None);
            }
        }
        if cx.plan().layout.revoke.chain.is_some() {
            found.identities = known;
        }
        found.set_users(users);
        found.remembered = also::remembered(&found.also, &found.users, source)?;
        Ok(found)
    })
}

/// Whether rows of the table may be changed at all.
pub(in crate::ops) fn allowed(cx: &Context<'_>) -> Result<(), OpsError> {
    let layout = &cx.plan().layout;
    if !cx.detected.is_proved() {
        return Err(OpsError::NotProved {
            layout: layout.name.clone(),
            rows: cx.detected.rows_misfit,
            column: cx.detected.misfit_column.clone().unwrap_or_default(),
        });
    }
    if !cx.plan().key_is_unique {
        let columns = cx.plan().key_columns.join(", ");
        let why = format!("{columns} is neither the primary key nor unique");
        return Err(OpsError::Refused { layout: layout.name.clone(), why });
    }
    Ok(())
}

pub(in crate::ops) fn empty(plan: &Plan, source: &dyn Source) -> Result<Preview, OpsError> {
    let tables = source.tables()?;
    let is_stored = |table: &Table, name: &String| !table.generated.contains(name);
    let table = tables.iter().find(|table| table.name == plan.query.table);
    let stored_columns = table.map_or_else(Vec::new, |table| {
        table.columns.iter().filter(|name| is_stored(table, name)).cloned().collect()
    });
    Ok(Preview {
        targets: Vec::new(),
        users: Vec::new(),
        kinds: Vec::new(),
        unreadable: 0,
        remembered: Vec::new(),
        notices: plan.layout.revoke.notice.clone(),
        stored_columns,
        also: also::bind(plan, &tables),
        identities: HashSet::new(),
    })
}
