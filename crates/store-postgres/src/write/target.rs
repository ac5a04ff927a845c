//! A session that bulk work selected, and the change that is reported of it.

use std::net::IpAddr;

use sessionctl_core::counted;
use sessionctl_core::model::address;
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Change, ChangeSubject, ChangedChild, StoreError};
use tokio_postgres::Row;

use crate::error::PostgresError;
use crate::read::{account, row};

/// The columns that [`Target::read`] reads, from `session s`.
pub(crate) fn columns() -> String {
    format!("s.id, s.kind, s.deadline, s.ended_at, s.user_id, s.ip, s.last_ip, {}", account::name_column())
}

/// A session that matches.
pub(crate) struct Target {
    pub(crate) id: SessionId,
    pub(crate) before: State,
    /// The id of its user.
    pub(super) user: Option<i64>,
    pub(super) subject: ChangeSubject,
}

impl Target {
    /// Reads one, as it is at a time.
    pub(crate) fn read(found: &Row, now: Timestamp) -> Result<Self, PostgresError> {
        let (deadline, ended_at) = (row::timestamp(found, 2)?, row::optional_timestamp(found, 3)?);
        let before = State::of_row(deadline, ended_at, now);
        let subject = ChangeSubject {
            kind: row::kind(found.try_get(1)?)?,
            user: account::name_in(found, 7),
            ip: ip(found, 5),
            last_ip: ip(found, 6),
        };
        Ok(Target { id: row::id(found.try_get(0)?)?, before, user: found.try_get(4)?, subject })
    }

    /// That a child of it was changed with it.
    pub(crate) fn change_of(&self, child: ChangedChild) -> Change {
        child.change(self.id, self.subject.user.clone())
    }

    /// Whether it can have children.
    pub(crate) fn is_parent(&self) -> bool {
        self.subject.kind == Kind::Sso
    }
}

/// The columns that [`read_child`] reads, from `session c`.
pub(crate) const CHILD_COLUMNS: &str = "c.id, c.kind, c.ip, c.last_ip";

/// Reads a child that is changed with its parent.
pub(crate) fn read_child(found: &Row) -> Result<ChangedChild, PostgresError> {
    let (id, kind) = (row::id(found.try_get(0)?)?, row::kind(found.try_get(1)?)?);
    Ok(ChangedChild { id, kind, ip: ip(found, 2), last_ip: ip(found, 3) })
}

/// An address; none where what is stored is no address, which prevents no change.
fn ip(found: &Row, column: usize) -> Option<IpAddr> {
    row::optional_bytes(found, column).ok().flatten().map(address::from_bytes)
}

pub(crate) fn active(targets: &[Target]) -> Vec<SessionId> {
    targets.iter().filter(|target| is_active(target)).map(|target| target.id).collect()
}

/// Those of some sessions that are active and can have children.
pub(crate) fn active_parents(targets: &[Target]) -> Vec<SessionId> {
    let parents = targets.iter().filter(|target| target.is_parent() && is_active(target));
    parents.map(|target| target.id).collect()
}

/// Whether a session is active.
pub(crate) fn is_active(target: &Target) -> bool {
    target.before == State::Active
}

pub(crate) fn change(target: &Target, changed: bool) -> Change {
    Change::of(target.id, target.subject.clone(), target.before, changed)
}

/// Checks that as many rows were written as were read under the same lock; the transaction is rolled back if not. A
/// planted rule or row security changes fewer.
pub(crate) fn ensure(written: u64, expected: usize) -> Result<(), PostgresError> {
    if written == expected as u64 {
        return Ok(());
    }
    let sessions = counted(expected, "session", "sessions");
    Err(StoreError::Corrupt(format!("{written} of {sessions} could be changed; nothing was")).into())
}
