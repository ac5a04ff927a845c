//! Checks the password of who is logged in already, before something that matters (ASVS 7.5.3): the session
//! stays, its token is renewed (ASVS 7.2.4), and its age of login begins anew.

use super::credentials::{CredentialCheck, check};
use super::login::{Outcome, Request, refusal};
use super::{OpContext, OpsError};
use crate::model::event::{Action, Subjects};
use crate::model::policy::Policy;
use crate::model::session::SessionId;
use crate::model::token::Digest;
use crate::store::{Issued, Rotation};

/// Renews the live session `id` of the user who is named in `request`, and whose current token has `digest`.
pub(super) fn reauthenticate(
    cx: &mut OpContext<'_>,
    policy: &Policy,
    request: &Request<'_>,
    id: SessionId,
    digest: Digest,
) -> Result<Outcome, OpsError> {
    cx.trace(|| {
        format!(
            "the token is that of session {id}, of the same user: its password is \
        checked again instead of making another session"
        )
    });
    let proof = match check(cx, policy, request.name, request.password)? {
        CredentialCheck::Right(proof) => proof,
        other => return Ok(refusal(&other)),
    };
    let random = cx.draw()?;
    let event =
        cx.event(Action::SessionReauthenticated).user(Some(&proof.user.name)).about(Subjects::One(id));
    let rotated = cx.store.rotate(&Rotation {
        id,
        digest,
        random,
        at: cx.now,
        honoured_until: cx.now,
        authenticated_at: Some(cx.now),
        attempt_key: Some(proof.attempt_key),
        event,
    })?;
    cx.trace(|| match rotated {
        Some(_) => "wrote a new token's digest, the time of the check and the event in one step; the \
            old token is dead at once"
            .to_owned(),
        None => "the session ended, or got another token, while the password was being checked: \
            nothing was written"
            .to_owned(),
    });
    Ok(rotated.map_or(Outcome::NotUpgradable, |token| Outcome::Reauthenticated(Issued { id, token })))
}
