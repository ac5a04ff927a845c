//! Checks the password of a user who is logged in already, before something that matters (ASVS 7.5.3): the session
//! stays, its token is renewed (ASVS 7.2.4), and the age of its login begins again.

use std::time::Duration;

use super::request::{Outcome, UpgradeRefusal};
use crate::model::event::{Action, Subjects};
use crate::model::session::SessionId;
use crate::model::token::Digest;
use crate::ops::credentials::VerifiedPassword;
use crate::ops::step::Step;
use crate::ops::{OpContext, OpsError};
use crate::store::{Issued, Rotation};

/// Renews the live session `id`, whose current token has `digest`, for the user whose password was right. The old token
/// is accepted for `grace` longer.
pub(super) fn reauthenticate(
    cx: &mut OpContext<'_>,
    password: VerifiedPassword,
    id: SessionId,
    digest: Digest,
    grace: Duration,
) -> Result<Outcome, OpsError> {
    let random = cx.draw()?;
    let event =
        cx.event(Action::SessionReauthenticated).user(Some(&password.user.name)).about(Subjects::One(id));
    let rotated = cx.store.rotate(&Rotation {
        id,
        digest,
        random,
        grace,
        reauthentication: Some(password.into_reauthentication()),
        event,
    })?;
    cx.trace(|| Step::Reauthenticated { written: rotated.is_some().into() });
    Ok(rotated.map_or(Outcome::NotUpgradable(UpgradeRefusal::Meanwhile), |token| {
        Outcome::Reauthenticated(Issued { id, token })
    }))
}
