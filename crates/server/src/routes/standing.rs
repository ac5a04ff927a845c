//! Whether a session may use the administrators' pages.

use std::sync::Arc;

use sessionctl_core::model::policy::Key;
use sessionctl_core::model::session::Session;
use sessionctl_core::ops::OpsError;

use crate::front::Front;

/// What a session is to the administrators' pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// An administrator's, with a fresh login.
    Fresh,
    /// An administrator's, whose password was checked too long ago.
    LoginTooOld,
    NotAdministrator,
}

/// Finds out what a session is to these pages.
///
/// # Errors
/// The store's.
pub(super) async fn standing(front: &Arc<Front>, session: &Session) -> Result<Standing, OpsError> {
    if !front.config.admins.iter().any(|name| Some(name) == session.user.as_ref()) {
        return Ok(Standing::NotAdministrator);
    }
    let max_age = front.read(|cx| Ok(cx.store.policy()?.span(Key::StepUp))).await?;
    let age = session.authenticated_at.map(|at| front.clock().now().since(at));
    Ok(if age.is_some_and(|age| age <= max_age) { Standing::Fresh } else { Standing::LoginTooOld })
}
