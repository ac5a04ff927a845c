//! Recording when sessions were last seen. It is one conditional UPDATE, so that whatever happened meanwhile wins: a
//! late write never revives a session (CVE-2025-46336).

use std::collections::HashMap;

use sessionctl_core::model::address;
use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::Touch;

use super::lock;
use crate::audit::alarm;
use crate::audit::append::append;
use crate::error::PostgresError;
use crate::read::lookup;
use crate::store::PostgresStore;
use crate::transaction::{Commit, WriteTx};
use crate::value::values;

/// Records that sessions were seen. It need not be durable, unless it records another network: a lost touch only
/// shortens a session.
pub(crate) fn touch(
    store: &mut PostgresStore,
    touches: &[Touch],
    network_changed: &Event,
) -> Result<(), PostgresError> {
    if touches.is_empty() {
        return Ok(());
    }
    // A session that is named twice was last seen at the later time.
    let mut touches: Vec<Touch> = touches.to_vec();
    touches.sort_unstable_by_key(|touch| (touch.id, std::cmp::Reverse(touch.seen_at)));
    touches.dedup_by_key(|touch| touch.id);
    let ids: Vec<SessionId> = touches.iter().map(|touch| touch.id).collect();
    store.write_as(Commit::Lazy, |tx| {
        tx.needs_no_replica();
        lock::sessions(tx, &ids);
        let now = tx.grant()?;
        let mut events = network_events(tx, &touches, network_changed)?;
        let (numbers, times): (Vec<i64>, Vec<i64>) =
            touches.iter().map(|touch| (touch.id.get(), touch.seen_at.min(now).unix())).unzip();
        let addresses: Vec<Vec<u8>> =
            touches.iter().map(|touch| touch.ip.map_or_else(Vec::new, |ip| address::to_bytes(ip).to_vec())).collect();
        // A deadline that `expire` set is not moved by a touch; nothing passes the absolute limit or the parent's
        // deadline. The locks were taken in an earlier statement, so this one reads what the parent has now.
        let touched = tx.query(
            "UPDATE sessionctl.session s SET last_seen_at = t.seen_at, \
             last_ip = coalesce(nullif(t.ip, ''), s.last_ip), deadline = CASE WHEN s.scheduled_at IS NOT NULL \
             THEN s.deadline ELSE greatest(s.deadline, least(s.absolute_expires_at, t.seen_at + s.idle_timeout, \
             (SELECT p.deadline FROM sessionctl.session p WHERE p.id = s.parent_id))) END \
             FROM unnest($1, $2, $4) AS t (id, seen_at, ip) \
             WHERE s.id = t.id AND s.deadline > $3 AND s.last_seen_at <= t.seen_at AND s.ended_at IS NULL RETURNING s.id",
            values![numbers, times, now.unix(), addresses],
        )?;
        events.retain(|id, _| touched.iter().any(|row| row.try_get(0).is_ok_and(|found: i64| found == id.get())));
        let may_append = events.is_empty() || may_append(tx)?;
        if !events.is_empty() {
            tx.batch("SET LOCAL synchronous_commit = on")?;
        }
        let mut in_order: Vec<(SessionId, Event)> = events.into_iter().collect();
        in_order.sort_unstable_by_key(|(id, _)| *id);
        in_order.iter().try_for_each(|(id, event)| match may_append {
            true => append(tx, event),
            // Whoever seals writes the event.
            false => alarm::insert(tx, *id, event),
        })
    })
}

/// Whether the role writes events, or only reports what it saw.
fn may_append(tx: &WriteTx<'_>) -> Result<bool, PostgresError> {
    let sql = "SELECT has_table_privilege('sessionctl.event', 'INSERT')";
    Ok(tx.query_one(sql, &[])?.try_get(0)?)
}

/// The events about sessions that are seen in another network than before, read before they are touched.
fn network_events(
    tx: &WriteTx<'_>,
    touches: &[Touch],
    template: &Event,
) -> Result<HashMap<SessionId, Event>, PostgresError> {
    let with_address: HashMap<SessionId, &Touch> =
        touches.iter().filter(|touch| touch.ip.is_some()).map(|touch| (touch.id, touch)).collect();
    let mut events = HashMap::new();
    for (session, _) in lookup::with_parents(tx, with_address.keys().copied())? {
        let event = with_address.get(&session.id).and_then(|touch| touch.network_event(&session, template));
        events.extend(event.map(|event| (session.id, event)));
    }
    Ok(events)
}
