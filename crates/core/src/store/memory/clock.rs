//! Accepting the clock after a false future.

use std::collections::BTreeSet;

use super::cascade;
use super::write_tx::WriteTx;
use crate::model::event::{Action, Event, LoggedEvent, Subjects};
use crate::model::session::{Session, SessionId};
use crate::model::time::Timestamp;
use crate::store::{ClockCorrection, FALSE_FUTURE, grants_access};

/// Ends what was issued or seen later than the clock shows; `None` where the clock is not behind.
pub(super) fn accept(tx: &mut WriteTx<'_>, event: &Event) -> Option<ClockCorrection> {
    let (clock, latest) = tx.behind?;
    // Events begin again at the clock's time.
    tx.time = tx.time.corrected();
    let issued = issued_after(tx, clock);
    let ended = cascade::end(tx, &issued, FALSE_FUTURE, &event.actor);
    if !ended.is_empty() {
        let revoked = Event::new(Action::SessionRevoked, &event.actor).about(Subjects::of(&ended));
        tx.append(&revoked.detail(FALSE_FUTURE.to_owned()));
    }
    bring_back_ends(tx, clock);
    let retired_keys = retire_keys(tx, clock);
    for kid in &retired_keys {
        tx.append(&Event::new(Action::JwtKeyRetired, &event.actor).detail(kid.clone()));
    }
    tx.append(&event.clone());
    Some(ClockCorrection { clock, latest, ended, retired_keys })
}

/// The sessions that were issued or seen after a time, or to which an event granted something then.
fn issued_after(tx: &WriteTx<'_>, clock: Timestamp) -> Vec<SessionId> {
    let mut granted: BTreeSet<SessionId> = BTreeSet::new();
    for event in tx.state.log.after(clock).filter(|event| grants_access(&event.action)) {
        granted.extend(tx.state.sessions.keys().filter(|id| event.subjects.contains(**id)));
    }
    let is_later = |session: &Session| {
        session.created_at.max(session.last_seen_at) > clock
            || session.authenticated_at.is_some_and(|at| at > clock)
    };
    let rows = tx.state.sessions.values().map(|row| &row.session);
    rows.filter(|session| is_later(session) || granted.contains(&session.id))
        .map(|session| session.id)
        .collect()
}

/// Brings what the false future ended or counted back to the clock's time, so that it does not lie ahead for years.
fn bring_back_ends(tx: &mut WriteTx<'_>, clock: Timestamp) {
    for row in tx.state.sessions.values_mut() {
        if row.session.revoked_at.is_some_and(|at| at > clock) {
            (row.session.revoked_at, row.session.deadline) = (Some(clock), clock);
        }
    }
    for failed in tx.state.attempts.values_mut() {
        failed.last_at = failed.last_at.map(|at| at.min(clock));
        failed.reported_at = failed.reported_at.map(|at| at.min(clock));
    }
    for key in &mut tx.state.keys {
        key.retired_at = key.retired_at.map(|at| at.min(clock));
        key.revoked_at = key.revoked_at.map(|at| at.min(clock));
    }
}

/// Retires the keys that were created, or may have signed, after a time. What they signed then is refused.
fn retire_keys(tx: &mut WriteTx<'_>, clock: Timestamp) -> Vec<String> {
    let is_issue = |event: &LoggedEvent| event.action == Action::JwtIssued.as_str();
    let has_signed = tx.state.log.after(clock).any(is_issue);
    let mut retired = Vec::new();
    for key in tx.state.keys.iter_mut().filter(|key| key.retired_at.is_none()) {
        if has_signed || key.created_at > clock {
            key.retired_at = Some(clock);
            retired.push(key.kid.clone());
        }
    }
    retired.sort_unstable();
    retired
}
