//! The verification of a presented token, and what follows from it: a reuse is recorded before the answer is sent, and
//! the session's use is gathered.

use std::sync::Arc;
use std::time::Duration;

use sessionctl_core::model::session::Session;
use sessionctl_core::model::token::Token;
use sessionctl_core::ops::OpsError;
use sessionctl_core::ops::verify::{REUSED, Requirements, Verdict, Verification, report_reuse, touch};
use sessionctl_core::store::Found;

use crate::front::Front;

/// A session that would expire within this time is written at once: what is gathered would come too late.
const URGENT_TOUCH: Duration = Duration::from_secs(3);

/// Verifies a token. Where it was rotated away, its session is revoked before this returns.
///
/// # Errors
/// Where the answer cannot be determined, or a reuse not recorded: the next presentation reports it again.
pub(crate) async fn verify(
    front: &Arc<Front>,
    token: Token,
    requirements: Requirements,
) -> Result<Verification, OpsError> {
    let answer = front.verify(token, requirements).await?;
    if let Verdict::RotatedAway(found) = &answer.verdict {
        Box::pin(record_reuse(front, &found.session)).await?;
    }
    Ok(answer)
}

/// Revokes the session of a token that was rotated away. What was revoked for that reason is
/// not recorded again: a thief who goes on asking must not fill the audit log.
async fn record_reuse(front: &Arc<Front>, session: &Session) -> Result<(), OpsError> {
    front.metrics.reused_tokens.inc();
    if session.revoke_reason.as_deref() == Some(REUSED) {
        return Ok(());
    }
    let session = session.clone();
    front.change("web".to_owned(), move |cx| report_reuse(cx, &session).map(drop)).await
}

/// Gathers that a session was used, or writes it where that would come too late.
pub(crate) async fn note_use(front: &Arc<Front>, found: &Found, answer: &Verification) {
    let deadline = found.parent.iter().map(|parent| parent.deadline).fold(found.session.deadline, Ord::min);
    if !answer.wants_touch.is_empty() && deadline.since(front.clock().now()) <= URGENT_TOUCH {
        let touches = answer.wants_touch.clone();
        // Where it fails, the session was still active when it was read.
        let _ = Box::pin(front.change("web".to_owned(), move |cx| touch(cx, touches))).await;
    } else {
        front.touches.add(front.era(), answer);
    }
}
