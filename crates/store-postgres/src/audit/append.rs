//! Appending to the audit log, in the transaction of the change that an event records. There is no link to the event
//! before it: one chain is one hot row, and took 0.06 of the throughput of 64 writers.

use sessionctl_core::model::address;
use sessionctl_core::model::event::{Event, Subjects};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::UserName;

use crate::error::PostgresError;
use crate::read::{account, row};
use crate::store::PostgresStore;
use crate::transaction::WriteTx;
use crate::value::values;
use crate::write::lock;

/// Appends an event within the transaction of the change that it records.
pub(crate) fn append(tx: &WriteTx<'_>, event: &Event) -> Result<(), PostgresError> {
    let number = tx.draw_event()?;
    append_as(tx, number, event)
}

/// As [`append`], with a number that was drawn before.
pub(crate) fn append_as(tx: &WriteTx<'_>, number: i64, event: &Event) -> Result<(), PostgresError> {
    let at = tx.now()?;
    let name = event.user.as_deref().and_then(|name| name.parse::<UserName>().ok());
    let account = name.map(|name| account::by_name(tx, &name)).transpose()?.flatten();
    let (first, last, members) = match &event.subjects {
        Subjects::None => (None, None, None),
        Subjects::One(id) => (Some(id.get()), None, None),
        Subjects::Range(first, last) => (Some(first.get()), Some(last.get()), None),
        Subjects::Many(ids) => {
            (ids.first().map(|id| id.get()), ids.last().map(|id| id.get()), Some(Subjects::pack(ids)))
        }
    };
    tx.execute(
        "WITH appended AS (INSERT INTO sessionctl.event (id, at, action, actor, user_name, user_id, session_id, \
         last_session_id, members, detail, ip, app) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         RETURNING id) INSERT INTO sessionctl.unsealed (event_id) SELECT id FROM appended",
        values![
            number,
            at.unix(),
            event.action.as_str(),
            &event.actor,
            event.user.clone(),
            account.map(|account| account.id.0),
            first,
            last,
            members,
            event.detail.clone(),
            event.ip.map(address::to_bytes),
            event.app.clone(),
        ],
    )
    .map(drop)
}

/// Appends an event that belongs to no change.
pub(crate) fn record(store: &mut PostgresStore, event: &Event) -> Result<(), PostgresError> {
    store.write(|tx| append(tx, event))
}

/// Writes an event if the session is active, and it and its parent are so until a time.
pub(crate) fn record_if_active(
    store: &mut PostgresStore,
    session: SessionId,
    until: Timestamp,
    event: &Event,
) -> Result<bool, PostgresError> {
    store.write(|tx| {
        // A session never changes its parent.
        let sql = "SELECT parent_id FROM sessionctl.session WHERE id = $1";
        let parent: Option<i64> =
            tx.query_opt(sql, values![session.get()])?.map(|row| row.try_get(0)).transpose()?.flatten();
        if let Some(parent) = parent {
            lock::share(tx, row::id(parent)?)?;
        }
        lock::share(tx, session)?;
        let now = tx.grant()?;
        let sql = "SELECT 1 FROM sessionctl.session s WHERE s.id = $1 AND s.ended_at IS NULL AND s.deadline > $2 \
                   AND s.deadline >= $3 AND (s.parent_id IS NULL OR EXISTS (SELECT 1 FROM sessionctl.session p \
                   WHERE p.id = s.parent_id AND p.ended_at IS NULL AND p.deadline > $2 AND p.deadline >= $3))";
        let active = tx.query_opt(sql, values![session.get(), now.unix(), until.unix()])?.is_some();
        if active {
            append(tx, event)?;
        }
        Ok(active)
    })
}
