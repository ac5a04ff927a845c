//! Decides whether a presented token is active, by what the store holds now. The answer never waits for a write: what
//! must be written is reported, and may be written by the caller or here.

mod answer;
mod evaluate;
mod many;
mod snapshot;

use std::ops::ControlFlow;
use std::time::Duration;

use super::step::Step;
use super::{OpContext, OpsError, clock};
use crate::model::event::{Action, Subjects};
use crate::model::policy::Policy;
use crate::model::selector::Selector;
use crate::model::session::{Session, SessionId};
use crate::model::token::Token;
use crate::store::{Batch, EventFilter, StoreError, Touch};

pub use answer::{Requirements, UnmetRequirement, Verdict, Verification};
use evaluate::Verifier;
pub use many::verify_many;
pub use snapshot::{verify_each_in_snapshot, verify_in_snapshot};

/// Verifies a token.
///
/// # Errors
/// [`StoreError::ClockBehind`] or another of the store's: the answer could not be
/// determined, and must not be taken for active.
pub fn verify(
    cx: &mut OpContext<'_>,
    token: &Token,
    requirements: &Requirements,
) -> Result<Verification, OpsError> {
    clock::guard(cx)?;
    let policy = cx.store.policy()?;
    verify_with(cx, &policy, token, requirements)
}

/// The same where the caller has called [`clock::guard`] and read the policy.
///
/// # Errors
/// The store's.
pub fn verify_with(
    cx: &mut OpContext<'_>,
    policy: &Policy,
    token: &Token,
    requirements: &Requirements,
) -> Result<Verification, OpsError> {
    let mut verifier = Verifier { store: &*cx.store, now: cx.clock.now(), tracer: cx.tracer };
    let mut result = verifier.answer(policy, token, requirements)?;
    if !requirements.touch {
        return Ok(result);
    }
    if !result.wants_touch.is_empty() {
        result.write_failed = touch(cx, result.wants_touch.clone()).err();
        if result.write_failed.is_none() {
            result.wants_touch.clear();
        }
    } else if let Verdict::RotatedAway(found) = &result.verdict {
        result.write_failed = report_reuse(cx, &found.session).err();
        result.wants_reuse_report = result.write_failed.is_some();
    }
    Ok(result)
}

/// The answer about a text that does not look like a token.
pub fn not_a_token(cx: &mut OpContext<'_>) -> Verification {
    let mut verifier = Verifier { store: &*cx.store, now: cx.clock.now(), tracer: cx.tracer };
    verifier.not_a_token()
}

/// Writes that sessions were used: what [`Verification::wants_touch`] asks for, of one answer or of many.
///
/// # Errors
/// The store's. The sessions are what they were then, and their idle time continues.
pub fn touch(cx: &mut OpContext<'_>, mut touches: Vec<Touch>) -> Result<(), OpsError> {
    // In the order in which the rows are kept, which is quicker. A parent comes first, because it was created first,
    // and the store cuts a session's deadline to its parent's.
    touches.sort_unstable_by_key(|touch| (touch.id, touch.seen_at));
    let network_changed = cx.event(Action::NetworkChanged);
    cx.store.touch(&touches, &network_changed)?;
    cx.trace(|| Step::Touched { sessions: touches.len() });
    Ok(())
}

/// The reason kept with sessions that end because a token was reused.
pub const REUSED: &str = "token reused";

/// How long nothing is recorded of a reused token after the last record, once its session has ended: whoever holds one
/// must not be able to fill the log.
const REUSE_RECORD_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Records that a token which was rotated out was presented again, and revokes its session with its parent and
/// siblings: whoever holds the current token may be the thief (RFC 9700 §4.14.2). Returns the sessions that ended.
///
/// # Errors
/// The store's; the session is still active then, and the caller must report that.
pub fn report_reuse(cx: &mut OpContext<'_>, session: &Session) -> Result<Vec<SessionId>, OpsError> {
    let event = cx.event(Action::TokenReused).user(session.user.as_ref());
    let ids: Vec<SessionId> = session.parent.into_iter().chain([session.id]).collect();
    let up_to = ids.iter().copied().max().unwrap_or(session.id);
    let selector = Selector { ids, ..Selector::default() };
    let batch = Batch { selector: &selector, after: None, up_to, limit: 2, expect: None };
    let revoking = event.clone().detail(format!("{REUSED}: session revoked"));
    let result = match cx.store.revoke(&batch, REUSED, revoking.clone()) {
        // Who may only read reports it to who may revoke.
        Err(StoreError::Denied(why)) => {
            if !cx.store.raise_alarm(session.id, &revoking)? {
                return Err(StoreError::Denied(why).into());
            }
            return Ok(Vec::new());
        }
        revoked => revoked?,
    };
    let ended: Vec<SessionId> = result.changes.iter().filter(|c| c.changed).map(|c| c.id).collect();
    let is_recorded = !ended.is_empty() || !was_reuse_recorded(cx, session.id)?;
    if ended.is_empty() && is_recorded {
        let again = event.detail(format!("{REUSED}: the session had ended"));
        cx.store.record(again.about(Subjects::One(session.id)))?;
    }
    if is_recorded {
        cx.trace(|| Step::ReuseRecorded { revoked: ended.len() });
    }
    Ok(ended)
}

/// Whether it was recorded a short time ago that a token of this session was reused.
fn was_reuse_recorded(cx: &OpContext<'_>, session: SessionId) -> Result<bool, OpsError> {
    let filter = EventFilter {
        session: Some(session),
        actions: vec![Action::TokenReused.as_str().to_owned()],
        since: Some(cx.now().minus(REUSE_RECORD_INTERVAL)),
        limit: Some(1),
        ..EventFilter::default()
    };
    let mut found = false;
    cx.store.events(&filter, &mut |_| {
        found = true;
        ControlFlow::Break(())
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests;
