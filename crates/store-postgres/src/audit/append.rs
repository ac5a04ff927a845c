//! Appending to the audit log, in the transaction of the change that an event records. There is no link to the event
//! before it: one chain is one hot row, and took 0.06 of the throughput of 64 writers.

use sessionctl_core::model::address;
use sessionctl_core::model::event::{Event, Subjects};
use sessionctl_core::model::user::UserName;

use crate::error::PostgresError;
use crate::read::account;
use crate::transaction::WriteTx;
use crate::value::{Value, values};

/// Appends an event within the transaction of the change that it records.
pub(crate) fn append(tx: &WriteTx<'_>, event: &Event) -> Result<(), PostgresError> {
    let number = tx.draw_event()?;
    append_as(tx, number, event)
}

/// As [`append`], with a number that was drawn before. The event is sent with the next statement, or with the commit.
pub(crate) fn append_as(tx: &WriteTx<'_>, number: i64, event: &Event) -> Result<(), PostgresError> {
    let at = tx.now()?;
    let (user_id, key) = match event.user.as_deref().and_then(|name| name.parse::<UserName>().ok()) {
        // As an account is shown that was removed.
        Some(name) if name.as_removed().is_some() => {
            (account::by_name(tx, &name)?.map(|account| account.id.0), None)
        }
        Some(name) => (None, Some(name.key())),
        None => (None, None),
    };
    let (first, last, members) = match &event.subjects {
        Subjects::None => (None, None, None),
        Subjects::One(id) => (Some(id.get()), None, None),
        Subjects::Range(first, last) => (Some(first.get()), Some(last.get()), None),
        Subjects::Many(ids) => {
            (ids.first().map(|id| id.get()), ids.last().map(|id| id.get()), Some(Subjects::pack(ids)))
        }
    };
    let user = if key.is_some() { ACCOUNT_OF_KEY } else { "$6" };
    let sql = format!(
        "WITH appended AS (INSERT INTO sessionctl.event (id, at, action, actor, user_name, user_id, session_id, \
         last_session_id, members, detail, ip, app, attempt) VALUES ($1, $2, $3, $4, $5, {user}, $7, $8, $9, $10, $11, \
         $12, $13) RETURNING id) INSERT INTO sessionctl.unsealed (event_id) SELECT id FROM appended"
    );
    let mut values = values![
        number,
        at.unix(),
        event.action.as_str(),
        &event.actor,
        event.user.clone(),
        user_id,
        first,
        last,
        members,
        event.detail.clone(),
        event.ip.map(address::to_bytes),
        event.app.clone(),
        tx.attempt(),
    ]
    .to_vec();
    values.extend(key.map(Value::from));
    tx.queue(sql, &values);
    Ok(())
}

/// The account that has a name now, or the one of that name that was removed last, as [`account::by_name`].
const ACCOUNT_OF_KEY: &str = "coalesce($6, \
     (SELECT a.id FROM sessionctl.account a WHERE a.name_key = $14 AND a.removed_at IS NULL), \
     (SELECT a.id FROM sessionctl.account a WHERE a.name_key = $14 AND a.removed_at IS NOT NULL ORDER BY a.id DESC LIMIT 1))";
