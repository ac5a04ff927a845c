//! A session that bulk work selected, a child that changes with it, and the change that is reported of them.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use rusqlite::{Connection, Row, params};
use sessionctl_core::model::address;
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::UserName;
use sessionctl_core::store::{Change, ChangeSubject, ChangedChild};

use crate::error::SqliteError;
use crate::read::account::shown_name;
use crate::read::row;

/// The columns that [`Target::read`] reads, from [`TABLES`].
pub(crate) const COLUMNS: &str =
    "s.id, s.kind, s.deadline, s.ended_at, s.user_id, s.ip, s.last_ip, u.name, u.removed_at";

/// The tables that [`COLUMNS`] are of. The name is joined: where each session has another user, a query for each would
/// take longer than the change.
pub(crate) const TABLES: &str = "session s NOT INDEXED LEFT JOIN user u ON u.id = s.user_id";

/// A session that matches.
pub(crate) struct Target {
    pub(crate) id: SessionId,
    pub(crate) before: State,
    /// The id of its user.
    pub(crate) user: Option<i64>,
    pub(crate) subject: ChangeSubject,
}

impl Target {
    /// Reads one, as it is at a time.
    pub(crate) fn read(row: &Row<'_>, now: Timestamp, names: &mut Names<'_>) -> Result<Self, SqliteError> {
        let (deadline, ended_at) = (row::timestamp(row, 2)?, row::optional_timestamp(row, 3)?);
        let before = State::of_row(deadline, ended_at, now);
        let user: Option<i64> = row.get(4)?;
        let subject = ChangeSubject {
            kind: row::kind(row.get(1)?)?,
            user: user.and_then(|user| names.of(user, row)),
            ip: ip(row, 5),
            last_ip: ip(row, 6),
        };
        Ok(Target { id: row::id(row.get(0)?)?, before, user, subject })
    }

    /// Whether it can have children.
    pub(crate) fn is_parent(&self) -> bool {
        self.subject.kind == Kind::Sso
    }

    /// That a child of it was changed with it.
    pub(crate) fn change_of(&self, child: ChangedChild) -> Change {
        child.change(self.id, self.subject.user.clone())
    }

    /// What became of it.
    pub(crate) fn change(&self, changed: bool) -> Change {
        Change::of(self.id, self.subject.clone(), self.before, changed)
    }
}

/// The names of the users of one batch. A name that cannot be read prevents no change.
pub(crate) struct Names<'a> {
    conn: &'a Connection,
    known: HashMap<i64, Option<UserName>>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(conn: &'a Connection) -> Self {
        Names { conn, known: HashMap::new() }
    }

    fn of(&mut self, user: i64, row: &Row<'_>) -> Option<UserName> {
        let conn = self.conn;
        let read = || match row::optional_timestamp(row, 8).ok()? {
            None => row.get_ref(7).ok()?.as_str().ok()?.parse().ok(),
            Some(_) => shown_name(conn, user).ok(),
        };
        self.known.entry(user).or_insert_with(read).clone()
    }
}

/// The ids of children.
pub(crate) fn ids_of(children: &[ChangedChild]) -> Vec<SessionId> {
    children.iter().map(|child| child.id).collect()
}

/// The children of a session that are active after a time, except those in `own`, which the batch itself handles.
pub(crate) fn active_children(
    conn: &Connection,
    parent: SessionId,
    after: Timestamp,
    own: &HashSet<SessionId>,
) -> Result<Vec<ChangedChild>, SqliteError> {
    let sql = "SELECT id, kind, ip, last_ip FROM session INDEXED BY session_parent \
               WHERE parent_id = ?1 AND deadline > ?2 AND ended_at IS NULL ORDER BY id";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![parent.get(), after.unix()])?;
    let mut children = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row::id(row.get(0)?)?;
        if !own.contains(&id) {
            let kind = row::kind(row.get(1)?)?;
            children.push(ChangedChild { id, kind, ip: ip(row, 2), last_ip: ip(row, 3) });
        }
    }
    Ok(children)
}

/// An address; none where what is stored is no address, which prevents no change.
fn ip(row: &Row<'_>, column: usize) -> Option<IpAddr> {
    row.get::<_, Option<[u8; 16]>>(column).ok().flatten().map(address::from_bytes)
}

/// The changes to the active ones of a batch, each parent followed by the children that `cascade` changed.
pub(crate) fn with_children(
    targets: &[Target],
    mut cascade: impl FnMut(SessionId, &HashSet<SessionId>) -> Result<Vec<ChangedChild>, SqliteError>,
) -> Result<Vec<Change>, SqliteError> {
    let own: HashSet<SessionId> = targets.iter().map(|target| target.id).collect();
    let mut changes = Vec::with_capacity(targets.len());
    for target in targets {
        let changed = target.before == State::Active;
        changes.push(target.change(changed));
        if changed && target.is_parent() {
            let children = cascade(target.id, &own)?;
            changes.extend(children.into_iter().map(|child| target.change_of(child)));
        }
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_children_cascades_from_active_parents_only() {
        let id = |number| SessionId::new(number).unwrap();
        let of = |number, kind, before| {
            let subject = ChangeSubject { kind, user: "bob".parse().ok(), ip: None, last_ip: None };
            Target { id: id(number), before, user: None, subject }
        };
        let targets = [
            of(1, Kind::Sso, State::Active),
            of(2, Kind::Web, State::Active),
            of(3, Kind::Sso, State::Revoked),
            of(4, Kind::Sso, State::Expired),
        ];
        let mut cascaded = Vec::new();
        let changes = with_children(&targets, |parent, _| {
            cascaded.push(parent.get());
            Ok(vec![ChangedChild { id: id(9), kind: Kind::Api, ip: None, last_ip: None }])
        });
        assert_eq!(cascaded, [1]);
        let changed: Vec<Change> = changes.unwrap().into_iter().filter(|change| change.changed).collect();
        assert_eq!(changed.iter().map(|change| change.id.get()).collect::<Vec<_>>(), [1, 9, 2]);
        assert_eq!((changed[1].subject.kind, &changed[1].subject.user), (Kind::Api, &"bob".parse().ok()));
    }
}
