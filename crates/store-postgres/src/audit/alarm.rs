//! What a program that may only read saw, and what whoever seals makes of it: a session whose replaced token was shown
//! again is revoked with its parent and children, and a change of network becomes an event.

use sessionctl_core::model::address;
use sessionctl_core::model::event::{Action, Event, Subjects};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::ops::verify::REUSED;

use super::append::{append, append_as};
use crate::dialect::CLOCK;
use crate::error::PostgresError;
use crate::primary::Primary;
use crate::read::row;
use crate::transaction::{Commit, WriteTx};
use crate::value::values;
use crate::write::{cascade, lock};

/// The alarms that one call answers; more are left to the next one.
const MAX_ALARMS: u32 = 1_000;

/// Reports an event within a transaction.
pub(crate) fn insert(tx: &WriteTx<'_>, session: SessionId, event: &Event) -> Result<(), PostgresError> {
    tx.now()?;
    let sql = format!(
        "INSERT INTO sessionctl.alarm (at, session_id, actor, kind, ip, detail) VALUES ({CLOCK}, $1, $2, $3, $4, $5)"
    );
    let ip = event.ip.map(address::to_bytes);
    let kind = event.action.as_str();
    tx.execute(&sql, values![session.get(), &event.actor, kind, ip, event.detail.clone()]).map(drop)
}

/// Answers what was reported.
pub(crate) fn answer(primary: &Primary) -> Result<(), PostgresError> {
    let sql = format!("SELECT id FROM sessionctl.alarm ORDER BY id LIMIT {MAX_ALARMS}");
    let alarms = primary.connection().query(&sql, &[])?;
    for found in &alarms {
        let alarm: i64 = found.try_get(0)?;
        primary.write_as(Commit::Bulk, |tx| answer_one(tx, alarm))?;
    }
    Ok(())
}

fn answer_one(tx: &WriteTx<'_>, alarm: i64) -> Result<(), PostgresError> {
    let sql = "SELECT a.session_id, a.actor, a.kind, a.ip, a.detail, s.parent_id, n.name FROM sessionctl.alarm a \
               LEFT JOIN sessionctl.session s ON s.id = a.session_id \
               LEFT JOIN sessionctl.account n ON n.id = s.user_id WHERE a.id = $1";
    let Some(found) = tx.query_opt(sql, values![alarm])? else { return Ok(()) };
    let session = row::id(found.try_get(0)?)?;
    let parent = found.try_get::<_, Option<i64>>(5)?.map(row::id).transpose()?;
    let family: Vec<SessionId> = parent.into_iter().chain([session]).collect();
    let is_reuse = found.try_get::<_, &str>(2)? == Action::TokenReused.as_str();
    if is_reuse {
        lock::families(tx, &family)?;
    }
    // Of two that seal at once, one answers it.
    if tx.execute("DELETE FROM sessionctl.alarm WHERE id = $1", values![alarm])? == 0 {
        return Ok(());
    }
    let action = if is_reuse { Action::TokenReused } else { Action::NetworkChanged };
    let event = Event {
        user: found.try_get(6)?,
        ip: row::optional_bytes(&found, 3)?.map(address::from_bytes),
        detail: found.try_get(4)?,
        ..Event::new(action, found.try_get(1)?)
    };
    if !is_reuse {
        return append(tx, &event.about(Subjects::One(session)));
    }
    let active = cascade::active(tx, &family, tx.clock()?)?;
    let number = tx.draw_event()?;
    let ended = cascade::end(tx, &active, REUSED, number)?;
    let about = if ended.is_empty() { Subjects::One(session) } else { Subjects::of(&ended) };
    append_as(tx, number, &event.about(about))
}
